"""Every mail of the playbook, in every language, for every customer it may go to, before the judge and SpamAssassin."""

import email
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kairos.adapters.ses import mime
from kairos.catalog.bundle import compile_directory
from local.preview import Previews, fitting
from tests.unit.mails.judge import judge

CAMPAIGNS = Path(__file__).parents[3] / "campaigns"
BROKEN = Path(__file__).parents[2] / "data" / "mail" / "m07_no_date_msgid.eml"
NOW = 1_795_000_000_000  # 2026-11-18
ELSEWHERE = "de-AT"  # a language that no template has: the default, with its own way to write money and dates
SCORE = 2.0


class Mail(NamedTuple):
    name: str
    raw: bytes
    marketing: bool


@pytest.fixture(scope="module")
def mails() -> list[Mail]:
    return list(_mails())


def _mails() -> Iterator[Mail]:
    bundle = compile_directory(CAMPAIGNS)
    previews = Previews(bundle.catalog, bundle.templates)
    sender = bundle.catalog["policy"]["brand"]["email"]
    for campaign, templates in bundle.templates["campaigns"].items():
        for template, channels in templates.items():
            for locale in (*channels.get("email", {}), ELSEWHERE) if "email" in channels else ():
                fits = fitting(bundle.catalog, CAMPAIGNS, campaign)
                for number, sample in enumerate([fits[0], *fits[1:][-1:]]):  # of many that fit, the first and the last
                    made = previews.of(campaign, template, "email", sample, NOW, locale or "en-GB")
                    raw = mime(made, sender, NOW)
                    yield Mail(f"{campaign}/{template} {locale} {number}", raw, "List-Id" in made.headers)


def test_no_mail_has_anything_against_it(mails: list[Mail]) -> None:
    assert len(mails) > 100
    assert {mail.marketing for mail in mails} == {True, False}
    found = {mail.name: wrong for mail in mails if (wrong := judge(mail.raw, marketing=mail.marketing))}
    assert found == {}


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="no spamassassin here (apt-get install spamassassin)")
def test_no_mail_looks_like_spam(mails: list[Mail], tmp_path: Path) -> None:
    """Debian's rules, without the network: what a mail looks like, not who sends it. One that is known to fail goes along."""
    looked = [mail for mail in mails if mail.name.endswith(" 0") and ELSEWHERE not in mail.name]
    looked.append(Mail("broken", BROKEN.read_bytes(), True))
    box = tmp_path / "mbox"
    box.write_bytes(b"\n".join(_as_in_a_box(mail) for mail in looked))
    run = subprocess.run(["spamassassin", "-L", "--mbox", str(box)], capture_output=True, check=True)
    told = [email.message_from_bytes(one) for one in re.split(rb"^From a@b.*\n", run.stdout, flags=re.MULTILINE)[1:]]
    scores = {one["X-Judged"]: float(str(one["X-Spam-Status"]).partition("score=")[2].split()[0]) for one in told}
    assert len(scores) == len(looked)
    assert [name for name, score in scores.items() if score >= SCORE] == ["broken"]


def _as_in_a_box(mail: Mail) -> bytes:
    text = re.sub(rb"^(>*From )", rb">\1", mail.raw.replace(b"\r\n", b"\n"), flags=re.MULTILINE)
    return b"From a@b Wed Nov 18 11:06:40 2026\nX-Judged: " + mail.name.encode() + b"\n" + text
