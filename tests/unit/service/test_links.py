"""Clicks and answers: what is recorded of whom, and what is not."""

import pytest

from kairos.domain.tokens import Answer
from tests.unit.service.reception import ANSWER, ANSWER_FOR, CHROME, LINK, POSTED, Shop, token, visit


def test_a_click_is_queued_and_leads_to_the_signed_address_only():
    shop = Shop()
    there = shop.links.follow(token(LINK), visit())
    assert (there.status, there.headers["Location"]) == (302, "https://shop.example/c?a=1&b=2")
    event = shop.queued[0]["event"]
    assert event["type"] == "message.clicked"
    assert event["properties"] == {"message_id": "m1", "url": LINK.url, "campaign": "cart", "step": "send.offer",
                                   "variant": "b", "channel": "email"}  # fmt: skip


def test_a_click_leads_on_though_it_could_not_be_queued():
    assert Shop(queues=False).links.follow(token(LINK), visit()).status == 302


@pytest.mark.parametrize("agent", ["", "curl/8.5.0", "BarracudaCentral Sandbox", f"{CHROME} (compatible; Mimecast)"])
def test_the_click_of_a_machine_is_marked_as_such(agent):
    shop = Shop()
    assert shop.links.follow(token(LINK), visit(user_agent=agent)).status == 302
    assert shop.queued[0]["event"]["properties"]["bot"] is True


def test_so_is_a_click_from_where_a_mail_provider_looks_at_links_itself():
    shop = Shop()
    shop.links.follow(token(LINK), visit(ip="40.107.20.1"))
    assert shop.queued[0]["event"]["properties"]["bot"] is True


def test_who_only_asks_where_a_link_leads_has_not_clicked():
    shop = Shop()
    there = shop.links.follow(token(LINK), visit(method="HEAD"))
    assert (there.status, there.headers["Location"], shop.queued) == (302, LINK.url, [])


@pytest.mark.parametrize(
    "header", [{"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x_moz": "prefetch"}]
)
def test_a_browser_that_asks_ahead_has_to_ask_again_when_somebody_clicks(header):
    shop = Shop()
    there = shop.links.follow(token(LINK), visit(**header))
    assert (there.status, "Location" in there.headers, there.headers["Cache-Control"]) == (403, False, "no-store")
    assert shop.queued == []


@pytest.mark.parametrize("value", [True, False, "no", 0])
def test_an_answer_is_committed_as_declared_and_thanked_for(value):
    shop = Shop()
    answer = Answer("likes_toys", value, *ANSWER_FOR)
    assert shop.links.answer(token(answer), POSTED).status == 200
    (event,) = shop.committed
    assert (event.type, event.attributes) == ("answer.given", {"declared": {"likes_toys": value}})
    assert event.properties["value"] == value


def test_a_button_pressed_twice_gives_one_answer_and_the_other_one_another():
    shop = Shop()
    other = Answer("likes_toys", False, *ANSWER_FOR)
    for answer in (ANSWER, ANSWER, other):
        shop.links.answer(token(answer), POSTED)
    first, again, changed = (event.id for event in shop.committed)
    assert first == again != changed


@pytest.mark.parametrize(
    ("answer", "button"),
    [
        (ANSWER, "Ja"),
        (Answer("likes_toys", False, *ANSWER_FOR), "Nej"),
        (Answer("size", "<M>", *ANSWER_FOR), "&lt;M&gt;"),
        (Answer("size", 42, *ANSWER_FOR), "42"),
        (Answer("likes_toys", True, *ANSWER_FOR, "JA <tak>", "Legetøj?", "da"), "JA &lt;tak&gt;"),
    ],
)
def test_an_answer_s_button_says_what_it_says(answer, button):
    shop = Shop()
    assert f'<button class="main">{button}</button>' in shop.links.follow(token(answer), visit()).body
    assert button in shop.links.answer(token(answer), POSTED).body


def test_the_page_of_an_answer_speaks_the_language_of_its_message():
    asked = Answer("likes_toys", True, *ANSWER_FOR, "YES, please", "Toys?", "en-GB")
    page = Shop().links.follow(token(asked), visit(accept_language="da")).body
    assert '<html lang="en">' in page and "<h1>Toys?</h1>" in page


def test_words_in_a_language_that_pages_do_not_speak_say_which():
    asked = Answer("likes_toys", True, *ANSWER_FOR, "KYLLÄ", "Leluja?", "fi")
    page = Shop().links.follow(token(asked), visit(accept_language="sv")).body
    assert '<html lang="sv">' in page and '<h1 lang="fi">Leluja?</h1>' in page
