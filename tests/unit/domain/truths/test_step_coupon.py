"""`coupon`: its code and time start with the message that shows it; one live code per name."""

from tests.unit.domain.truths.table import Row, Step

OFFER = "coupon: {name: back, percent: 15, valid: 12h}"
EACH = "key: '{{ event.id }}', policy: {arbitration: {keep: 9}}"

OTHER = ", beside: {other: {trigger: {event: y}, steps: [coupon: {name: back, percent: 10, valid: 12h}, send: {channel: email, template: b}]}}"

COUPON = Step("coupon", [
    ("the messages behind it show it", f"[{OFFER}, send: {{channel: email, template: a}}]", "", "", "a[15%#1] 0", "finished"),
    ("those before it do not", f"[send: {{channel: email, template: a}}, wait: 1d, {OFFER}, send: {{channel: email, template: b}}]", "", "", "a 0, b[15%#1] +1d", "finished"),
    ("an amount", "[coupon: {name: back, amount: 50, valid: 12h}, send: {channel: email, template: a}]", "", "", "a[50#1] 0", "finished"),
    ("two messages show one code", f"[{OFFER}, send: {{channel: email, template: a}}, wait: 2h, send: {{channel: email, template: b}}]", "", "", "a[15%#1] 0, b[15%#1] +2h", "finished"),
    ("another one behind it", f"[{OFFER}, send: {{channel: email, template: a}}, wait: 1d, coupon: {{name: last, percent: 20, valid: 1d}}, send: {{channel: email, template: b}}]", "", "", "a[15%#1] 0, b[20%#2] +1d", "finished"),
    ("one live code per name", f"[{OFFER}, send: {{channel: email, template: a}}]", EACH, "0 x; +11h x", "a[15%#1] 0, a[15%#1] +11h", "finished, finished"),
    ("though another campaign has shown one since this was got ready", f"[{OFFER}, wait: 5h, send: {{channel: email, template: a}}]", EACH + OTHER, "0 x; +1h y; +6h x", "a[10%#1] +5h, a[10%#1] +11h", "finished, finished"),
    ("when it has run out there is a new one", f"[{OFFER}, send: {{channel: email, template: a}}]", EACH, "0 x; +12h x", "a[15%#1] 0, a[15%#2] +12h", "finished, finished"),
    ("also within one chain", f"[{OFFER}, send: {{channel: email, template: a}}, wait: 13h, {OFFER}, send: {{channel: email, template: b}}]", "", "", "a[15%#1] 0, b[15%#2] +13h", "finished"),
    ("it had run out by the time it was to be shown", f"[{OFFER}, wait: 5h, send: {{channel: email, template: a}}]", EACH, "0 x; +16h x", "a[15%#1] +5h, a[15%#2] +21h", "finished, finished"),
    ("its time starts with the message", f"[{OFFER}, wait: 10h, send: {{channel: email, template: a}}]", EACH, "0 x; +11h x", "a[15%#1] +10h, a[15%#1] +21h", "finished, finished"),
    ("no message, no code", f"[{OFFER}]", "", "", "", "finished"),
    ("a refused message starts nothing", f"[{OFFER}, send: {{channel: email, template: a}}]", EACH, "-1h withdraws offers/email; 0 x; +1h grants offers/email; +2h x; +13h x", "a[15%#1] +2h, a[15%#1] +13h", "no_consent, finished, finished, finished"),
    ("control gets none", f"[{OFFER}, send: {{channel: email, template: a}}]", "holdout: 100%", "", "", "holdout, finished"),
])  # fmt: skip


@COUPON.each
def test_a_chain_gives_a_coupon(row: Row) -> None:
    COUPON.check(row)
