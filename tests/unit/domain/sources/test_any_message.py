"""Whatever a message of the protocol holds, it is an event that can be carried and decided on, or refused with its field."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from kairos.domain.decide import decide
from kairos.domain.events import Event, Ref
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import CALLS, messages
from kairos.domain.state import Customer
from tests.unit.domain.shop import campaign, catalog, started
from tests.unit.domain.sources.spoken import NOW, SEGMENT, VOCABULARY

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(("", "ada", "2026-06-01T08:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "ios", "UTC", "a@b.example")),
)  # fmt: skip
FIELDS = (
    "product_id", "id", "price", "quantity", "total", "currency", "items", "products", "email", "phone", "birthday", "timezone",
    "locale", "company", "name", "address", "country", "traits", "device", "type", "token", "employee_count",
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from([*(name.title() for name in VOCABULARY.events), "Chat Opened", "message.sent"])
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(CALLS) | VALUES, "userId": st.just("ada") | VALUES, "event": NAMES | VALUES},
    optional=dict.fromkeys(("anonymousId", "previousId", "groupId", "messageId", "traits", "properties", "context", "timestamp", "originalTimestamp", "sentAt", "receivedAt", "name", "category"), VALUES),
)  # fmt: skip
KNOWN = catalog(any=campaign(started("any"), audience={"attributes": {"country": [{"exists": True}]}}))


@settings(max_examples=300, deadline=None)
@given(MESSAGES, st.booleans())
def test_any_message_is_an_event_or_refused(message, trusted):
    try:
        event = SEGMENT(message, received=NOW, new_id=lambda: "made", trusted=trusted)
    except BadEvent as refused:
        assert refused.code and refused.message  # noqa: PT017 - one of two good ends
        return
    assert canonical.from_dict(json.loads(json.dumps(canonical.to_dict(event)))) == event
    others = [Customer.unknown(who) for who in (event.customer.previous_id,) if who] if event.customer else []
    decide(Customer.unknown("ada"), event, KNOWN, NOW, others)


@given(VALUES)
def test_any_body_is_a_list_of_messages_or_refused(body):
    for call in ("batch", "track"):
        try:
            assert isinstance(messages(call, body), list)
        except BadEvent as refused:
            assert refused.message  # noqa: PT017 - one of two good ends


@given(VALUES, VALUES)
def test_any_context_is_digested(timezone, locale):
    event = Event("e", "any.thing", NOW, NOW, customer=Ref(id="ada"), context={"timezone": timezone, "locale": locale})
    decide(Customer.unknown("ada"), event, KNOWN, NOW)
