"""The demo's table counts messages by what providers took, everything else by what the archive says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from local.demo.files import write
from local.demo.summary import Summary, tally

MAIL: dict[str, Any] = {
    "time": "2026-03-17T09:00:00Z", "customer": "ada", "campaign": "hello", "step": "send.hi", "channel": "email",
    "to": "ada@example.com", "subject": "Hi", "text": "Hi", "html": "<p>Hi</p></script>", "provider": "ses",
    "raw": "To: a\r\n\r\nHi",
}  # fmt: skip


def record(outcome: str, reason: str = "") -> dict[str, Any]:
    return {"campaign": "hello", "outcome": outcome, "reason": reason}


def test_each_outcome_is_counted_where_it_belongs() -> None:
    refused = record("refused", "cooldown")
    records = [record("entered"), refused, refused, record("goal"), record("sent")]
    [(name, row)] = tally([MAIL], records).items()
    assert (name, row.entered, row.goals, row.sent, row.refused) == ("hello", 1, 1, {"email": 1}, {"cooldown": 2})


def test_a_mail_is_left_as_the_bytes_that_ses_was_given_and_cannot_break_the_page(tmp_path: Path) -> None:
    costs = {"requests": {}, "capacity": {"read": 0, "write": 0}, "price": {"usd": 0.0, "list": ""}}
    summary = Summary(heard=Counter(), own=Counter(), distinct=0, customers=1, campaigns=tally([MAIL], []), messages=[MAIL],
                      decisions=[], costs=costs, requests=0, per_million=0.0)  # fmt: skip
    page = write(summary, "a day", tmp_path / "out")
    assert (tmp_path / "out/messages/0001-hello-send.hi-ada.eml").read_bytes() == b"To: a\r\n\r\nHi"
    assert "<p>Hi</p></script>" not in page.read_text()
    assert json.loads((tmp_path / "out/summary.json").read_text())["messages"] == 1
