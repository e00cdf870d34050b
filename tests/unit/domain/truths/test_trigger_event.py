"""`event`: when a matching event of the customer arrives."""

from tests.unit.domain.truths.table import Row, Trigger

OTHERS = """
  speaks: {trigger: {event: y}, steps: [emit: {type: x, detail: {}}]},
  hopes: {trigger: {event: y}, goal: {event: z, within: 1d}, steps: [wait: 1h]},
  sends: {trigger: {event: y}, topic: service, steps: [send: {channel: email, template: a}]}"""

TIPS = "event: consent.granted, match: {properties: {topic: [tips]}}"

EVENT = Trigger("event", [
    ("as it arrives", "event: x", "0 x", "0", "entered"),
    ("another type", "event: x", "0 z", "", "silent"),
    ("one of several types", "event: [w, x]", "0 x", "0", "entered"),
    ("it matches", "event: x, match: {properties: {n: [1]}}", "0 x n=1", "0", "entered"),
    ("it does not match", "event: x, match: {properties: {n: [1]}}", "0 x n=2", "", "silent"),
    ("every time", "event: x", "0 3×1h x", "0, +1h, +2h", "entered, entered, entered"),
    ("heard again", "event: x", "0 x id=a; 0 x id=a late=1h", "0, +1h", "entered, duplicate"),
    ("any is every type", "event: any", "0 whatever", "0", "entered"),
    ("any is none of Kairos's own", "event: any", "0 message.opened campaign=other", "", "silent"),
    ("any is none of what the shop tells of the customer", "event: any", "0 put c=DK", "", "silent"),
    ("Kairos's own events trigger too", "event: message.opened", "0 message.opened campaign=other", "0", "entered"),
    ("but never their own campaign", "event: message.opened", "0 message.opened campaign=hello", "", "silent"),
    ("a message that was sent", "event: message.sent", "0 y; +1m reports sent of=sends", "+1m", "entered"),
    ("a consent that was given", "TIPS", "0 grants tips/email", "0", "entered"),
    ("a consent given again is no news", "TIPS", "-1d grants tips/email; 0 grants tips/email", "-1d", "entered"),
    ("an answer", "event: answer.given", "0 answers likes_toys=true", "0", "entered"),
    ("content that was accepted", "event: content.accepted", "0 content.accepted campaign=other", "0", "entered"),
    ("another campaign's goal", "event: goal.reached", "0 y; +1h z", "+1h", "entered"),
    ("somebody entered another campaign", "event: campaign.entered, match: {properties: {campaign: [sends]}}", "0 y", "0", "entered"),
    ("an emit triggers none", "event: x", "0 y", "", "silent"),
    ("a late one, before it has expired", "event: x, expires: 6h", "0 x late=6h-1ms", "+6h-1ms", "entered"),
    ("a moment as old as expires", "event: x, expires: 6h", "0 x late=6h", "+6h", "expired"),
    ("a replay is silent", "event: x", "-30d 3×1d x late=30d", "0, +1d, +2d", "expired, expired, expired"),
    ("deployed after it arrived", "event: x", "-1d x; 0 deploy", "", "silent"),
    ("a draft hears nothing", "event: x, status: draft", "0 x", "", "silent"),
    ("control", "event: x, holdout: 100%", "0 x", "0", "holdout"),
], beside=OTHERS, known={"TIPS": TIPS})  # fmt: skip


@EVENT.each
def test_an_event_starts_a_campaign(row: Row) -> None:
    EVENT.check(row)
