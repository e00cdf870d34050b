"""`goal` and `exit` of a campaign: what it is for, and who leaves; by event time, whatever the order of arrival."""

from tests.unit.domain.truths.table import Exit, Goal, Row

BUYS = "goal: {event: buy, within: 3d, value: properties.total}"
SAME = "goal: {event: buy, within: 3d, same: properties.n}"
EACH = "key: '{{ event.id }}'"
CART = "event: x, absent: {event: never, for: 1h}"
BANNER = "inbound: banner, steps: [show: {template: a}], goal: {event: buy, within: 3d}"

GOAL = Goal("goal", [
    ("reached", "BUYS", "0 x; +1h buy total=25", "+1h", "25"),
    ("not reached", "BUYS", "0 x; +1h z", "", "silent"),
    ("exactly within", "BUYS", "0 x; +3d buy total=25", "+3d", "25"),
    ("a moment later", "BUYS", "0 x; +3d+1ms buy total=25", "", "silent"),
    ("before the entry", "BUYS", "-1h buy total=25; 0 x", "", "silent"),
    ("at its very instant", "BUYS", "0 x; 0 buy total=25", "", "silent"),
    ("once per entry", "BUYS", "0 x; +1h buy total=25; +2h buy total=9", "+1h", "25"),
    ("heard again", "BUYS", "0 x; +1h buy total=25 id=a; +1h buy total=25 id=a late=1h", "+1h", "25"),
    ("each entry", "BUYS, EACH", "0 x; +1h x; +2h buy total=25", "+2h, +2h", "25, 25"),
    ("after its end", "BUYS", "0 x; +2d buy total=25", "+2d", "25"),
    ("while it is under way", "BUYS, steps: [wait: 5d]", "0 x; +2d buy total=25", "+2d", "25"),
    ("it exits too, and has reached its goal", "BUYS, steps: [wait: 5d], exit: {event: buy}", "0 x; +2d buy total=25", "+2d", "25"),
    ("late", "BUYS", "0 x; +2d buy total=25 late=1d", "+3d", "25"),
    ("late, when its time is over", "BUYS", "0 x; +2d buy total=25 late=3d", "+5d", "25"),
    ("before an entry that comes late", "BUYS", "+1h buy total=25; 0 x late=2h", "+2h", "25"),
    ("of several before it the first", "BUYS", "+1h buy total=25; +90m buy total=9; 0 x late=2h", "+2h", "25"),
    ("before an absence was over", "CART, BUYS", "0 x; +30m buy total=25", "", "silent"),
    ("after an absence was over", "CART, BUYS", "0 x; +2h buy total=25", "+2h", "25"),
    ("same: this one", "SAME", "0 x n=1; +1h buy n=1", "+1h", "0"),
    ("same: another one", "SAME", "0 x n=1; +1h buy n=2", "", "silent"),
    ("same: one without a value is equal", "SAME", "0 x n=1; +1h buy", "+1h", "0"),
    ("it matches", "goal: {event: buy, within: 3d, match: {properties: {total: [{numeric: ['>', 9]}]}}}", "0 x; +1h buy total=9; +2h buy total=10", "+2h", "0"),
    ("an amount that is none is worth nothing", "BUYS", "0 x; +1h buy total=much", "+1h", "0"),
    ("an amount that is written as a text", "BUYS", '0 x; +1h buy total="12.50"', "+1h", "12.5"),
    ("in the currency that it names", "BUYS", "0 x; +1h buy total=25 currency=EUR", "+1h", "25 EUR"),
    ("whatever is no currency is the policy's", "BUYS", "0 x; +1h buy total=25 currency=euro", "+1h", "25"),
    ("its currency, too, is remembered for an entry that comes late", "BUYS", "+1h buy total=25 currency=EUR; 0 x late=2h", "+2h", "25 EUR"),
    ("the trigger itself is none", "goal: {event: x, within: 3d}", "0 x; +1h y", "", "silent"),
    ("control reaches goals too", "BUYS, holdout: 100%", "0 x; +1h buy total=25", "+1h", "25"),
    ("who did not enter hopes for nothing", "BUYS, audience: {tagged: nobody}", "0 x; +1h buy total=25", "", "silent"),
    ("of what was shown, from then on", "BANNER", "0 content.shown campaign=hello key=k; +1h buy", "+1h", "0"),
    ("shown twice, reached once", "BANNER", "0 content.shown campaign=hello; +1d content.shown campaign=hello; +2d buy; +2d1h buy", "+2d", "0"),
    ("shown again, it is hoped for so much longer", "BANNER", "0 content.shown campaign=hello; +1d content.shown campaign=hello; +4d buy", "+4d", "0"),
    ("shown earlier, as is heard later: then it was reached", "BANNER", "+2d content.shown campaign=hello; +1d buy; 0 content.shown campaign=hello late=2d1h", "+2d1h", "0"),
    ("shown again after it was reached", "BANNER", "0 content.shown campaign=hello; +1d buy; +2d content.shown campaign=hello; +3d buy", "+1d, +3d", "0, 0"),
    ("shown, as is told again after it was reached", "BANNER", "0 content.shown campaign=hello id=s; +1h buy; 0 content.shown campaign=hello id=s late=2h", "+1h", "0"),
    ("and once more after weeks", "BANNER", "0 content.shown campaign=hello id=s; +1h buy; 0 content.shown campaign=hello id=s late=13d", "+1h", "0"),
    ("shown twice before it was reached, as is heard later", "BANNER", "0 content.shown campaign=hello; +2h buy; +1h content.shown campaign=hello late=2h", "+2h", "0"),
    ("shown again behind what reached it, whatever is heard first", "BANNER", "+2d content.shown campaign=hello; +1d buy; 0 content.shown campaign=hello late=2d1h; +3d buy", "+2d1h, +3d", "0, 0"),
    ("before it was shown", "BANNER", "-1h buy; 0 content.shown campaign=hello key=k", "", "silent"),
], known={"BUYS": BUYS, "SAME": SAME, "EACH": EACH, "CART": CART, "BANNER": BANNER})  # fmt: skip

