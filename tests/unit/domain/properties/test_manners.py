"""No life brings a message inside a cooldown, above a cap, without consent or in quiet hours; counted over everything."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.effects import PutMessage
from kairos.domain.events import Event, Millis
from tests.unit.domain.properties.lives import Happened, Told, happened, profile
from tests.unit.domain.properties.oracle import Oracle
from tests.unit.domain.properties.whole import BY_EVENT, BY_TIME, POLICY
from tests.unit.domain.shop import DAY, HOUR, T0, campaign, catalog, joined, send, started

END = T0
OFTEN: dict[str, Any] = {
    "often": campaign(started("page.viewed"), send("one", "sms", "email"), topic="tips"),
    "seldom": campaign(started("page.viewed", "cart.updated"), send("two", "sms"), cooldown=DAY, topic="tips", priority=70),
    "papers": campaign(started("whitepaper.downloaded"), send("three", "sms", "email"), topic="news", holdout=0.5),
    "receipt": campaign(started("order.placed"), send("four"), topic="service"),
}  # fmt: skip
WINDOW = {"arbitration": {"keep": 1, "window": 2 * HOUR, "then": "drop", "after": 4 * HOUR}}
LIVES = {False: POLICY, True: POLICY | WINDOW}
SHOPS = {window: catalog(policy, **BY_TIME, **BY_EVENT, **OFTEN) for window, policy in LIVES.items()}
CONSENT = {"offers": "explicit", "news": "double_opt_in", "tips": "implied"}
STORY = st.lists(
    st.one_of(happened(), happened("page", "cart", "paper", "consent", "address")), min_size=4, max_size=25
)


def lived(story: list[Happened], window: bool, naps: list[Millis]) -> tuple[Told, dict[str, list[Event]]]:
    """Woken at every due moment, and a few times for nothing; every third event is delivered again a day later.

    Answers also what had been heard when each message was decided.
    """
    events = [thing.event(END, number) for number, thing in enumerate(story)]
    lines: list[tuple[Millis, Event | None]] = [(event.received, event) for event in events]
    lines += [(event.received + DAY, event) for event in events[::3]] + [(END - nap, None) for nap in naps]
    birth = END - 30 * DAY
    life, heard = Told(SHOPS[window]), [joined(birth, ("offers", "tips"))]
    known: dict[str, list[Event]] = {}

    def note() -> None:
        for _, message in life.decided:
            known.setdefault(message.id, list(heard))

    life.hear(heard[0], birth)
    for now, event in sorted(lines, key=lambda line: line[0]):
        life.until(now - 1)
        note()
        if event is None:
            life.wake(now)
        else:
            heard.append(event)
            life.hear(event, now)
        note()
    life.until(END + 9 * DAY)
    note()
    return life, known


def consented(heard: list[Event], topic: str, channel: str) -> bool:
    """By the newest word; of one time withdrawal, then the later received stands."""
    words = [
        (one.time, one.state == "withdrawn", event.received, bool(one.proof))
        for event in heard
        for one in event.consents
        if (one.topic, one.channel) == (topic, channel)
    ]
    if not words:
        return CONSENT[topic] == "implied"
    _, withdrawn, _, proven = max(words)
    return not withdrawn and (proven or CONSENT[topic] != "double_opt_in")


def counts(cap: dict[str, Any], one: PutMessage, other: PutMessage) -> bool:
    """Whether both take places of the same cap."""
    concerned = all(not cap.get("channels") or m.channel in cap["channels"] for m in (one, other))
    return concerned and (cap.get("same") != "campaign" or one.campaign == other.campaign)


@profile(150)
@given(STORY, st.booleans(), st.lists(st.integers(0, 12 * DAY), max_size=4))
def test_no_life_brings_a_message_that_manners_forbid(story: list[Happened], window: bool, naps: list[Millis]) -> None:
    life, heard = lived(story, window, naps)
    messages = [(now, m) for now, m in life.decided if m.channel != "event"]
    assert len({m.id for _, m in messages}) == len(messages)
    keys = [(entry.campaign, entry.key) for _, entry in life.entries]
    assert len(set(keys)) == len(keys)
    control = {(entry.campaign, entry.key) for _, entry in life.entries if entry.control}
    marketing = [(now, m) for now, m in messages if not m.transactional]
    for now, message in messages:
        assert now < message.expires and (message.campaign, message.key) not in control
    for now, message in marketing:
        known = heard[message.id]
        assert consented(known, message.topic, message.channel), (now, message)
        there = datetime.fromtimestamp(now / 1000, UTC).astimezone(
            Oracle({"timezone": "Europe/Copenhagen"}, deliveries=known).zone
        )
        assert message.channel != "sms" or 8 <= there.hour < 21, (there, message)
        for cap in POLICY["frequency_caps"]:
            if not cap.get("channels") or message.channel in cap["channels"]:
                taken = sum(now - cap["per"] < at <= now and counts(cap, message, m) for at, m in marketing)
                assert taken <= cap["at_most"], (now, message, cap)
    kept = {(m.campaign, m.key) for _, m in messages} | control
    for names, span in (({"left"}, 3 * DAY), ({"seldom"}, DAY), ({"keen-now"}, DAY), ({"left", "lapsed"}, 2 * DAY)):
        moments = sorted(at for at, e in life.entries if e.campaign in names and (e.campaign, e.key) in kept)
        assert all(later - earlier >= span for earlier, later in pairwise(moments)), names
    refused = {r.reason for r in life.lines if r.step == "send.four" and r.outcome in ("refused", "deferred")}
    assert refused <= {"expired", "exited", "suppressed", "no_address"}
