"""The gates of a send in their order: what goes, and which gate is the first to refuse; what was decided is looked at again."""

import pytest

from tests.unit.domain.truths.table import Row, SendGate

MAIL = "steps: [send: {channel: email, template: a}]"
SMS = "steps: [send: {channel: sms, template: a}]"
PUSH = "steps: [send: {channel: push, template: a}]"
CART = f"event: x, absent: {{event: never, for: 1h}}, exit: {{event: y, same: properties.n}}, {MAIL}"
LONG = f"event: x, absent: {{event: never, for: 20d}}, exit: {{event: y, same: properties.n}}, {MAIL}"
UNTIL = (
    f"event: x, absent: {{event: never, until: event.properties.at}}, exit: {{event: y, same: properties.n}}, {MAIL}"
)
ONE_A_DAY = "policy: {frequency_caps: [{at_most: 1, per: 1d}]}"
NIGHT = "policy: {quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}]}"
KNOWN = {
    "MAIL": MAIL,
    "SMS": SMS,
    "PUSH": PUSH,
    "CART": CART,
    "LONG": LONG,
    "UNTIL": UNTIL,
    "ONE_A_DAY": ONE_A_DAY,
    "NIGHT": NIGHT,
}

PAUSED = SendGate("paused", [
    ("paused before the next send", "steps: [send: {channel: email, template: a}, wait: 1d, send: {channel: email, template: b}]", "0 x; +1h pauses", "goes, paused"),
    ("paused before delivery", "MAIL", "0 x; +1m pauses; +2m delivers", "goes, paused"),
    ("not paused", "MAIL", "0 x; +2m delivers", "goes, sent"),
    ("a refused send does not stop the chain", "steps: [wait: 1d, send: {channel: email, template: a}, wait: 1d, send: {channel: email, template: b}]", "0 x; +1h pauses", "paused, paused"),
], known=KNOWN)  # fmt: skip

EXPIRED = SendGate("expired", [
    ("due just so long ago", "expires: 6h, steps: [wait: 1h, send: {channel: email, template: a}]", "0 x; 0 sleeps; +7h-1ms wakes", "goes"),
    ("due too long ago", "expires: 6h, steps: [wait: 1h, send: {channel: email, template: a}]", "0 x; 0 sleeps; +7h wakes", "expired"),
    ("delivered too late", "expires: 6h, MAIL", "0 x; +6h delivers", "goes, expired"),
    ("delivered in time", "expires: 6h, MAIL", "0 x; +6h-1ms delivers", "goes, sent"),
    ("from when the step was due, not from when it was decided", "expires: 6h, MAIL", "0 x late=5h; +6h delivers", "goes, expired"),
    ("before suppressed", "expires: 6h, steps: [wait: 1h, send: {channel: email, template: a}]", "-1d bounces; 0 x; 0 sleeps; +7h wakes", "expired"),
], known=KNOWN)  # fmt: skip

EXITED = SendGate("exited", [
    ("no exit", "CART", "0 x", "goes"),
    ("between the trigger and the send", "CART", "0 x; +1m y", "exited"),
    ("at the trigger's very instant", "CART", "0 x; 0 y", "exited"),
    ("before the trigger", "CART", "-1m y; 0 x", "goes"),
    ("another one's", "CART", "0 x n=1; +1m y n=2", "goes"),
    ("its own", "CART", "0 x n=1; +1m y n=1", "exited"),
    ("without a value: equal", "CART", "0 x n=1; +1m y", "exited"),
    ("the trigger itself is none", "event: x, exit: {event: x}, MAIL", "0 x", "goes"),
    ("one of several exits", "event: x, absent: {event: never, for: 1h}, exit: [{event: y}, {event: z}], MAIL", "0 x; +1m z", "exited"),
    ("after the decision, before delivery", "MAIL, exit: {event: y}", "0 x; +1m y; +2m delivers", "goes, exited"),
    ("heard of late, before delivery", "MAIL, exit: {event: y}", "0 x; +1m y late=1m; +3m delivers", "goes, exited"),
    ("dated before the trigger, heard of before delivery", "MAIL, exit: {event: y}", "0 x; -1m y late=2m; +3m delivers", "goes, sent"),
    ("heard of before a trigger that comes late", "MAIL, exit: {event: y}", "+1m y; 0 x late=2m", "exited"),
    ("after delivery", "MAIL, exit: {event: y}", "0 x; +2m delivers; +3m y", "goes, sent"),
    ("of its value, long before what is armed is due, and others since", "LONG", "0 x n=1; +1d y n=1; +15d y n=3", "exited"),
    ("of its value, long before a moment that is waited for", "UNTIL", '0 x n=1 at="2026-06-21"; +1d y n=1; +15d y n=3', "exited"),
    ("before expired", "CART, expires: 6h", "0 x; +1m y; +2m sleeps; +4h wakes", "exited"),
], known=KNOWN)  # fmt: skip

