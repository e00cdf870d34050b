"""What people do with their mail: most nothing; some follow a link, answer YES or NO, or unsubscribe."""

import re
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from local.stack import Stack

PATIENCE: Final = 12 * 60_000
OPT_OUT: Final = 0.02
ANSWER: Final = 0.7
CLICK: Final = 0.2
CONFIRM: Final = 0.75
BROWSER: Final = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}
"""People read with one; without it a click counts as a machine's."""
_LINK: Final = re.compile(r'href="([^"]*/l/[^"]+)"')
_CONFIRM: Final = re.compile(r'href="([^"]*/c/[^"]+)"')


class Readers:
    """Everybody who got a mail, a while later. Whoever reads the same mail does the same with it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._seen = 0

    def act(self) -> None:
        """Lets those act who have had their mail long enough."""
        sent = self._stack.providers.sent
        while self._seen < len(sent) and sent[self._seen].time + PATIENCE <= self._stack.clock():
            if sent[self._seen].channel == "email":
                self._read(sent[self._seen])
            self._seen += 1

    def _read(self, mail: Any) -> None:
        random = Random(f"{mail.to} {mail.subject}")
        links = [link.replace("&amp;", "&") for link in _LINK.findall(mail.html)]
        opt_out = mail.headers.get("List-Unsubscribe", "").strip("<>")
        if opt_out and random.random() < OPT_OUT:
            form = {"content-type": "application/x-www-form-urlencoded"}
            self._stack.request("POST", _path(opt_out), b"List-Unsubscribe=One-Click", form)
        elif (confirm := _CONFIRM.search(mail.html)) and random.random() < CONFIRM:
            self._stack.request("POST", _path(confirm[1].replace("&amp;", "&")), b"")
        elif mail.tags.get("campaign") == "toys-interest" and len(links) >= 2 and random.random() < ANSWER:
            self._stack.request("POST", _path(random.choice(links[:2])), b"", BROWSER)
        elif links and random.random() < CLICK:
            self._stack.request("GET", _path(links[0]), None, BROWSER)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
