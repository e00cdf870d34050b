"""A message that is larger than its channel takes is not sent, and whoever wrote its template is told which and by how much."""

from dataclasses import replace

import pytest

from kairos.adapters.rendering.limits import check
from kairos.service.ports import BrokenTemplate, Outgoing

MADE = Outgoing(
    message="m", customer="ada", campaign="c", step="send.x", variant="", channel="sms", to={}, transactional=False,
    expires=0, text="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "text", "data", "told"),
    [
        ("sms", "ø" * 1_600, {}, ""),
        ("sms", "ø" * 1_601, {}, "c/x: 1,601 characters, expected at most 1,600"),
        ("push", "a" * 3_559, {}, ""),
        ("push", "a" * 3_560, {}, "c/x: 3,585 bytes, expected at most 3,584"),
        ("push", "", {"cart": "ø" * 1_775}, "c/x: 3,587 bytes, expected at most 3,584"),
        ("show", "a" * 32_768, {}, ""),
        ("show", "a" * 32_769, {}, "c/x: 32,769 bytes, expected at most 32,768"),
        ("show", "", {"items": ["a" * 32_768]}, "c/x: 32,783 bytes, expected at most 32,768"),
        ("email", "a" * 100_000, {}, ""),
    ],
)
def test_a_message_has_the_size_that_its_channel_takes(channel, text, data, told):
    made = replace(MADE, channel=channel, text=text, data=data)
    if not told:
        return check(made, "c/x")
    with pytest.raises(BrokenTemplate) as broken:
        check(made, "c/x")
    assert str(broken.value) == told
    return None
