"""What a page's answer withdraws, whatever the clocks of workers say."""

import pytest

from kairos.domain.events import Consent, Event, Ref
from kairos.domain.facts import outspoken, set_consents
from kairos.domain.state import State

NOW = 1_780_308_100_000
AHEAD, BEFORE = NOW + 600_000, NOW - 600_000


def said(word, *, own=True, time=NOW):
    consents = (Consent("news", "email", word, time),)
    return Event("e", "consent.withdrawn", NOW, NOW, "links", Ref(id="bob"), consents=consents, own=own)


@pytest.mark.parametrize(
    ("event", "granted", "word"),
    [
        (said("withdrawn"), BEFORE, "withdrawn"),
        (said("withdrawn"), NOW, "withdrawn"),
        (said("withdrawn"), AHEAD, "withdrawn"),  # seed 301: the worker that granted had a clock ten minutes ahead
        (said("withdrawn", own=False), AHEAD, "proven"),  # a shop tells when it was said
        (said("granted"), AHEAD, "proven"),  # the grant there is stays what it is
    ],
)
def test_who_leaves_while_a_page_looks_on_has_left(event, granted, word):
    state = State(consents={"news/email": ("proven", granted, granted)})
    set_consents(state, outspoken(state, event))
    assert state.consents["news/email"][0] == word


def test_what_nobody_spoke_of_before_is_withdrawn_as_told():
    event = said("withdrawn")
    assert outspoken(State(), event) == event
