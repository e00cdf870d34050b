"""Leaves what a person wants to look at: every message as a file, and a page to click through."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from local.demo.summary import Summary

PAGE = Path(__file__).with_name("page.html")


def write(summary: Summary, title: str, out: Path) -> Path:
    """Writes `messages/`, `summary.json` and `index.html` into `out`, which is emptied first; the page's path."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "messages").mkdir(parents=True)
    listed = [_file(message, number, out) for number, message in enumerate(summary.messages, start=1)]
    (out / "summary.json").write_text(json.dumps(summary.line(), indent=2, ensure_ascii=False) + "\n")
    data = {"title": title, **summary.line(), "list": listed, "decisions": summary.decisions}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page = out / "index.html"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("{/*DATA*/}", text), encoding="utf-8")
    return page


def _file(message: dict[str, Any], number: int, out: Path) -> dict[str, Any]:
    """One message on disk: the mail as SES was given it, anything else as its text."""
    name = "-".join(str(message[part]) for part in ("campaign", "step", "customer"))
    kind = "eml" if message["channel"] == "email" else "txt"
    file = f"{number:04}-{re.sub(r'[^A-Za-z0-9.]+', '-', name)}.{kind}"
    shown = f"To: {message['to']}\n{message['subject']}\n\n{message['text']}\n"
    content = message["raw"] if kind == "eml" and message["raw"] else shown
    (out / "messages" / file).write_text(content, encoding="utf-8", newline="")
    kept = ("time", "customer", "campaign", "step", "channel", "to", "subject", "text", "html", "provider")
    return {**{name: message[name] for name in kept}, "file": f"messages/{file}"}
