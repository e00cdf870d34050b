"""`received`: whether a message of a campaign went out."""

from tests.unit.domain.truths.table import Condition, Row

OTHER = """other: {trigger: {event: y}, steps: [send: {channel: email, template: a}]},
  third: {trigger: {event: z}, steps: [send: {channel: email, template: a}]},
  control: {trigger: {event: c}, holdout: 100%, steps: [send: {channel: email, template: a}]}"""
SENT = "-2d y; -2d+1m reports sent of=other"

RECEIVED = Condition("received", [
    ("never", "received: {campaign: other}", "", "does not hold"),
    ("sent", "received: {campaign: other}", SENT, "holds"),
    ("decided, not sent yet", "received: {campaign: other}", "-2d y", "does not hold"),
    ("refused by its provider", "received: {campaign: other}", "-2d y; -2d reports failed_provider of=other", "does not hold"),
    ("refused by a gate", "received: {campaign: other}", "-3d withdraws offers/email; -2d y", "does not hold"),
    ("of another campaign", "received: {campaign: third}", SENT, "does not hold"),
    ("held out", "received: {campaign: control}", "-2d c", "does not hold"),
    ("within", "received: {campaign: other, within: 2d}", SENT, "holds"),
    ("exactly w ago is out", "received: {campaign: other, within: 2d}", "-3d y; -2d reports sent of=other", "does not hold"),
    ("ever starts at counting", "received: {campaign: other}", "-2d message.sent campaign=other; -1d deploy", "does not hold"),
    ("not counted so far back", "received: {campaign: other, within: 7d}", "-3d deploy", "unknown"),
    ("seen is seen", "received: {campaign: other, within: 7d}", f"-3d deploy; {SENT}", "holds"),
    ("new since then", "received: {campaign: other, within: 7d}", "-3d deploy; -1d joins", "does not hold"),
], beside=OTHER)  # fmt: skip


@RECEIVED.each
def test_a_customer_received_a_message(row: Row) -> None:
    RECEIVED.check(row)