SUPPRESSED = SendGate("suppressed", [
    ("a good address", "MAIL", "0 x", "goes"),
    ("it bounced", "MAIL", "-1d bounces; 0 x", "suppressed"),
    ("it bounced softly", "MAIL", "-1d bounces softly; 0 x", "goes"),
    ("a complaint", "MAIL", "-1d bounces as=complained; 0 x", "suppressed"),
    ("another channel", "SMS", "-1d bounces; 0 x", "goes"),
    ("transactional never goes there either", "MAIL, topic: service", "-1d bounces; 0 x", "suppressed"),
    ("before no_consent", "MAIL", "-1d bounces; -1d withdraws offers/email; 0 x", "suppressed"),
    ("a new address", "MAIL", "-2d bounces; -1d address email is=new@example.com; 0 x", "goes"),
    ("the old address again", "MAIL", "-3d bounces; -2d address email is=new@example.com; -1d address email is=anna@example.com; 0 x", "suppressed"),
    ("after the decision, before delivery", "MAIL", "0 x; +1m bounces; +2m delivers", "goes, suppressed"),
    ("only the address itself knew: the next channel", "steps: [send: {channel: [email, sms], template: a}]", "0 x; +1m reports claim_suppressed", "goes, claim_suppressed, goes"),
    ("only the address itself knew: from then on this is known", "MAIL, key: '{{ event.id }}'", "0 x; +1m reports claim_suppressed; +1h x", "goes, claim_suppressed, suppressed"),
    ("suppressed since it was decided: no other channel", "steps: [send: {channel: [email, sms], template: a}]", "0 x; +1m reports suppressed", "goes, suppressed"),
    ("the provider said it is no address", "MAIL, key: '{{ event.id }}'", "0 x; +1m reports undeliverable; +1h x", "goes, undeliverable, suppressed"),
], known=KNOWN)  # fmt: skip

NO_CONSENT = SendGate("no_consent", [
    ("granted", "MAIL", "0 x", "goes"),
    ("withdrawn", "MAIL", "-1d withdraws offers/email; 0 x", "no_consent"),
    ("never granted", "MAIL, topic: other, policy: {topics: {other: {consent: explicit}}}", "0 x", "no_consent"),
    ("on another channel", "SMS", "-1d withdraws offers/email; 0 x", "goes"),
    ("to another topic", "MAIL", "-1d withdraws news/email; 0 x", "goes"),
    ("granted again", "MAIL", "-2d withdraws offers/email; -1d grants offers/email; 0 x", "goes"),
    ("an older grant that comes late", "MAIL", "-2d withdraws offers/email; -3d grants offers/email late=2d; 0 x", "no_consent"),
    ("of two of one instant withdrawal wins", "MAIL", "-1d withdraws offers/email; -1d grants offers/email; 0 x", "no_consent"),
    ("the other way round", "MAIL", "-1d grants offers/email; -1d withdraws offers/email; 0 x", "no_consent"),
    ("double opt-in, granted without proof", "MAIL, topic: news", "-2d withdraws news/email; -1d grants news/email; 0 x", "no_consent"),
    ("double opt-in, proven", "MAIL, topic: news", "-2d withdraws news/email; -1d proves news/email; 0 x", "goes"),
    ("implied", "MAIL, topic: tips", "0 x", "goes"),
    ("implied, withdrawn", "MAIL, topic: tips", "-1d withdraws tips/email; 0 x", "no_consent"),
    ("transactional needs none", "MAIL, topic: service", "-1d withdraws service/email; 0 x", "goes"),
    ("a pause", "MAIL", "-1d answers paused_until=2026-06-05; 0 x", "no_consent"),
    ("a pause that is over", "MAIL", "-1d answers paused_until=2026-06-01T09:00:00Z; 0 x", "goes"),
    ("a pause until a day, by the customer's clock", "MAIL", "-2d put timezone=America/New_York; -1d answers paused_until=2026-06-01; +4h-1ms x; +4h x", "no_consent, goes"),
    ("a pause that is no moment", "MAIL", "-1d answers paused_until=soon; 0 x", "goes"),
    ("a pause taken back", "MAIL", "-2d answers paused_until=2026-06-05; -1d answers paused_until=null; 0 x", "goes"),
    ("transactional knows no pause", "MAIL, topic: service", "-1d answers paused_until=2026-06-05; 0 x", "goes"),
    ("suppressed before a pause", "MAIL", "-1d answers paused_until=2026-06-05; -1d bounces; 0 x", "suppressed"),
    ("a pause after the decision, before delivery", "MAIL", "0 x; +1m answers paused_until=2026-06-05; +2m delivers", "goes, no_consent"),
    ("a pause that is over at delivery", "MAIL", "0 x; +1m answers paused_until=2026-06-01T09:01:30Z; +2m delivers", "goes, sent"),
    ("before no_address", "PUSH", "-1d withdraws offers/push; 0 x", "no_consent"),
    ("after the decision, before delivery", "MAIL", "0 x; +1m withdraws offers/email; +2m delivers", "goes, no_consent"),
], known=KNOWN)  # fmt: skip

NO_ADDRESS = SendGate("no_address", [
    ("known", "MAIL", "0 x", "goes"),
    ("never known", "PUSH", "0 x", "no_address"),
    ("taken back", "MAIL", "-1d address email is=null; 0 x", "no_address"),
    ("known again", "MAIL", "-2d address email is=null; -1d address email is=anna@example.com; 0 x", "goes"),
    ("transactional needs one", "PUSH, topic: service", "0 x", "no_address"),
    ("before frequency_cap", "PUSH, policy: {frequency_caps: [{at_most: 0, per: 1d}]}", "0 x", "no_address"),
    ("after the decision, before delivery", "MAIL", "0 x; +1m address email is=null; +2m delivers", "goes, no_address"),
], known=KNOWN)  # fmt: skip

TABLES = (PAUSED, EXPIRED, EXITED, SUPPRESSED, NO_CONSENT, NO_ADDRESS)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_the_first_gate_that_refuses_a_send_is_the_reason(table: SendGate, row: Row) -> None:
    table.check(row)
