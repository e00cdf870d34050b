"""How large a customer's item is with the whole playbook: bytes of every write of generated customers' months, by habit."""

from collections import defaultdict
from typing import Final

from local.shop.people import people
from tests.months import lived

KNOWN, DEVICES, DAYS = 300, 100, 90
UNIT: Final = 1024


def main() -> None:
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for person in people(1848, KNOWN, DEVICES):
        sizes[person.habit] += lived(person, DAYS).sizes
    sizes["all"] = [size for of_habit in sizes.values() for size in of_habit]
    print(f"{'habit':>10} {'writes':>8} {'p50':>6} {'p90':>6} {'p99':>6} {'most':>6} {'one unit':>9}")
    for habit, written in sizes.items():
        ordered = sorted(written)
        shares = [ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.9, 0.99, 1)]
        one = sum(size <= UNIT for size in ordered) / len(ordered)
        print(f"{habit:>10} {len(ordered):>8} " + " ".join(f"{size:>6}" for size in shares) + f" {one:>9.1%}")


if __name__ == "__main__":
    main()
