"""The last gates of a send, for marketing only: frequency caps, quiet hours, arbitration; and who is held out."""

import pytest

from tests.unit.domain.truths.table import Row, SendGate

MAIL = "steps: [send: {channel: email, template: a}]"
EACH = "key: '{{ event.id }}'"
BOTH = "steps: [send: {channel: [email, sms], template: a}]"
ONE_A_DAY = "policy: {frequency_caps: [{at_most: 1, per: 1d}]}"
OTHER = "beside: {other: {trigger: {event: y}, steps: [send: {channel: email, template: b}]}}"
KNOWN = {"MAIL": MAIL, "EACH": EACH, "BOTH": BOTH, "ONE_A_DAY": ONE_A_DAY, "OTHER": OTHER}

CAP = SendGate("frequency_cap", [
    ("no cap", "MAIL, EACH", "0 x; +1m x", "goes, goes"),
    ("used up", "MAIL, EACH, ONE_A_DAY", "0 x; +1d-1ms x", "goes, frequency_cap"),
    ("it slides: exactly its span ago is out", "MAIL, EACH, ONE_A_DAY", "0 x; +1d x", "goes, goes"),
    ("three in a week", "MAIL, EACH, policy: {frequency_caps: [{at_most: 3, per: 7d}]}", "0 4×1d x", "goes, goes, goes, frequency_cap"),
    ("whichever is used up", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d}, {at_most: 2, per: 7d}]}", "0 x; +1h x; +2d x; +4d x", "goes, frequency_cap, goes, frequency_cap"),
    ("by another campaign", "MAIL, ONE_A_DAY, OTHER", "0 y; +1h x", "frequency_cap"),
    ("per channel: that one", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d, channels: [email]}]}", "0 x; +1h x", "goes, frequency_cap"),
    ("per channel: another one", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d, channels: [sms]}]}", "0 x; +1h x", "goes, goes"),
    ("per topic: that one", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d, topics: [offers]}]}", "0 x; +1h x", "goes, frequency_cap"),
    ("per topic: another one", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d, topics: [news]}]}", "0 x; +1h x", "goes, goes"),
    ("same campaign", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d, same: campaign}]}", "0 x; +1h x", "goes, frequency_cap"),
    ("another campaign", "MAIL, policy: {frequency_caps: [{at_most: 1, per: 1d, same: campaign}]}, OTHER", "0 y; +1h x", "goes"),
    ("same topic", "MAIL, policy: {frequency_caps: [{at_most: 1, per: 1d, same: topic}]}, OTHER", "0 y; +1h x", "frequency_cap"),
    ("another topic", "MAIL, topic: tips, policy: {frequency_caps: [{at_most: 1, per: 1d, same: topic}]}, OTHER", "0 y; +1h x", "goes"),
    ("transactional is not counted", "MAIL, ONE_A_DAY, beside: {other: {topic: service, trigger: {event: y}, steps: [send: {channel: email, template: b}]}}", "0 y; +1h x", "goes"),
    ("transactional is not capped", "MAIL, topic: service, ONE_A_DAY, OTHER", "0 y; +1h x", "goes"),
    ("given back: a gate stopped it at delivery", "MAIL, EACH, ONE_A_DAY, exit: {event: z}", "0 x; +1m z; +2m delivers; +1h x", "goes, exited, goes"),
    ("a refused send took none", "MAIL, EACH, ONE_A_DAY", "-1h withdraws offers/email; 0 x; +1h grants offers/email; +2h x", "no_consent, goes"),
    ("the held out take none", "MAIL, ONE_A_DAY, beside: {other: {holdout: 100%, trigger: {event: y}, steps: [send: {channel: email, template: b}]}}", "0 y; +1h x", "goes"),
    ("before quiet_hours", "MAIL, EACH, policy: {frequency_caps: [{at_most: 1, per: 1d}], quiet_hours: [{channels: [email], from: '10:00', to: '12:00'}]}", "0 x; +1h30m x", "goes, frequency_cap"),
    ("by the clock on the wall, not by when it was due", "MAIL, EACH, ONE_A_DAY, expires: 7d", "0 x; -2d x late=2d1h", "goes, frequency_cap"),
], known=KNOWN)  # fmt: skip

