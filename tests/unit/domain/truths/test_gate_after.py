"""How a message ended, and what that gives back: its place in the caps, the cooldown, the next channel, the address."""

import pytest

from tests.unit.domain.truths.table import AfterGate, Row

MAIL = "steps: [send: {channel: email, template: a}]"
BOTH = "steps: [send: {channel: [email, sms], template: a}]"
EACH = "key: '{{ event.id }}'"
CAPPED = f"{MAIL}, {EACH}, policy: {{frequency_caps: [{{at_most: 1, per: 1d}}]}}"
COOLED = f"{MAIL}, {EACH}, cooldown: 3d"
KNOWN = {"MAIL": MAIL, "BOTH": BOTH, "EACH": EACH, "CAPPED": CAPPED, "COOLED": COOLED}

SENT = AfterGate("sent", [
    ("its cap place is used up", "CAPPED", "0 x; +1m reports sent; +1h x", "goes, sent, frequency_cap"),
    ("its cooldown runs", "COOLED", "0 x; +1m reports sent; +1h x", "goes, sent, cooldown"),
    ("no other channel", "BOTH", "0 x; +1m reports sent", "goes, sent"),
    ("the address stays good", "MAIL, EACH", "0 x; +1m reports sent; +1h x", "goes, sent, goes"),
    ("it bounces later: nothing arrived, so the next channel", "BOTH", "0 x; +1m reports sent; +1h returns bounced", "goes, sent, goes, undeliverable"),
    ("its provider throws it away later: the next channel", "BOTH", "0 x; +1m reports sent; +1h returns rejected", "goes, sent, goes, failed_provider"),
    ("it bounces softly: it may have arrived", "BOTH", "0 x; +1m reports sent; +1h returns softly", "goes, sent"),
    ("it bounces too late: nothing more goes out", "BOTH, expires: 6h", "0 x; +1m reports sent; +6h returns bounced", "goes, sent, undeliverable"),
    ("it bounces, and is told twice", "BOTH", "0 x; +1m reports sent; +1h returns bounced; +2h returns bounced which=0", "goes, sent, goes, undeliverable"),
    ("it bounces on every channel", "BOTH", "0 x; +1m reports sent; +1h returns bounced; +2h returns bounced", "goes, sent, goes, undeliverable, undeliverable"),
    ("exited before it bounces", "BOTH, exit: {event: y}", "0 x; +1m reports sent; +1h y; +2h returns bounced", "goes, sent, undeliverable"),
    ("no consent on the next channel", "BOTH", "-1d withdraws offers/sms; 0 x; +1m reports sent; +1h returns bounced", "goes, sent, no_consent, undeliverable"),
    ("it bounces: its cap place comes back", "CAPPED", "0 x; +1m reports sent; +1h returns bounced; +2h address email is=new@example.com; +3h x", "goes, sent, undeliverable, goes"),
    ("so does its cooldown", "COOLED", "0 x; +1m reports sent; +1h returns bounced; +2h address email is=new@example.com; +3h x", "goes, sent, undeliverable, goes"),
    ("after a bounce the address is suppressed", "MAIL, EACH", "0 x; +1m reports sent; +1h returns bounced; +2h x", "goes, sent, undeliverable, suppressed"),
], known=KNOWN)  # fmt: skip

IN_DOUBT = AfterGate("in_doubt", [
    ("it may have gone out: its cap place is used up", "CAPPED", "0 x; +1m reports in_doubt; +1h x", "goes, in_doubt, frequency_cap"),
    ("its cooldown runs", "COOLED", "0 x; +1m reports in_doubt; +1h x", "goes, in_doubt, cooldown"),
    ("no other channel: that might be a second one", "BOTH", "0 x; +1m reports in_doubt", "goes, in_doubt"),
    ("the address stays good", "MAIL, EACH", "0 x; +1m reports in_doubt; +1h x", "goes, in_doubt, goes"),
], known=KNOWN)  # fmt: skip

