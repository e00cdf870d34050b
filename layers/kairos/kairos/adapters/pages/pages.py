"""Pages of HTML from what the shop calls things and the words of six languages."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kairos.adapters.pages.looks import headers_with, style_of
from kairos.adapters.pages.words import spoken, words_of
from kairos.domain.events import Json
from kairos.domain.preferences import Choices
from kairos.service.ports.pages import Page

_HERE: Final = Path(__file__).parent
_BUTTONS: Final[Mapping[Page, tuple[tuple[str, str, str], ...]]] = {
    "unsubscribe": (("from", "topic", "topic"), ("from", "channel", "channel")),
    "confirm": (("", "", "button"),),
    "forget": (("do", "erase", "button"),),
}
"""Name, value and word of each; the first is the main one."""


class HtmlPages:
    """The port Pages, from the compiled `pages.json`."""

    def __init__(self, bundle: Json) -> None:
        self._bundle = bundle
        self._style = style_of(bundle["brand"]["color"])
        self._headers = headers_with(self._style)
        made = Environment(
            autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(_HERE), auto_reload=False,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._template = made.get_template("page.html")

    @property
    def languages(self) -> Mapping[str, str]:
        languages: Mapping[str, str] = self._bundle["languages"]
        return languages

    def language(self, *wanted: str) -> str:
        return spoken(*wanted, self._bundle["locale"])

    def wording(self, page: Page, language: str, topic: str, channel: str) -> str:
        consent = words_of(language)[f"{page}.consent"].format(**self._named(language, topic, channel))
        if page == "preferences":
            about = self._text("description", language, topic)
            consent += f" {self._title(language, topic)}{f' ({about})' if about else ''}, {words_of(language)[f'channel.{channel}']}."
        version = hashlib.sha256(consent.encode()).hexdigest()[:8]
        return f"{page}.{language}.{version}: {consent}"

    def show(self, page: Page, language: str, about: Json) -> tuple[Mapping[str, str], str]:
        words = words_of(language)
        shown: dict[str, Any] = {
            "language": language, "words": words, "brand": self._bundle["brand"], "logo": self._bundle["logo"],
            "style": self._style, "title": words[f"{page}.title"], "texts": [], "buttons": [], "link": None,
            "done": "", "choices": None, "words_in": "",
        }  # fmt: skip
        match page:
            case "question" | "answered":
                shown |= self._answering(page, language, about)
            case "preferences":
                shown |= self._preferences(language, about)
            case "forget" | "forgotten":
                shown |= self._forgetting(page, language, about)
            case "invalid" | "expired" | "gone" | "unavailable":
                shown["texts"] = [words[f"{page}.text"]]
            case _:
                shown |= self._one_topic(page, language, about)
        retry = {"Retry-After": "60"} if page == "unavailable" else {}
        return self._headers | retry, self._template.render(shown)

    def _answering(self, page: Page, language: str, about: Json) -> dict[str, Any]:
        """`value`, and in the message's own words `label` and `question`, in its `locale`; empty if it said none."""
        words, value = words_of(language), about["value"]
        label = about["label"] or (words["yes" if value else "no"] if isinstance(value, bool) else str(value))
        shown = {"texts": [words[f"{page}.text"].format(answer=label)]}
        if page == "answered":
            return shown
        title = about["question"] or words[f"{page}.title"]
        return shown | {
            "title": title,
            "buttons": [{"name": "", "value": "", "label": label}],
            "words_in": about["locale"] if title == about["question"] and spoken(about["locale"]) != language else "",
        }

    def _forgetting(self, page: Page, language: str, about: Json) -> dict[str, Any]:
        """Of the page that asks, `preferences`: the way back."""
        words, brand = words_of(language), self._bundle["brand"]["name"]
        return {
            "texts": [words[f"{page}.text"].format(brand=brand)],
            "buttons": [
                {"name": n, "value": v, "label": words[f"{page}.{word}"]} for n, v, word in _BUTTONS.get(page, ())
            ],
            "link": {"to": about["preferences"], "label": words["forget.link"]} if page == "forget" else None,
        }

    def _one_topic(self, page: Page, language: str, about: Json) -> dict[str, Any]:
        """`topic`, `channel`, `preferences` (the way there), and whether it was `everything`."""
        words, named = words_of(language), self._named(language, about["topic"], about["channel"])
        keys = ["unsubscribed.all"] if about.get("everything") else [f"{page}.text"]
        keys += ["confirm.consent"] if page == "confirm" else []
        buttons = [
            {"name": name, "value": value, "label": words[f"{page}.{word}"].format(**named)}
            for name, value, word in _BUTTONS.get(page, ())
        ]
        link = words.get(f"{page}.link")
        return {
            "texts": [words[key].format(**named) for key in keys],
            "buttons": buttons,
            "link": {"to": about["preferences"], "label": link} if link else None,
        }

    def _preferences(self, language: str, about: Json) -> dict[str, Any]:
        """`choices`, `languages` (by code), and whether it is `saved`, and more was `asked` for than a tick."""
        words, choices = words_of(language), about["choices"]
        done = [words["preferences.saved"]] if about.get("saved") else []
        done += [words["preferences.asked"]] if about.get("asked") else []
        consent = words["preferences.consent"].format(brand=self._bundle["brand"]["name"])
        return {
            "choices": choices,
            "topics": list(self._topics(language, choices)),
            "fields": list(self._fields(language, choices, about["languages"])),
            "texts": [consent] if choices.topics else [],
            "paused": words["preferences.paused"].format(date=_day(choices, language)) if choices.paused_until else "",
            "done": " ".join(done),
        }

    def _topics(self, language: str, choices: Choices) -> Iterator[dict[str, Any]]:
        """In the order of the policy."""
        words, order = words_of(language), self._bundle["order"]
        for topic in sorted({choice.topic for choice in choices.topics}, key=order.index):
            yield {
                "title": self._title(language, topic),
                "description": self._text("description", language, topic),
                "choices": [
                    {"name": c.name, "label": words[f"channel.{c.channel}"], "chosen": c.chosen, "pending": c.pending}
                    for c in choices.topics
                    if c.topic == topic
                ],
            }

    def _fields(self, language: str, choices: Choices, languages: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Only what leaves a choice."""
        words = words_of(language)
        if len(choices.channels) > 1:
            options = [("", words["preferences.any"])]
            options += [(channel, words[f"channel.{channel}"]) for channel in choices.channels]
            yield _field("preferred", words["preferences.preferred"], options, choices.preferred)
        if len(languages) > 1:
            now = choices.locale.replace("_", "-").split("-")[0].lower()
            others = [] if now in languages else [("", words["preferences.any"])]
            options = [*others, *languages.items()]
            yield _field("locale", words["preferences.language"], options, "" if others else now, own=True)

    def _named(self, language: str, topic: str, channel: str) -> dict[str, str]:
        by = words_of(language)[f"by.{channel}"]
        return {"brand": self._bundle["brand"]["name"], "topic": self._title(language, topic), "by": by}

    def _title(self, language: str, topic: str) -> str:
        """As the policy calls it, else its name as people would write it."""
        return self._text("title", language, topic) or topic.replace("-", " ").replace("_", " ").capitalize()

    def _text(self, what: str, language: str, topic: str) -> str:
        known: Mapping[str, str] = self._bundle["topics"].get(topic, {}).get(what, {})
        for name in (language, "", self._bundle["locale"], *known):
            if name in known:
                return known[name]
        return ""


def _field(name: str, label: str, options: list[tuple[str, str]], now: str, *, own: bool = False) -> dict[str, Any]:
    """A list to choose from; `own` if each option is written in its own language."""
    return {
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": text, "chosen": value == now, "lang": value if own else ""}
            for value, text in options
        ],
    }


def _day(choices: Choices, language: str) -> str:
    """The day in words; babel is loaded only for somebody who pauses."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from babel.dates import format_date

    there = datetime.fromtimestamp(choices.paused_until / 1000, ZoneInfo(choices.timezone))
    return format_date(there.date(), "long", locale={"en": "en_GB"}.get(language, language))
