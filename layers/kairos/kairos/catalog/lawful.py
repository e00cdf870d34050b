"""What the law asks of every marketing mail: who sends it from where, and a way out (CAN-SPAM § 5, ePrivacy art. 13)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kairos.catalog import walk
from kairos.catalog.definitions import Definitions
from kairos.catalog.problems import Problem
from kairos.catalog.template_files import Fields
from kairos.domain.language.policy import Policy
from kairos.domain.language.steps import Send

_ADDRESS: Final = re.compile(r"""\bbrand\s*(?:\.\s*postal_address\b|\[\s*["']postal_address["']\s*\])""")
_WAY_OUT: Final = re.compile(r"\bunsubscribe_url\b")


def problems(found: Definitions, policy: Policy, directory: Path) -> Iterator[Problem]:
    """Each marketing mail that lacks one of both, in its HTML or in its text; and a policy without the address."""
    marketing = False
    for name, campaign in found.campaigns.items():
        mails: dict[str, Fields] = {}
        for _, step in walk.steps(campaign):
            if isinstance(step, Send) and not _transactional(policy, walk.topic_of(campaign, step)):
                variants = found.folders[name].templates.get(step.send.template, {}).get("email", {})
                mails |= {fields["file"]: fields for fields in variants.values() if "email" in step.send.channel}
        for file, fields in sorted(mails.items()):
            marketing = True
            yield from _lacking(directory / name / file, fields, policy.brand.postal_address)
    if marketing and not policy.brand.postal_address:
        expected = "where the sender can be written to: every marketing mail says it"
        yield found.sources[""].problem(("brand",), "no postal_address", expected)


def _lacking(file: Path, fields: Fields, address: str) -> Iterator[Problem]:
    for part, called in (("html", ""), ("text", " in its text")):
        source = fields[part]
        if not (_ADDRESS.search(source) or (address and address in source)):
            yield Problem(str(file), 1, 1, "", f"a marketing mail without the sender's address{called}",
                          "{{ brand.postal_address }}, as layout.email.mjml has it")  # fmt: skip
        if not _WAY_OUT.search(source):
            yield Problem(str(file), 1, 1, "", f"a marketing mail without a way out{called}",
                          "{{ unsubscribe_url }}, as layout.email.mjml has it")  # fmt: skip


def _transactional(policy: Policy, topic: str) -> bool:
    return topic in policy.topics and policy.topics[topic].transactional
