"""`interest`: how strongly somebody showed an interest in a value, fading by half-lives."""

from tests.unit.domain.truths.table import Condition, Row

RULES = """interest: {
  category: {path: properties.category, half_life: 14d, events: {viewed: 1, cart: 3}},
  product: {path: properties.product_id, half_life: 30d, events: {viewed: 1}},
  owned: {path: properties.items.product_id, events: {bought: 1}}}"""
FOUR = "-4h 4×1ms viewed category=a; -3h 3×1ms viewed category=b; -2h 2×1ms viewed category=c; -1h viewed category=d"

INTEREST = Condition("interest", [
    ("none shown", "interest: {category: toys}", "", "does not hold"),
    ("shown once, a moment ago", "interest: {category: toys}", "-1h viewed category=toys", "holds"),
    ("in something else", "interest: {category: toys}", "-1h viewed category=books", "does not hold"),
    ("any of the values", "interest: {category: [books, toys]}", "-1h viewed category=toys", "holds"),
    ("an event that shows none", "interest: {category: toys}", "-1h heard category=toys", "does not hold"),
    ("weights add up", "interest: {category: toys, at_least: 3.9}", "-1h viewed category=toys; -1h cart category=toys", "holds"),
    ("not to that much", "interest: {category: toys, at_least: 4.1}", "-1h viewed category=toys; -1h cart category=toys", "does not hold"),
    ("a half-life ago it counts half", "interest: {category: toys, at_least: 0.49}", "-14d viewed category=toys", "holds"),
    ("and no more", "interest: {category: toys, at_least: 0.51}", "-14d viewed category=toys", "does not hold"),
    ("two half-lives ago a quarter", "interest: {category: toys, at_least: 0.99}", "-28d 4×1ms viewed category=toys", "holds"),
    ("a tenth is enough if nothing is said", "interest: {category: toys}", "-46d viewed category=toys", "holds"),
    ("less than a tenth", "interest: {category: toys}", "-47d viewed category=toys", "does not hold"),
    ("without half_life it never fades", "interest: {owned: P1}", '-900d bought items=[{"product_id":"P1"}]', "holds"),
    ("a path through a list shows each", "interest: {owned: P2}", '-1d bought items=[{"product_id":"P1"},{"product_id":"P2"}]', "holds"),
    ("an event heard twice shows it once", "interest: {category: toys, at_least: 1.5}", "-1h viewed category=toys id=a; -1h viewed category=toys id=a", "does not hold"),
    ("a late one counts at its own time", "interest: {category: toys, at_least: 0.6}", "-14d viewed category=toys late=13d", "does not hold"),
    ("among the three strongest", "interest: {category: c, top: 3}", FOUR, "holds"),
    ("the fourth is not", "interest: {category: d, top: 3}", FOUR, "does not hold"),
    ("the strongest", "interest: {category: a, top: 1}", FOUR, "holds"),
    ("the strongest, but too weak", "interest: {category: a, top: 1, at_least: 9}", FOUR, "does not hold"),
    ("the product of the event", "interest: {product: '{{ event.properties.p }}'}", "-1h viewed product_id=P1; 0 look p=P1", "holds"),
    ("another product", "interest: {product: '{{ event.properties.p }}'}", "-1h viewed product_id=P1; 0 look p=P2", "does not hold"),
    ("the event names none", "interest: {product: '{{ event.properties.p }}'}", "-1h viewed product_id=P1; 0 look", "does not hold"),
    ("any of those it lists", "interest: {product: '{{ event.properties.p }}'}", '-1h viewed product_id=P1; 0 look p=["P2","P1"]', "holds"),
    ("any of those behind a path through a list", "interest: {product: '{{ event.properties.items.p }}'}", '-1h viewed product_id=P1; 0 look items=[{"p":"P2"},{"q":1},{"p":"P1"}]', "holds"),
    ("none of those behind it", "interest: {product: '{{ event.properties.items.p }}'}", '-1h viewed product_id=P1; 0 look items=[{"p":"P2"},{"q":"P1"}]', "does not hold"),
    ("a number is named as its text", "interest: {product: '7'}", "-1h viewed product_id=7", "holds"),
    ("it starts at counting and is never unknown", "interest: {category: toys}", "-5d viewed category=toys; -3d deploy", "does not hold"),
    ("shown since counting began", "interest: {category: toys}", "-3d deploy; -2d viewed category=toys", "holds"),
], rules=RULES)  # fmt: skip


@INTEREST.each
def test_a_customer_is_interested(row: Row) -> None:
    INTEREST.check(row)


def test_fifty_values_of_a_dimension_are_kept_the_strongest() -> None:
    many = "; ".join(f"-{n + 2}h 2×1m viewed category=c{n}" for n in range(50))
    for value, answer in (("c0", "holds"), ("c49", "holds"), ("weak", "does not hold")):
        INTEREST.check(("", f"interest: {{category: {value}}}", f"{many}; -1h viewed category=weak", answer))
