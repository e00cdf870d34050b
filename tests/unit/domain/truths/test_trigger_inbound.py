"""`inbound`: when its slot is asked for."""

from tests.unit.domain.truths.table import Inbound, Row

BANNER = "inbound: banner, steps: [show: {template: a}]"
REGULARS = "inbound: banner, audience: {did: {event: y, within: 7d}}, steps: [show: {template: a}]"
CHOICE = "inbound: banner, steps: [choose: [{when: {attributes: {c: [DK]}}, show: {template: a}}]]"

INBOUND = Inbound("inbound", [
    ("its slot", "BANNER", "0 asks banner", "0", "offered"),
    ("another slot", "BANNER", "0 asks footer", "", "silent"),
    ("each time", "BANNER", "0 asks banner; +1m asks banner", "0, +1m", "offered, offered"),
    ("in the audience", "REGULARS", "-1d y; 0 asks banner", "0", "offered"),
    ("not in the audience", "REGULARS", "-7d y; 0 asks banner", "0", "not_in_audience"),
    ("not known yet", "REGULARS", "-3d deploy; 0 asks banner", "0", "history_unknown"),
    ("the request is the event", "inbound: banner, audience: {event: {context: {page: [home]}}}, steps: [show: {template: a}]", "0 asks banner page=home", "0", "offered"),
    ("another page", "inbound: banner, audience: {event: {context: {page: [home]}}}, steps: [show: {template: a}]", "0 asks banner page=cart", "0", "not_in_audience"),
    ("accepted lately", "BANNER, cooldown: 3d", "0 content.accepted campaign=hello; +3d-1ms asks banner", "+3d-1ms", "cooldown"),
    ("dismissed lately", "BANNER, cooldown: 3d", "0 content.dismissed campaign=hello; +1d asks banner", "+1d", "cooldown"),
    ("at exactly the cooldown", "BANNER, cooldown: 3d", "0 content.accepted campaign=hello; +3d asks banner", "+3d", "offered"),
    ("shown is not accepted", "BANNER, cooldown: 3d", "0 content.shown campaign=hello; +1h asks banner", "+1h", "offered"),
    ("another campaign's was accepted", "BANNER, cooldown: 3d", "0 content.accepted campaign=other; +1h asks banner", "+1h", "offered"),
    ("without a cooldown", "BANNER", "0 content.accepted campaign=hello; 0 asks banner", "0", "offered"),
    ("opted out", "BANNER", "-1d withdraws offers/email; -1d withdraws offers/sms; -1d withdraws offers/push; 0 asks banner", "0", "no_consent"),
    ("opted out of another topic", "BANNER, topic: tips", "-1d withdraws offers/email; -1d withdraws offers/sms; -1d withdraws offers/push; 0 asks banner", "0", "offered"),
    ("paused", "BANNER, status: paused", "0 asks banner", "0", "paused"),
    ("a draft", "BANNER, status: draft", "0 asks banner", "", "silent"),
    ("control", "BANNER, holdout: 100%", "0 asks banner", "0", "holdout"),
    ("the first gate is the reason", "REGULARS, status: paused, holdout: 100%", "0 asks banner", "0", "paused"),
    ("a branch that shows something", "CHOICE", "-1d put c=DK; 0 asks banner", "0", "offered"),
    ("no branch that does", "CHOICE", "-1d put c=SE; 0 asks banner", "0", "not_in_audience"),
], known={"BANNER": BANNER, "REGULARS": REGULARS, "CHOICE": CHOICE})  # fmt: skip


@INBOUND.each
def test_a_slot_is_asked_for(row: Row) -> None:
    INBOUND.check(row)
