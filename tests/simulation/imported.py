"""Every line of a file that was imported is a customer as it says, once, or a bad line, once; and so it was told."""

import csv
from collections.abc import Iterator

from local.clock import parse_moment
from tests.simulation.history import History
from tests.simulation.laptop import FILE, REPORT, Imported
from tests.simulation.reflected import Archive
from tests.simulation.stack import Stack


def every_line_is_a_customer_or_a_bad_line(stack: Stack, history: History) -> Iterator[str]:
    """Whoever died in between: nobody is missing, nothing is told twice, nobody is as the file says who is otherwise since."""
    files = {deed.told for deed in stack.story.deeds if deed.kind == "import"}
    ends = {ended.left[FILE]: ended for ended in stack.told.imported}
    yield from (f"an import never came to its end: {file[:40]!r}" for file in files - ends.keys())
    for file, ended in ends.items():
        lines = list(enumerate(csv.DictReader(file.splitlines()), 2))
        good = [(number, row) for number, row in lines if "@" in row["email"]]
        bad = [str(number) for number, row in lines if "@" not in row["email"]]
        if (ended.done.rows, ended.done.taken, ended.done.bad) != (len(lines), len(good), len(bad)):
            yield f"of {len(lines)} lines, {len(bad)} of them bad, was told {ended.done}"
        told = [row["kairos_line"] for row in csv.DictReader(ended.left[REPORT].splitlines())]
        if told != bad:
            yield f"the lines {told} were told to be bad, and {bad} are"
        if ended.left.keys() != {FILE, REPORT}:
            yield f"beside the file there is more than its report: {sorted(ended.left)}"
        yield from _known(stack, history, ended, dict(good))
        yield from (
            f"{row['id']} is known" for _, row in lines if "@" not in row["email"] and row["id"] in history.customers
        )


def _known(stack: Stack, history: History, ended: Imported, good: dict[int, dict[str, str]]) -> Iterator[str]:
    archive = Archive.of(stack)
    heard = sorted(id for id in archive.events if id.startswith(f"import:{ended.done.file[:16]}:"))
    if heard != sorted(f"import:{ended.done.file[:16]}:{number}" for number in good):
        yield f"the archive has {heard}"
    if (again := archive.unsettled.intersection(heard)) and len(again) < len(heard):  # nothing is left to go on with
        yield f"of one import these were told with several times: {again}"
    for row in good.values():
        profile = stack.world.profile(row["id"])
        found = {name: fact.value for name, fact in profile.attributes.get("backend", {}).items()}
        wanted = {"region": row["region"], "birthday": row["birthday"]} | _since(stack, row["id"], ended)
        if row["id"] not in history.customers or found != wanted or profile.address("email") != row["email"]:
            yield f"{row['id']} is {profile}, and not {row}"


def _since(stack: Stack, who: str, ended: Imported) -> dict[str, str]:
    """What their backend has said of them since it began."""
    puts = (deed for deed in stack.story.deeds if (deed.kind, deed.who) == ("put", who))
    newer = [deed.told["attributes"] for deed in puts if deed.at > parse_moment(ended.done.began)]
    return {name: value for attributes in newer for name, value in attributes.items()}
