"""`send`: the first channel that can; a refusal is a reason, not an end."""

from tests.unit.domain.truths.table import Row, Step

MAIL_A, MAIL_B = "send: {channel: email, template: a}", "send: {channel: email, template: b}"
NIGHT = "policy: {quiet_hours: [{channels: [email], from: '08:00', to: '10:00'}]}"

SEND = Step("send", [
    ("it goes", "[MAIL_A]", "", "", "a 0", "finished"),
    ("the first channel of a list", "[send: {channel: [sms, email], template: a}]", "", "", "a:sms 0", "finished"),
    ("the first that has an address", "[send: {channel: [push, email], template: a}]", "", "", "a 0", "finished"),
    ("the first that is consented", "[send: {channel: [sms, email], template: a}]", "", "-1d withdraws offers/sms; 0 x", "a 0", "finished"),
    ("the first that is not suppressed", "[send: {channel: [email, sms], template: a}]", "", "-1d bounces; 0 x", "a:sms 0", "finished"),
    ("none: the last one's reason stands", "[send: {channel: [email, push], template: a}]", "", "-1d withdraws offers/email; 0 x", "", "no_address, finished"),
    ("none, the other way round", "[send: {channel: [push, email], template: a}]", "", "-1d withdraws offers/email; 0 x", "", "no_consent, finished"),
    ("the channel that the customer likes best", "[send: {channel: [email, sms], template: a}]", "", "-1d put preferred_channel=\"sms\"; 0 x", "a:sms 0", "finished"),
    ("told by themselves", "[send: {channel: [email, sms], template: a}]", "", "-1d answers preferred_channel=\"sms\"; 0 x", "a:sms 0", "finished"),
    ("liked best, but not asked for here", "[send: {channel: [email, sms], template: a}]", "", "-1d put preferred_channel=\"push\"; 0 x", "a 0", "finished"),
    ("liked best, but without consent", "[send: {channel: [email, sms], template: a}]", "", "-1d put preferred_channel=\"sms\"; -1d withdraws offers/sms; 0 x", "a 0", "finished"),
    ("liked best, and refused: the others in their order", "[send: {channel: [push, email, sms], template: a}]", "", "-1d put preferred_channel=\"sms\"; 0 x; +1m reports failed_provider", "a:sms 0, a +1m", "finished"),
    ("liked no more", "[send: {channel: [email, sms], template: a}]", "", "-2d put preferred_channel=\"sms\"; -1d put preferred_channel=null; 0 x", "a 0", "finished"),
    ("no channel at all", "[send: {channel: [email, sms], template: a}]", "", "-1d put preferred_channel=7; 0 x", "a 0", "finished"),
    ("none: the last one's reason stands, in the customer's order", "[send: {channel: [email, push], template: a}]", "", "-1d put preferred_channel=\"push\"; -1d withdraws offers/email; 0 x", "", "no_consent, finished"),
    ("a topic of its own", "[send: {channel: email, template: a, topic: tips}]", "", "-1d withdraws offers/email; 0 x", "a 0", "finished"),
    ("consent to that topic", "[send: {channel: email, template: a, topic: tips}]", "", "-1d withdraws tips/email; 0 x", "", "no_consent, finished"),
    ("transactional", "[send: {channel: email, template: a, topic: service}]", "", "-1d withdraws offers/email; 0 x", "a 0", "finished"),
    ("a refused one does not stop the chain", "[MAIL_A, wait: 1d, send: {channel: email, template: b, topic: tips}]", "", "-1d withdraws offers/email; 0 x", "b +1d", "no_consent, finished"),
    ("two of one instant", "[MAIL_A, MAIL_B]", "", "", "a 0", "outranked, finished"),
    ("heard again", "[MAIL_A]", "", "0 x id=a; 0 x id=a late=1h", "a 0", "finished"),
    ("due too long ago", "[wait: 1h, MAIL_A]", "expires: 6h", "0 x; 0 sleeps; +7h wakes", "", "expired, finished"),
    ("due just so long ago", "[wait: 1h, MAIL_A]", "expires: 6h", "0 x; 0 sleeps; +7h-1ms wakes", "a +7h-1ms", "finished"),
    ("its own expires", "[wait: 1h, send: {channel: email, template: a, expires: 2h}]", "expires: 6h", "0 x; 0 sleeps; +3h wakes", "", "expired, finished"),
    ("no three reminders at once", "[MAIL_A, wait: 2d, MAIL_B, wait: 2d, send: {channel: email, template: c}]", "", "0 x; 0 sleeps; +4d wakes", "a 0, c +4d", "expired, finished"),
    ("held by quiet hours it holds its chain", "[MAIL_A, wait: 1d, MAIL_B]", "policy: {quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}]}", "", "a +3h, b +1d3h", "finished"),
    ("a definite refusal moves on to the next channel", "[send: {channel: [email, sms], template: a}]", "", "0 x; +1m reports failed_provider", "a 0, a:sms +1m", "finished"),
    ("no refusal by a gate moves on after that", "[send: {channel: [email, sms], template: a}]", "", "0 x; +1m reports expired", "a 0", "finished"),
    ("a doubt does not", "[send: {channel: [email, sms], template: a}]", "", "0 x; +1m reports in_doubt", "a 0", "finished"),
    ("on the next one, too, it must not be too late", "[send: {channel: [email, sms], template: a, expires: 1h}]", "", "0 x; +1h reports failed_provider", "a 0", "finished"),
    ("an exit known before", "[MAIL_A]", "event: cart, absent: {event: never, for: 1h}, exit: {event: y}", "0 cart; +1m y", "", "exited, exited"),
    ("control", "[MAIL_A, wait: 1d, MAIL_B]", "holdout: 100%", "", "", "holdout, holdout, finished"),
    ("control stands before the other gates", "[MAIL_A]", "holdout: 100%", "-1d withdraws offers/email; 0 x", "", "no_consent, finished"),
], known={"MAIL_A": MAIL_A, "MAIL_B": MAIL_B})  # fmt: skip


@SEND.each
def test_a_chain_sends(row: Row) -> None:
    SEND.check(row)