NIGHT = "policy: {quiet_hours: [{channels: [email], from: '21:00', to: '08:00'}]}"
MORNING = "policy: {quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}]}"

QUIET = SendGate("quiet_hours", [
    ("outside of them", "MAIL, NIGHT", "0 x", "goes"),
    ("deferred to their end", "MAIL, MORNING", "0 x", "quiet_hours (deferred), goes"),
    ("from is quiet", "MAIL, NIGHT", "+12h x", "quiet_hours (deferred), goes"),
    ("just before", "MAIL, NIGHT", "+12h-1s x", "goes"),
    ("to is not", "MAIL, NIGHT", "+23h x", "goes"),
    ("just before their end", "MAIL, NIGHT", "+23h-1s x", "quiet_hours (deferred), goes"),
    ("over midnight", "MAIL, NIGHT", "+16h x", "quiet_hours (deferred), goes"),
    ("another channel", "steps: [send: {channel: sms, template: a}], MORNING", "0 x", "goes"),
    ("where the customer is", "MAIL, NIGHT", "-1d put timezone=Asia/Tokyo; +3h x", "quiet_hours (deferred), goes"),
    ("they move to where it is day", "MAIL, NIGHT, expires: 2h", "-1d put timezone=Asia/Tokyo; +4h x; +5h put timezone=Europe/Copenhagen", "quiet_hours (deferred), goes"),
    ("they move to where it is night", "MAIL, NIGHT", "-1d put timezone=Asia/Tokyo; +4h x; +13h put timezone=Europe/Copenhagen", "quiet_hours (deferred), goes"),
    ("they tell something else", "MAIL, NIGHT", "+16h x; +17h put c=DK", "quiet_hours (deferred), goes"),
    ("not where we are", "MAIL, MORNING", "-1d put timezone=Asia/Tokyo; 0 x", "goes"),
    ("transactional speaks at night", "MAIL, MORNING, topic: service", "0 x", "goes"),
    ("judged again: withdrawn meanwhile", "MAIL, MORNING", "0 x; +1h withdraws offers/email", "quiet_hours (deferred), no_consent"),
    ("judged again: exited meanwhile", "MAIL, MORNING, exit: {event: y}", "0 x; +1h y", "quiet_hours (deferred)"),
    ("expiry wins", "MAIL, MORNING, expires: 2h", "0 x", "quiet_hours (deferred), expired"),
    ("one window behind another", "MAIL, policy: {quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}, {channels: [email], from: '12:00', to: '14:00'}]}", "0 x", "quiet_hours (deferred), goes"),
    ("an end that comes twice, asked the second time", "MAIL, expires: 2h, policy: {timezone: Europe/Copenhagen, quiet_hours: [{channels: [email], from: '21:00', to: '02:30'}]}", "2026-10-25T01:15 x", "quiet_hours (deferred), goes"),
    ("between an end that came and the same hour again", "MAIL, policy: {timezone: Europe/Copenhagen, quiet_hours: [{channels: [email], from: '21:00', to: '02:30'}]}", "2026-10-25T00:45 x", "goes"),
    ("all day long", "MAIL, policy: {quiet_hours: [{channels: [email], from: '08:00', to: '20:00'}, {channels: [email], from: '20:00', to: '08:00'}]}", "0 x", "quiet_hours (deferred), expired"),
    ("before outranked", "MAIL, MORNING, beside: {other: {priority: 90, topic: tips, trigger: {event: x}, steps: [send: {channel: sms, template: b}]}}", "0 x", "quiet_hours (deferred), goes"),
    ("control is deferred too", "MAIL, MORNING, holdout: 100%", "0 x", "quiet_hours (deferred), holdout"),
], known=KNOWN | {"NIGHT": NIGHT, "MORNING": MORNING})  # fmt: skip

