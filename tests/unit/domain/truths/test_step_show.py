"""`show`: content that waits in a slot until the customer shows up there."""

from tests.unit.domain.truths.table import Row, Step

SHOW = "[show: {slot: banner, template: a, for: 2d}]"
ALL_CHANNELS = "; ".join(f"+1h withdraws offers/{channel}" for channel in ("email", "sms", "push"))
SAME = "exit: {event: y, same: properties.n}"

SHOWS = Step("show", [
    ("it is there", SHOW, "", "0 x; +1h asks banner", "banner=a +1h", "finished"),
    ("not before", SHOW, "", "-1h asks banner; 0 x", "banner=nothing -1h", "finished"),
    ("in its slot only", SHOW, "", "0 x; +1h asks footer", "footer=nothing +1h", "finished"),
    ("for so long", SHOW, "", "0 x; +2d-1ms asks banner", "banner=a +2d-1ms", "finished"),
    ("no longer", SHOW, "", "0 x; +2d asks banner", "banner=nothing +2d", "finished"),
    ("it is asked for again", SHOW, "", "0 x; +1h asks banner; +2h asks banner", "banner=a +1h, banner=a +2h", "finished"),
    ("a newer one takes its place", "[show: {slot: banner, template: a, for: 2d}, wait: 1h, show: {slot: banner, template: b, for: 2d}]", "", "0 x; +2h asks banner", "banner=b +2h", "finished"),
    ("two slots", "[show: {slot: banner, template: a, for: 2d}, show: {slot: footer, template: b, for: 2d}]", "", "0 x; +1h asks banner; +2h asks footer", "banner=a +1h, footer=b +2h", "finished"),
    ("an exit takes it away", SHOW, "exit: {event: y}", "0 x; +1h y; +2h asks banner", "banner=nothing +2h", "finished"),
    ("an exit before it does not", SHOW, "exit: {event: y}", "-1h y; 0 x; +2h asks banner", "banner=a +2h", "finished"),
    ("an exit dated after the trigger, heard of before", SHOW, "exit: {event: y}", "+1m y; 0 x late=2m; +2h asks banner", "banner=nothing +2h", "finished"),
    ("an exit heard of late", SHOW, "exit: {event: y}", "0 x; +1h asks banner; +30m y late=1h; +2h asks banner", "banner=a +1h, banner=nothing +2h", "finished"),
    ("another one's exit", SHOW, SAME, "0 x n=1; +1h y n=2; +2h asks banner", "banner=a +2h", "finished"),
    ("its own exit", SHOW, SAME, "0 x n=1; +1h y n=1; +2h asks banner", "banner=nothing +2h", "finished"),
    ("accepted, within the cooldown", SHOW, "cooldown: 3d", "0 x; +1h content.accepted campaign=hello; +2h asks banner", "banner=nothing +2h", "finished"),
    ("dismissed, within the cooldown", SHOW, "cooldown: 3d", "0 x; +1h content.dismissed campaign=hello; +2h asks banner", "banner=nothing +2h", "finished"),
    ("its entry's own cooldown does not hold it back", SHOW, "cooldown: 3d", "0 x; +2h asks banner", "banner=a +2h", "finished"),
    ("opted out since", SHOW, "", f"0 x; {ALL_CHANNELS}; +2h asks banner", "banner=nothing +2h", "finished"),
    ("of two campaigns the one with priority", SHOW, "priority: 10, beside: {other: {priority: 90, trigger: {event: x}, steps: [show: {slot: banner, template: b, for: 2d}]}}", "0 x; +1h asks banner", "banner=b +1h", "finished"),
    ("control is shown nothing", SHOW, "holdout: 100%", "0 x; +1h asks banner", "banner=nothing +1h", "finished"),
])  # fmt: skip


@SHOWS.each
def test_a_chain_shows_content(row: Row) -> None:
    SHOWS.check(row)
