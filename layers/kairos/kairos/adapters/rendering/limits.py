"""How large a message may be: what its provider takes, or a page can wait for."""

import json
from collections.abc import Mapping
from typing import Final

from kairos.service.ports import BrokenTemplate, Outgoing

LARGEST: Final[Mapping[str, tuple[int, str]]] = {
    "sms": (1_600, "characters"),  # what SNS takes; some ten billed messages
    "push": (3_584, "bytes"),  # Apple's and Google's 4 KB, less what stands around it
    "whatsapp": (1_024, "characters"),  # of the body of a template, with its parameters
    "show": (32_768, "bytes"),  # one of several contents in one answer that a page waits for
}


def check(made: Outgoing, where: str) -> None:
    """Raises BrokenTemplate, naming the template, if the message is larger than its channel allows."""
    if made.channel not in LARGEST:
        return
    most, unit = LARGEST[made.channel]
    parts = {"title": made.subject, "body": made.text, **made.data} if made.channel == "push" else made.data
    text = json.dumps(parts, ensure_ascii=False) if parts else made.text
    size = len(made.text) if unit == "characters" else len(text.encode())
    if size > most:
        raise BrokenTemplate(f"{where}: {size:,} {unit}, expected at most {most:,}")
