"""What holds for every page: who may open it, which language it speaks, what it may load."""

import pytest

from kairos.domain.tokens import Answer, Confirm, Link, Preferences, Unsubscribe
from tests.unit.service.reception import (
    ANSWER,
    ASKED,
    LINK,
    OPT_OUT,
    POSTED,
    Shop,
    expired,
    forged,
    garbled,
    token,
    visit,
)


@pytest.mark.parametrize(("door", "payload"), [("ask", OPT_OUT), ("follow", ANSWER), ("ask_to_confirm", ASKED)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_at_a_page_changes_nothing_and_finds_one_button_to_press(door, payload, method):
    shop = Shop()
    page = getattr(shop.links, door)(token(payload), visit(method=method))
    assert page.status == 200
    assert '<form method="post">' in page.body and "<button" in page.body
    assert (shop.committed, shop.queued) == ([], [])


@pytest.mark.parametrize(("door", "payload"), [("unsubscribe", OPT_OUT), ("confirm", ASKED), ("answer", ANSWER)])
def test_what_nobody_took_is_not_confirmed(door, payload):
    page = getattr(Shop(commits=False, queues=False).links, door)(token(payload), POSTED)
    assert page.status == 503
    assert page.headers["Retry-After"] == "60"


@pytest.mark.parametrize(("door", "payload"), [("confirm", ASKED), ("answer", ANSWER)])
def test_whoever_was_forgotten_since_has_said_nothing_and_is_told_so(door, payload):
    shop = Shop(forgotten=True)
    page = getattr(shop.links, door)(token(payload), visit(method="POST", accept_language="en"))
    assert (page.status, "This link is no longer valid" in page.body) == (410, True)
    assert (shop.committed, shop.queued) == ([], [])


def test_who_was_forgotten_and_opts_out_gets_nothing_as_they_wish():
    assert Shop(forgotten=True).links.unsubscribe(token(OPT_OUT), POSTED).status == 200


@pytest.mark.parametrize(
    ("door", "payload"),
    [
        ("ask", OPT_OUT),
        ("unsubscribe", OPT_OUT),
        ("follow", LINK),
        ("follow", ANSWER),
        ("answer", ANSWER),
        ("ask_to_confirm", ASKED),
        ("confirm", ASKED),
    ],
)
@pytest.mark.parametrize(
    ("spoil", "status"), [(expired, 410), (forged, 404), (garbled, 404), (lambda payload: "x", 404)]
)
def test_a_token_that_is_not_good_does_nothing(door, payload, spoil, status):
    shop = Shop()
    page = getattr(shop.links, door)(spoil(payload), POSTED)
    assert page.status == status
    assert "Location" not in page.headers
    assert (shop.committed, shop.queued) == ([], [])


@pytest.mark.parametrize(
    ("door", "payload"),
    [
        (door, payload)
        for door, good in {
            "ask": (Unsubscribe,),
            "unsubscribe": (Unsubscribe,),
            "follow": (Link, Answer),
            "answer": (Answer,),
            "ask_to_confirm": (Confirm,),
            "confirm": (Confirm,),
        }.items()
        for payload in (OPT_OUT, LINK, ANSWER, ASKED, Preferences("ada", "m1"))
        if not isinstance(payload, good)
    ],
)
def test_a_token_opens_its_own_door_only(door, payload):
    shop = Shop()
    assert getattr(shop.links, door)(token(payload), POSTED).status == 404
    assert (shop.committed, shop.queued) == ([], [])


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "da"),
        ("en-GB,en;q=0.9,da;q=0.8", "en"),
        ("da-DK", "da"),
        ("de;q=0.3, sv;q=0.9", "sv"),
        ("pl;q=0, de", "de"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("fr,xx", "da"),
        ("*", "da"),
        (",;=", "da"),
        ("en;q=abc,pl", "pl"),
        ("x" * 10_000, "da"),
    ],
)
def test_a_page_speaks_the_reader_s_language(accepted, language):
    assert f'<html lang="{language}">' in Shop().links.ask(token(OPT_OUT), visit(accept_language=accepted)).body


def test_what_a_page_sends_is_answered_in_its_own_language():
    shop = Shop()
    answer = shop.links.unsubscribe(token(OPT_OUT), visit(b"from=topic&shown=sv", accept_language="en"))
    assert '<html lang="sv">' in answer.body
    assert '<html lang="en">' in shop.links.unsubscribe(token(OPT_OUT), visit(b"shown=xx", accept_language="en")).body


def test_a_page_needs_no_script_and_no_third_party():
    page = Shop().links.ask(token(OPT_OUT), visit())
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in page.body
    assert "http" not in page.body
    assert "Nordlys &lt;&amp;&gt;" in page.body