TEMPLATE = AfterGate("failed_template", [
    ("it surely did not go out: its cap place comes back", "CAPPED", "0 x; +1m reports failed_template; +1h x", "goes, failed_template, goes"),
    ("so does its cooldown", "COOLED", "0 x; +1m reports failed_template; +1h x", "goes, failed_template, goes"),
    ("no other channel: only a provider's refusal moves on", "BOTH", "0 x; +1m reports failed_template", "goes, failed_template"),
    ("the address stays good", "MAIL, EACH", "0 x; +1m reports failed_template; +1h x", "goes, failed_template, goes"),
    ("its cooldown comes back, however long it was held", "MAIL, EACH, cooldown: 30d", "0 x; +2d x; +9d reports failed_template; +9d1h x", "goes, cooldown, failed_template, goes"),
    ("so does that of its group", "MAIL, EACH, policy: {cooldown_groups: {g: {campaigns: [hello], for: 30d}}}", "0 x; +2d x; +9d reports failed_template; +9d1h x", "goes, cooldown, failed_template, goes"),
], known=KNOWN)  # fmt: skip

PROVIDER = AfterGate("failed_provider", [
    ("its cap place comes back", "CAPPED", "0 x; +1m reports failed_provider; +1h x", "goes, failed_provider, goes"),
    ("so does its cooldown", "COOLED", "0 x; +1m reports failed_provider; +1h x", "goes, failed_provider, goes"),
    ("the next channel", "BOTH", "0 x; +1m reports failed_provider", "goes, failed_provider, goes"),
    ("the next channel, as long as it may go out, however long it was held", "BOTH, EACH, expires: 3d, beside: {other: {trigger: {event: y}}}", "0 x; +2d y; +2d2h reports failed_provider", "goes, failed_provider, goes"),
    ("also if the step lets it live for longer", "steps: [send: {channel: [email, sms], template: a, expires: 3d}], EACH, beside: {other: {trigger: {event: y}}}", "0 x; +2d y; +2d2h reports failed_provider", "goes, failed_provider, goes"),
    ("no further channel", "BOTH", "0 x; +1m reports failed_provider; +2m reports failed_provider", "goes, failed_provider, goes, failed_provider"),
    ("the next channel has no consent", "BOTH", "-1d withdraws offers/sms; 0 x; +1m reports failed_provider", "goes, failed_provider, no_consent"),
    ("the next channel is quiet now, and waits", "BOTH, policy: {quiet_hours: [{channels: [sms], from: '08:00', to: '12:00'}]}", "0 x; +1m reports failed_provider", "goes, failed_provider, goes"),
    ("exited meanwhile", "BOTH, exit: {event: y}", "0 x; +1m y; +2m reports failed_provider", "goes, failed_provider"),
    ("its cooldown runs if the next channel took it", "BOTH, EACH, cooldown: 3d", "0 x; +1m reports failed_provider; +1h x", "goes, failed_provider, goes, cooldown"),
    ("the address stays good: it was this message", "MAIL, EACH", "0 x; +1m reports failed_provider; +1h x", "goes, failed_provider, goes"),
], known=KNOWN)  # fmt: skip

UNDELIVERABLE = AfterGate("undeliverable", [
    ("the address is suppressed", "MAIL, EACH", "0 x; +1m reports undeliverable; +1h x", "goes, undeliverable, suppressed"),
    ("the next channel", "BOTH", "0 x; +1m reports undeliverable", "goes, undeliverable, goes"),
    ("from then on the next channel at once", "BOTH, EACH", "0 x; +1m reports undeliverable; +2m reports sent; +1h x", "goes, undeliverable, goes, sent, goes"),
    ("its cap place comes back", "CAPPED", "0 x; +1m reports undeliverable; +1h address email is=new@example.com; +2h x", "goes, undeliverable, goes"),
    ("so does its cooldown", "COOLED", "0 x; +1m reports undeliverable; +1h address email is=new@example.com; +2h x", "goes, undeliverable, goes"),
], known=KNOWN)  # fmt: skip

TABLES = (SENT, IN_DOUBT, TEMPLATE, PROVIDER, UNDELIVERABLE)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_how_a_message_ended_and_what_follows(table: AfterGate, row: Row) -> None:
    table.check(row)
