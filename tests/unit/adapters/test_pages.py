"""The pages by themselves: complete in every language, escaped, allowed by their own policy, readable in every colour."""

import hashlib
import re
from base64 import b64encode
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.adapters.pages import HtmlPages
from kairos.adapters.pages.looks import ink_on
from kairos.adapters.pages.words import SPOKEN, words_of
from kairos.domain.preferences import Choice, Choices
from kairos.service.ports.pages import Page

HOSTILE = "<script>alert(1)</script>\"'{{ 7 * 7 }}{topic}"
ALL = Choices(
    (Choice("offers", "email", True), Choice("offers", "sms", False), Choice("news", "email", True, True)),
    ("email", "sms"), "sms", "da-DK", 1_798_000_000_000, "Europe/Copenhagen",
)  # fmt: skip
ABOUT: dict[Page, dict[str, Any]] = {
    "question": {"value": True, "label": "", "question": "", "locale": ""},
    "answered": {"value": "blue", "label": "", "question": "", "locale": ""},
    "unsubscribe": {"topic": "offers", "channel": "email", "preferences": "../p/x"},
    "unsubscribed": {"topic": "offers", "channel": "sms", "preferences": "../p/x", "everything": True},
    "confirm": {"topic": "news", "channel": "push", "preferences": "../p/x"},
    "confirmed": {"topic": "news", "channel": "whatsapp", "preferences": "../p/x"},
    "preferences": {"choices": ALL, "languages": {"da": "dansk", "en": "English"}, "saved": True, "asked": True},
    "forget": {"preferences": "../p/x"}, "forgotten": {}, "invalid": {}, "expired": {}, "gone": {}, "unavailable": {},
}  # fmt: skip


def bundle(**more):
    brand = {
        "name": "Nordlys",
        "color": "#17625a",
        "website": "https://nordlys.example",
        "postal_address": "Strandgade 12",
    }
    topics = {"offers": {"title": {"da": "Tilbud", "en": "Offers"}, "description": {"": "All of them."}},
              "news": {"title": {}, "description": {}}}  # fmt: skip
    return {"brand": brand, "logo": "", "locale": "da", "languages": {"da": "dansk", "en": "English"}, "topics": topics,
            "order": ["offers", "news"]} | more  # fmt: skip


PAGES = HtmlPages(bundle())


def fields_of(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_six_languages_are_spoken():
    assert {"en", "da", "de", "sv", "nb", "pl"} == SPOKEN


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_a_language_has_every_word_and_sentence_with_the_same_gaps(language):
    english, words = words_of("en"), words_of(language)
    assert list(words) == list(english)
    assert {key: fields_of(text) for key, text in words.items()} == {
        key: fields_of(text) for key, text in english.items()
    }
    same = {key for key, text in words.items() if text == english[key] and not key.startswith(("channel.", "by."))}
    assert language == "en" or not same, "not translated"


@pytest.mark.parametrize("language", sorted(SPOKEN))
@pytest.mark.parametrize("page", ABOUT)
def test_every_page_is_whole_in_every_language(page, language):
    headers, html = PAGES.show(page, language, ABOUT[page])
    assert f'<html lang="{language}">' in html and html.count("<h1") == 1 and "<title>" in html
    assert not re.search(r"\{\w+\}|None|Undefined", html.partition("</style>")[2])
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(html) < 14_000


def test_what_the_page_looks_like_is_all_that_it_may_load():
    headers, html = PAGES.show("unsubscribe", "en", ABOUT["unsubscribe"])
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert "script" not in html and "style=" not in html
    assert re.findall(r"https?://[^\"<]+", html) == ["https://nordlys.example"]  # a link, followed by whoever wants to


@pytest.mark.parametrize("page", ABOUT)
def test_whatever_stands_on_a_page_is_text(page):
    brand = {"name": HOSTILE, "color": "", "website": "", "postal_address": HOSTILE}
    topics = {name: {"title": {"": HOSTILE}, "description": {"": HOSTILE}} for name in ("offers", "news")}
    about = {
        name: HOSTILE if name in ("label", "question", "value", "locale") else value
        for name, value in ABOUT[page].items()
    }
    _, html = HtmlPages(bundle(brand=brand, topics=topics)).show(page, "en", about)
    assert "<script" not in html and "{{ 7 * 7 }}" in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("language", "topic", "title"),
    [("da", "offers", "Tilbud"), ("en", "offers", "Offers"), ("pl", "offers", "Tilbud"), ("en", "news", "News")],
)
def test_a_topic_is_called_by_its_title_in_the_nearest_language_else_by_its_name(language, topic, title):
    _, html = PAGES.show("unsubscribe", language, ABOUT["unsubscribe"] | {"topic": topic})
    assert title in html


def test_wording_has_a_version_that_changes_with_the_words():
    told = {
        PAGES.wording("confirm", language, "offers", channel)
        for language in ("da", "en")
        for channel in ("email", "sms")
    }
    other = HtmlPages(bundle(brand={"name": "Sydlys", "color": "", "website": "", "postal_address": ""}))
    told.add(other.wording("confirm", "da", "offers", "email"))
    versions = {wording.partition(": ")[0] for wording in told}
    assert len(versions) == 5 and PAGES.wording("confirm", "da", "offers", "email") in told


def test_a_logo_stands_for_the_name_and_says_it_to_whoever_cannot_see_it():
    _, html = HtmlPages(bundle(logo="data:image/png;base64,AAAA")).show("invalid", "en", {})
    assert '<img src="data:image/png;base64,AAAA" alt="Nordlys">' in html and "<header>\n<p>" not in html


def test_who_has_no_choice_is_told_so():
    nothing = Choices((), (), "", "", 0, "UTC")
    _, html = PAGES.show("preferences", "en", {"choices": nothing, "languages": {"da": "dansk"}})
    assert "nothing to choose" in html and "<select" not in html and "Pause" not in html


def test_a_language_that_is_not_offered_is_kept_unless_another_is_chosen():
    choices = Choices((), (), "", "fr", 0, "UTC")
    _, html = PAGES.show("preferences", "en", {"choices": choices, "languages": {"da": "dansk", "en": "English"}})
    assert '<option value="" selected>No preference</option>' in html


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_a_button_can_be_read_in_whatever_colour_a_brand_has(color):
    light, dark = sorted((luminance(color), luminance(ink_on(color))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
