"""The pages that customers see, in a real browser: every page in every language, with a keyboard alone, without scripts."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from kairos.adapters.pages.words import SPOKEN
from local.clock import VirtualClock, parse_moment
from local.server import Server
from local.stack import Stack
from tests.end_to_end.browser import chromium
from tests.unit.adapters.test_pages import ABOUT, PAGES

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "pages"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
HERE = "https://links.example/u/token"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser():
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def shown(page):
    """Opens a page as its headers and HTML say; afterwards the browser must have had nothing to complain of."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))

    def show(name, language):
        headers, html = PAGES.show(name, language, ABOUT[name])
        page.unroute("**/*")
        page.route("**/*", partial(Route.fulfill, headers=dict(headers), body=html))
        page.goto(HERE)

    yield show
    assert complaints == []  # also nothing that the pages' own policy had to forbid


@pytest.mark.parametrize("name", ABOUT)
def test_a_page_can_be_used_by_everybody(page, shown, name):
    """axe-core finds nothing: labels, contrast, landmarks, languages, sizes of what is tapped; in the dark, contrast."""
    shown(name, "de")
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("axe.run({runOnly: ['color-contrast']})")
    page.emulate_media(color_scheme="light")
    assert (dark["violations"], len(dark["passes"])) == ([], 1)


@pytest.mark.parametrize(("language", "viewport"), [*((language, PHONE) for language in sorted(SPOKEN)), ("en", DESK)])
def test_no_page_is_wider_than_a_phone_or_a_desk(page, shown, language, viewport):
    """The pictures in build/pages are for whoever wants to look."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size(viewport)
    for name in ABOUT:
        shown(name, language)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
        page.screenshot(path=SHOTS / f"{name}.{language}.{viewport['width']}.png", full_page=True)


ADMIN = {"authorization": "Bearer dev-admin-key"}
WRITE = {"authorization": "Bearer dev-write-key"}


@pytest.fixture(scope="module")
def shop(browser):
    """The whole system over HTTP, and somebody who has been asked about toys by mail."""
    clock, server = VirtualClock(parse_moment("2026-05-01T10:00:00Z")), Server(0, 0)
    stack = Stack.start(campaigns=ROOT / "campaigns", clock=clock, base_url=server.url)
    server.start(stack)
    consents = [
        {"topic": topic, "channel": "email", "state": "granted", "proof": "form 7"} for topic in ("offers", "news")
    ]
    addresses = {"email": "ada@example.com", "phone": "+4520123456"}
    stack.request("PUT", "/v1/customers/ada", {"addresses": addresses, "consents": consents}, ADMIN)
    for _ in range(11):
        toys = {"type": "page.viewed", "customer": "ada", "properties": {"category": "toys"}}
        stack.request("POST", "/v1/events", toys, WRITE)
    stack.settle()
    yield stack
    server.stop()
    stack.stop()


@pytest.fixture
def reader(browser):
    """With a keyboard alone, and a browser that runs no scripts."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    made = context.new_page()
    yield made
    context.close()


def link(shop, door):
    (message,) = (m for m in shop.messages() if m["customer"] == "ada" and m["campaign"] == "toys-interest")
    return re.findall(rf"http://127[^\s]+/{door}/[\w-]+", message["text"])[0]


def tab_to(reader, text):
    """Presses Tab until what has that name has the focus, and it shows."""
    for _ in range(30):
        reader.keyboard.press("Tab")
        focused = reader.locator(":focus")
        name = focused.evaluate("e => e.labels && e.labels.length ? e.labels[0].innerText : e.innerText").strip()
        if name == text:
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
            return
    raise AssertionError(f"{text} cannot be reached by keyboard")


def follow(reader, text):
    """Presses what has that name, and waits for the page behind it: the key alone returns before the browser has left."""
    tab_to(reader, text)
    with reader.expect_navigation():
        reader.keyboard.press("Enter")


def known(shop):
    return json.loads(shop.request("GET", "/v1/customers/ada", None, ADMIN).body)


def test_a_question_is_answered_with_one_key(shop, reader):
    reader.goto(link(shop, "l"))
    assert reader.locator("h1").inner_text() == "Skal vi holde dig orienteret om legetøj?"
    assert "likes_toys" not in known(shop)["attributes"].get("declared", {})
    follow(reader, "JA tak")
    assert reader.locator("h1").inner_text() == "Tak"
    assert known(shop)["attributes"]["declared"]["likes_toys"] is True


def test_from_a_mail_to_the_preference_centre_and_out_of_everything_by_keyboard(shop, reader):
    reader.goto(link(shop, "u"))
    follow(reader, "Choose what you get instead")
    assert reader.locator("h1").inner_text() == "What would you like to get from us?"
    tab_to(reader, "Text message")
    reader.keyboard.press("Space")
    tab_to(reader, "How do you prefer to hear from us?")
    reader.keyboard.press("ArrowDown")
    follow(reader, "Save")
    assert reader.locator("[role=status]").inner_text() == "Saved."
    expect(reader.locator("[role=status]")).to_be_focused(timeout=30_000)
    assert {f"{c['topic']}/{c['channel']}" for c in known(shop)["consents"] if c["state"] == "granted"} == {
        "offers/email", "news/email", "offers/sms"
    }  # fmt: skip
    assert known(shop)["attributes"]["declared"]["preferred_channel"] == "email"
    follow(reader, "Pause for 30 days")
    assert "Paused until 31 May 2026" in reader.locator("main").inner_text()
    follow(reader, "Stop all advertising")
    assert reader.locator("input[type=checkbox]:checked").count() == 0
    assert {c["state"] for c in known(shop)["consents"]} == {"withdrawn"}


def test_leaving_takes_two_keys(shop, reader):
    reader.goto(link(shop, "u"))
    follow(reader, "Stop “News” by e-mail")
    assert reader.locator("h1").inner_text() == "You are unsubscribed"
    assert reader.title() == "You are unsubscribed – Nordlys"


def test_being_forgotten_takes_three_keys_of_which_the_second_changes_nothing(shop, reader):
    page = link(shop, "p")
    reader.goto(page)
    follow(reader, "Forget me")
    assert reader.locator("h1").inner_text() == "Shall we forget you?"
    assert known(shop)["addresses"]["email"] == "ada@example.com"
    follow(reader, "Yes, forget me")
    assert reader.locator("h1").inner_text() == "You are forgotten"
    assert shop.request("GET", "/v1/customers/ada", None, ADMIN).status == 404
    reader.goto(page)
    assert reader.locator("button").count() == 0