SOON = "policy: {arbitration: {keep: 1, then: requeue, after: 4h}}"
WINDOW = "policy: {arbitration: {keep: 1, window: 1h}}"
DROP = (
    "external: drop, audience: {tagged: t}, beside: {tags: {trigger: {event: tagme}, steps: [tag: t]}, "
    "dated: {priority: 50, trigger: {date: attributes.d}, steps: [send: {channel: email, template: b}]}}"
)


def rival(about: str, trigger: str = "x", name: str = "rival") -> str:
    """Another campaign that speaks at the same instant."""
    return f"beside: {{{name}: {{trigger: {{event: {trigger}}}, steps: [send: {{channel: email, template: b}}], {about}}}}}"


OUTRANKED = SendGate("outranked", [
    ("alone", "MAIL", "0 x", "goes"),
    ("higher priority wins", "MAIL, priority: 60, " + rival("priority: 50"), "0 x", "goes"),
    ("lower priority loses", "MAIL, priority: 40, " + rival("priority: 50"), "0 x", "outranked"),
    ("of equals the more valuable", "MAIL, value: 9, " + rival("value: 10"), "0 x", "outranked"),
    ("value times likelihood", "MAIL, value: 9, " + rival("value: 10, likelihood: 0.8"), "0 x", "goes"),
    ("as valuable as the customer's attribute says", "MAIL, value: attributes.v, " + rival("value: 10"), "-1d put v=11; 0 x", "goes"),
    ("as likely as the customer's attribute says", "MAIL, value: 12, likelihood: attributes.l, " + rival("value: 10"), "-1d put l=0.5; 0 x", "outranked"),
    ("an attribute that is no number is worth nothing", "MAIL, value: attributes.v, " + rival("value: 1"), "-1d put v=much; 0 x", "outranked"),
    ("of equals the earlier moment", "MAIL, WINDOW, " + rival("expires: 2d", "y"), "0 x; +30m y", "window (deferred), goes"),
    ("the later moment", "MAIL, WINDOW, " + rival("expires: 2d", "y"), "0 y; +30m x", "window (deferred), outranked"),
    ("of equals the name", "MAIL, " + rival("value: 0", name="aaa"), "0 x", "outranked"),
    ("the name, the other way round", "MAIL, " + rival("value: 0", name="zzz"), "0 x", "goes"),
    ("what cannot go silences nothing: no consent", "MAIL, priority: 40, " + rival("priority: 50, topic: news"), "-1d withdraws news/email; 0 x", "goes"),
    ("what cannot go silences nothing: no address", "MAIL, priority: 40, beside: {rival: {priority: 50, trigger: {event: x}, steps: [send: {channel: push, template: b}]}}", "0 x", "goes"),
    ("what is held by quiet hours silences nothing", "MAIL, priority: 40, beside: {rival: {priority: 50, trigger: {event: x}, steps: [send: {channel: sms, template: b}]}}, policy: {quiet_hours: [{channels: [sms], from: '08:00', to: '12:00'}]}", "0 x", "goes"),
    ("transactional silences nothing", "MAIL, priority: 40, " + rival("priority: 50, topic: service"), "0 x", "goes"),
    ("transactional is silenced by nothing", "MAIL, priority: 40, topic: service, " + rival("priority: 50"), "0 x", "goes"),
    ("the held out silence nothing", "MAIL, priority: 40, " + rival("priority: 50, holdout: 100%"), "0 x", "goes"),
    ("two may speak", "MAIL, priority: 40, policy: {arbitration: {keep: 2}}, " + rival("priority: 50"), "0 x", "goes"),
    ("each takes its caps in turn", "MAIL, priority: 40, policy: {arbitration: {keep: 2}, frequency_caps: [{at_most: 1, per: 1d}]}, " + rival("priority: 50"), "0 x", "frequency_cap"),
    ("an event of nobody competes with what is due at its instant", "MAIL, priority: 40, DROP", "0 tagme; 0 put d=2026-06-03; 2026-06-03T09:00 external drop", "outranked"),
    ("its chain goes on once", "steps: [send: {channel: email, template: a}, wait: 1d, send: {channel: email, template: c}], priority: 60, cooldown: 1d, DROP", "0 tagme; 0 put d=2026-06-03; 2026-06-03T09:00 external drop", "goes, goes"),
    ("and may win", "MAIL, priority: 60, DROP", "0 tagme; 0 put d=2026-06-03; 2026-06-03T09:00 external drop", "goes"),
    ("requeued", "MAIL, priority: 40, SOON, " + rival("priority: 50"), "0 x", "outranked (deferred), goes"),
    ("requeued until it has expired", "MAIL, priority: 40, expires: 4h, SOON, " + rival("priority: 50"), "0 x", "outranked (deferred), expired"),
    ("without a window what comes a moment later competes with nothing", "MAIL, priority: 40, " + rival("priority: 50", "y"), "0 x; +1ms y", "goes"),
], known=KNOWN | {"SOON": SOON, "WINDOW": WINDOW, "DROP": DROP})  # fmt: skip

