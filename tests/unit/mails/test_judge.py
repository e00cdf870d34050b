"""The judge finds in each broken mail what is broken, and nothing in the good one."""

from pathlib import Path

import pytest

from tests.unit.mails.judge import judge

MAILS = Path(__file__).parents[2] / "data" / "mail"
VERDICTS = {
    "good": [],
    "m01_html_only": ["text is not the alternative of HTML"],
    "m02_no_list_unsubscribe": [
        "List-Unsubscribe names no address in brackets",
        "List-Unsubscribe-Post is not List-Unsubscribe=One-Click",
    ],
    "m03_post_wrong_value": ["List-Unsubscribe-Post is not List-Unsubscribe=One-Click"],
    "m04_unsub_http": ["List-Unsubscribe has no https address"],
    "m05_unsub_no_brackets": ["List-Unsubscribe names no address in brackets"],
    "m06_raw_utf8_subject": ["a header is not ASCII"],
    "m07_no_date_msgid": ["Date is not there once", "Message-ID is not there once"],
    "m08_long_line": ["a line is longer than 998"],
    "m09_bare_lf": ["a line end is not CRLF"],
}


def test_every_mail_has_a_verdict() -> None:
    assert {file.stem for file in MAILS.glob("*.eml")} == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_mail_is_judged_by_what_is_wrong_with_it(name: str) -> None:
    assert judge((MAILS / f"{name}.eml").read_bytes(), marketing=True) == VERDICTS[name]
