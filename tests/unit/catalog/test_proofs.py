"""A double opt-in is warned of where nothing lets the customer prove it: on no channel, or on none of a send's."""

from pathlib import Path

import pytest

from kairos.catalog.validate import read_directory

POLICY = """\
brand: {name: N, email: "N <n@n.example>", postal_address: Street 1}
topics: {news: {consent: double_opt_in}, offers: {}, service: {transactional: true}}
"""
CONFIRM = """\
status: live
topic: service
trigger: {event: consent.requested, match: {properties: {channel: CHANNELS}}}
steps:
  - send: {channel: email, template: hello}
"""
LETTER = """\
topic: TOPIC
trigger: {event: order.placed}
steps:
  - wait: 1d
  - send: {channel: SENT, template: hello}
"""
WARNING = (
    "letter/campaign.yaml:5:21: warning: steps[1].send.channel: {channels}, which nothing lets them prove, "
    "expected a campaign on consent.requested for that channel (news is double_opt_in, another topic may be not)"
)


@pytest.mark.parametrize(
    ("topic", "confirmed", "sent", "warned"),
    [
        ("news", "[email]", "email", ""),
        ("news", "[email]", "push", "push"),
        ("news", "[email]", "[push, sms]", "push and sms"),
        ("news", "[email]", "[push, email]", ""),  # the mail goes
        ("news", "[email, push]", "push", ""),
        ("offers", "[email]", "push", ""),
        ("service", "[email]", "push", ""),
    ],
)
def test_a_send_on_channels_that_nothing_confirms_is_warned_of(
    tmp_path: Path, topic: str, confirmed: str, sent: str, warned: str
) -> None:
    campaigns = {
        "confirm": CONFIRM.replace("CHANNELS", confirmed),
        "letter": LETTER.replace("TOPIC", topic).replace("SENT", sent),
    }
    (tmp_path / "policy.yaml").write_text(POLICY)
    for name, text in campaigns.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "campaign.yaml").write_text(text)
        (tmp_path / name / "hello.email.html").write_text(
            "---\nsubject: Hi\n---\n<a href='{{ confirm_url }}'>Yes</a> {{ brand.postal_address }} {{ unsubscribe_url }}\n"
        )
        (tmp_path / name / "hello.push.yaml").write_text("title: Hi\nbody: Hi\n")
        (tmp_path / name / "hello.sms.txt").write_text("Hi\n")
    found = [str(problem).removeprefix(f"{tmp_path}/") for problem in read_directory(tmp_path).problems]
    assert found == ([WARNING.format(channels=warned)] if warned else [])