WAITS = SendGate("window", [
    ("a window lets the later one win", "MAIL, WINDOW, " + rival("priority: 90", "y"), "0 x; +30m y", "window (deferred), outranked"),
    ("after the window", "MAIL, WINDOW, " + rival("priority: 90", "y"), "0 x; +1h+1ms y", "window (deferred), goes"),
    ("judged again when the window closes", "MAIL, WINDOW", "0 x; +30m withdraws offers/email", "window (deferred), no_consent"),
    ("transactional waits for no window", "MAIL, WINDOW, topic: service", "0 x", "goes"),
    ("no window", "MAIL", "0 x", "goes"),
    ("from the first of them, not from the last", "MAIL, EACH, WINDOW", "0 x; +50m x", "window (deferred), window (deferred), goes, outranked"),
    ("who is held by quiet hours waits for those that are due then", "MAIL, priority: 40, policy: {arbitration: {window: 1h}, quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}]}, beside: {rival: {priority: 50, trigger: {event: y}, steps: [send: {channel: sms, template: b}]}}", "0 x; +3h30m y", "quiet_hours (deferred), window (deferred), outranked"),
    ("when the window closes it is night", "MAIL, policy: {arbitration: {window: 1h}, quiet_hours: [{channels: [email], from: '09:30', to: '12:00'}]}", "0 x", "window (deferred), quiet_hours (deferred), window (deferred), goes"),
    ("expiry wins", "MAIL, expires: 1h, WINDOW", "0 x", "window (deferred), expired"),
    ("control waits too", "MAIL, holdout: 100%, WINDOW", "0 x", "window (deferred), holdout"),
    ("control opens none for others", "MAIL, WINDOW, " + rival("holdout: 100%, priority: 90", "y"), "0 y; +30m x", "window (deferred), goes"),
], known=KNOWN | {"WINDOW": WINDOW})  # fmt: skip

HOLDOUT = SendGate("holdout", [
    ("not held out", "MAIL", "0 x", "goes"),
    ("held out", "MAIL, holdout: 100%", "0 x", "holdout"),
    ("the last gate: no consent is before it", "MAIL, holdout: 100%", "-1d withdraws offers/email; 0 x", "no_consent"),
    ("outranked is before it", "MAIL, holdout: 100%, priority: 40, " + rival("priority: 50"), "0 x", "outranked"),
    ("a cap that others used up is before it", "MAIL, holdout: 100%, ONE_A_DAY, OTHER", "0 y; +1h x", "frequency_cap"),
    ("transactional", "MAIL, holdout: 100%, topic: service", "0 x", "holdout"),
    ("each send", "holdout: 100%, steps: [send: {channel: email, template: a}, wait: 1d, send: {channel: email, template: b}]", "0 x", "holdout, holdout"),
], known=KNOWN)  # fmt: skip

TABLES = (CAP, QUIET, OUTRANKED, WAITS, HOLDOUT)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_manners_before_a_message(table: SendGate, row: Row) -> None:
    table.check(row)
