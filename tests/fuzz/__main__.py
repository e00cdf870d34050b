"""`python -m tests.fuzz --payloads 100000`: prints what became of them; exit 1 if anything was wrong."""

import sys
import time

import click

from tests.fuzz.run import Tally, run

CHUNK = 5_000
"""Payloads for one stack: its memory and its table stay small."""


@click.command
@click.option("--payloads", default=100_000, show_default=True)
@click.option("--first", default=0, show_default=True, help="The first one's seed; --payloads 1 tries one again.")
def main(payloads: int, first: int) -> None:
    """Broken payloads against the deployed functions."""
    total, began = Tally(), time.monotonic()
    for start in range(first, first + payloads, CHUNK):
        total.add(run(start, min(CHUNK, first + payloads - start)))
        print(
            f"{total.payloads:,} payloads, {total.accepted:,} events accepted, {len(total.failures)} failures",
            flush=True,
        )
    seconds = time.monotonic() - began
    print(f"{total.payloads:,} payloads in {seconds:,.0f} s; answers {dict(sorted(total.answers.items()))}")
    print(f"accepted {total.accepted:,} = archived {total.archived:,} + rejected {total.rejected:,} + dead {total.dead:,}; "
          f"unaccounted {total.unaccounted:,}")  # fmt: skip
    for failure in total.failures[:50]:
        print(failure)
    sys.exit(1 if total.failures or total.unaccounted else 0)


if __name__ == "__main__":
    main()
