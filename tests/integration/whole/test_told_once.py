"""What a message's provider says of it, through the whole stack, is written down once."""

import pytest

from local.stack import Stack


@pytest.mark.parametrize(
    ("error", "outcomes"),
    [
        (None, ["sent"]),
        ("TooManyRequestsException", ["sent"]),
        ("SendingPausedException", ["sent"]),
        ("MessageRejected", ["refused"]),
        ("timeout", ["in_doubt", "sent"]),  # transactional: once more after a quarter of an hour
    ],
)
def test_one_record_for_each_thing_that_happened(whole: Stack, error: str | None, outcomes: list[str]) -> None:
    body = {"addresses": {"email": "ada@example.com"}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    if error:
        whole.fail("ses", "SendEmail", error)
    assert whole.post_events([{"type": "customer.registered", "customer": "ada"}]).status == 202
    whole.settle()
    whole.advance("40m")
    told = [d["outcome"] for d in whole.decisions() if d.get("step")]
    assert told == outcomes
    assert len(whole.messages()) == outcomes.count("sent")
