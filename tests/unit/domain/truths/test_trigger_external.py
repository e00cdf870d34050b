"""`external`: an event with no customer, for each customer of the audience that the index leads to."""

from tests.unit.domain.truths.table import Row, Trigger

RULES = """
  attributes: {indexed: [region]}, segments: {keen: {interest: {product: P1}}},
  interest: {product: {path: properties.p, half_life: 30d, events: {viewed: 1}}, owned: {path: properties.p, events: {bought: 1}}}"""
OTHERS = (
    "tags: {trigger: {event: tags}, steps: [tag: driver]}, untags: {trigger: {event: untags}, steps: [untag: driver]}"
)
DROP = """external: drop, match: {properties: {percent: [{numeric: ['>=', 10]}]}},
  audience: [{interest: {product: '{{ event.properties.p }}'}}, {not: {interest: {owned: '{{ event.properties.p }}'}}}]"""
FROST = "external: frost, audience: [{attributes: {region: ['{{ event.properties.region }}']}}, {tagged: driver}]"
EVERYBODY = "external: drop, audience: {tagged: driver}"

EXTERNAL = Trigger("external", [
    ("whoever is in the audience", "DROP", "-1d viewed p=P1; 0 external drop p=P1 percent=20", "0", "entered"),
    ("another product", "DROP", "-1d viewed p=P1; 0 external drop p=P2 percent=20", "", "silent"),
    ("it does not match", "DROP", "-1d viewed p=P1; 0 external drop p=P1 percent=5", "", "silent"),
    ("another event", "DROP", "-1d viewed p=P1; 0 external rise p=P1 percent=20", "", "silent"),
    ("the index leads to them, and they are judged: has it already", "DROP", "-1d viewed p=P1; -1h bought p=P1; 0 external drop p=P1 percent=20", "0", "not_in_audience"),
    ("the interest has faded", "DROP", "-200d viewed p=P1; 0 external drop p=P1 percent=20", "0", "not_in_audience"),
    ("interested later", "DROP", "-1h external drop p=P1 percent=20; 0 viewed p=P1", "", "silent"),
    ("heard twice", "DROP", "-1d viewed p=P1; 0 external drop p=P1 percent=20 id=a; +1h external drop p=P1 percent=20 id=a", "0, +1h", "entered, duplicate"),
    ("each event", "DROP", "-1d viewed p=P1; 0 external drop p=P1 percent=20; +1h external drop p=P1 percent=30", "0, +1h", "entered, entered"),
    ("an event of theirs is none", "DROP", "-1d viewed p=P1; 0 drop p=P1 percent=20", "", "silent"),
    ("one of several types", "external: [drop, back], audience: {interest: {product: P1}}", "-1d viewed p=P1; 0 external back", "0", "entered"),
    ("an attribute that is indexed", "FROST", "-1d put region=north; -1d tags; 0 external frost region=north", "0", "entered"),
    ("another region", "FROST", "-1d put region=south; -1d tags; 0 external frost region=north", "", "not reached"),
    ("no driver", "FROST", "-1d put region=north; 0 external frost region=north", "", "not reached"),
    ("no longer a driver", "FROST", "-2d put region=north; -2d tags; -1d untags; 0 external frost region=north", "", "not reached"),
    ("moved away", "external: frost, audience: {attributes: {region: ['{{ event.properties.region }}']}}", "-2d put region=north; -1d put region=south; 0 external frost region=north", "", "silent"),
    ("any of the regions", "external: frost, audience: {attributes: {region: ['{{ event.properties.region }}']}}", '-1d put region=north; 0 external frost region=["east","north"]', "0", "entered"),
    ("any of the regions behind a path through a list", "external: frost, audience: {attributes: {region: ['{{ event.properties.places.region }}']}}", '-1d put region=north; 0 external frost places=[{"region":"east"},{"region":"north"}]', "0", "entered"),
    ("the event names none", "external: frost, audience: {attributes: {region: ['{{ event.properties.region }}']}}", "-1d put region=north; 0 external frost", "", "silent"),
    ("by a segment", "external: drop, audience: {segment: keen}", "-1d viewed p=P1; 0 external drop", "0", "entered"),
    ("without an index nobody is reached", "external: drop, audience: {attributes: {c: [DK]}}", "-1d put c=DK; 0 external drop", "", "silent"),
    ("without an audience nobody is reached", "external: drop", "-1d tags; 0 external drop", "", "silent"),
    ("the key of a day", "EVERYBODY, key: '{{ event.properties.day }}'", "-1d tags; 0 external drop day=1; +1h external drop day=1; +1d external drop day=2", "0, +1h, +1d", "entered, duplicate, entered"),
    ("its cooldown", "EVERYBODY, cooldown: 3d", "-1d tags; 0 external drop; +1d external drop; +3d external drop", "0, +1d, +3d", "entered, cooldown, entered"),
    ("reached too late", "EVERYBODY, expires: 2h", "-1d tags; 0 external drop late=2h", "+2h", "expired"),
    ("reached in time", "EVERYBODY, expires: 2h", "-1d tags; 0 external drop late=1h59m", "+1h59m", "entered"),
    ("paused", "EVERYBODY, status: paused", "-1d tags; 0 external drop", "0", "paused"),
    ("known before it was deployed", "EVERYBODY, beside: {tags: {trigger: {event: tags}, steps: [tag: driver]}}", "-9d joins; -3d deploy; -2d tags; 0 external drop", "0", "entered"),
    ("control", "EVERYBODY, holdout: 100%", "-1d tags; 0 external drop", "0", "holdout"),
], rules=RULES, beside=OTHERS, known={"DROP": DROP, "FROST": FROST, "EVERYBODY": EVERYBODY})  # fmt: skip


@EXTERNAL.each
def test_an_event_about_nobody_reaches_an_audience(row: Row) -> None:
    EXTERNAL.check(row)