WAITS = "steps: [wait: 5d]"

EXIT = Exit("exit", [
    ("it leaves at event time, not at the next wait", "WAITS, exit: {event: y}", "0 x; +1h y", "+1h", "exited"),
    ("another event", "WAITS, exit: {event: y}", "0 x; +1h z", "+5d", "finished"),
    ("one of a list", "WAITS, exit: [{event: y}, {event: z}]", "0 x; +1h z", "+1h", "exited"),
    ("it matches", "WAITS, exit: {event: y, match: {properties: {n: [1]}}}", "0 x; +1h y n=2; +2h y n=1", "+2h", "exited"),
    ("before the trigger", "WAITS, exit: {event: y}", "-1h y; 0 x", "+5d", "finished"),
    ("at the trigger's very instant", "WAITS, exit: {event: y}", "0 x; 0 y", "0", "exited"),
    ("the trigger is not an exit itself", "WAITS, exit: {event: x}", "0 x", "+5d", "finished"),
    ("but the next one is", "WAITS, exit: {event: x}, EACH", "0 x; +1h x", "+1h, +5d1h", "exited, finished"),
    ("heard of late", "WAITS, exit: {event: y}", "0 x; +1h y late=1d", "+1d1h", "exited"),
    ("dated before the trigger, heard of after", "WAITS, exit: {event: y}", "0 x; -1h y late=2h", "+5d", "finished"),
    ("same: this one", "WAITS, exit: {event: y, same: properties.n}", "0 x n=1; +1h y n=1", "+1h", "exited"),
    ("same: another one", "WAITS, exit: {event: y, same: properties.n}", "0 x n=1; +1h y n=2", "+5d", "finished"),
    ("same: one without a value is equal", "WAITS, exit: {event: y, same: properties.n}", "0 x n=1; +1h y", "+1h", "exited"),
    ("same: the one of two keys", "WAITS, exit: {event: y, same: properties.n}, EACH", "0 x n=1; 0 x n=2; +1h y n=1", "+1h, +5d", "exited, finished"),
    ("Kairos's own events exit too", "WAITS, exit: {event: consent.withdrawn}", "0 x; +1h withdraws offers/email", "+1h", "exited"),
    ("an exit serves before the trigger of one event", "WAITS, event: [x, z], exit: {event: z}", "0 x; +1h z", "+1h, +5d1h", "exited, finished"),
    ("control exits too", "WAITS, exit: {event: y}, holdout: 100%", "0 x; +1h y", "+1h", "exited"),
], known={"WAITS": WAITS, "EACH": EACH})  # fmt: skip


@GOAL.each
def test_a_campaign_reaches_its_goal(row: Row) -> None:
    GOAL.check(row)


@EXIT.each
def test_who_does_what_an_exit_names_leaves(row: Row) -> None:
    EXIT.check(row)
