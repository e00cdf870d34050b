"""Bugs of the kind that people make, as changes of the real source: a simulator that lets one of them pass proves nothing."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import kairos

PACKAGE: Final = Path(kairos.__file__).parent


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug: in which file what becomes what."""

    name: str
    file: str
    was: str
    becomes: str

    def plant(self, folder: Path) -> None:
        """A copy of the engine with the bug in it, as `folder/kairos`. Raises ValueError if the source has moved on."""
        shutil.copytree(PACKAGE, folder / "kairos")  # compiled files too: whose source is as it was need no other
        target = folder / "kairos" / self.file
        source = target.read_text()
        if source.count(self.was) != 1:
            raise ValueError(f"{self.file} has this {source.count(self.was)} times, not once: {self.was}")
        target.write_text(source.replace(self.was, self.becomes))


MUTANTS: Final = (
    Mutant(
        "no version check", "adapters/dynamodb/states.py",
        'STATE_UNMOVED: Final = "version = :seen"', 'STATE_UNMOVED: Final = "version >= :seen OR version < :seen"',
    ),
    Mutant(
        "a lease, then sent again", "service/deliver.py",
        "if not (put.transactional and (message.tries < TRIES or put.channel == \"event\")):",
        "if not (message.tries < TRIES or put.channel == \"event\"):",
    ),
    Mutant("the SDK tries again", "adapters/aws.py", 'retries={"total_max_attempts": 1}', 'retries={"total_max_attempts": 3}'),
    Mutant(
        "consent is judged at decision only", "domain/judge.py",
        "return manners.refusal_of_channel(customer.state, catalog, message.topic, message.channel, now) or None",
        "return None",
    ),
    Mutant(
        "a cap's place is not taken in the write of the message", "domain/sending.py",
        "        turn.state.sends.append(Sent(turn.now, put.id, put.channel, put.topic, put.campaign))", "        pass",
    ),
    Mutant(
        "keys are remembered for an hour", "domain/entering.py",
        "turn.now + turn.catalog.policy.keys,", "turn.now + 3_600_000,",
    ),
    Mutant(
        "the version of the definitions is part of a message's identity", "domain/sending.py",
        "run.key, candidate.step.id, channel)", "run.key, candidate.step.id + turn.catalog.hash, channel)",
    ),
    Mutant(
        "the guard is not part of the claim", "adapters/dynamodb/messages.py",
        'GUARD_UNMOVED = "guard = :guard"', 'GUARD_UNMOVED = "guard >= :guard OR guard < :guard"',
    ),
    Mutant(
        "rendered behind the claim", "service/deliver.py",
        """            trouble.log.error("message %s: %s", put.id, broken)
            self._refuse(message, now, "failed_template")
            return
""",
        """            self._claim(dossier, "", now)
            raise broken
""",
    ),
    Mutant(
        "woken before the commit", "service/evaluate.py",
        "        self._commit = Commit(customers, catalog, ids, tally)\n",
        """        class Early:
            read = customers.read

            def commit(self, before, after, effects, writer):
                written = [e for e in effects if hasattr(e, "template")]
                queues.put_messages([MessageRef(before.id, e.id, e.campaign, e.key) for e in written])
                customers.commit(before, after, effects, writer)

        self._commit = Commit(Early(), catalog, ids, tally)
        self._carry_on = lambda batch: None
""",
    ),
    Mutant(
        "a partial batch is answered as a whole one", "service/evaluate.py",
        "return [item.id for item in items if item.id in batch.failed]", "return []",
    ),
    Mutant(
        "nothing to write on an old look is nothing to do", "service/commit.py",
        "elif not consistent:  # what is not there may only not be seen yet", "elif False:",
    ),
    Mutant(
        "counters depend on the order of delivery", "domain/lasts.py",
        "    kept.append(moment)\n    kept.sort(reverse=True)\n", "    kept.insert(0, moment)\n",
    ),
    Mutant(
        "quiet hours in UTC", "domain/manners.py",
        "    tz = View(state, catalog, {}, now).tz\n", '    tz = moments.zone("UTC", "UTC")\n',
    ),
    Mutant(
        "February 29 in every year", "domain/moments.py",
        "28 if (day.month, day.day) == (2, 29) and not leap else day.day", "day.day",
    ),
    Mutant(
        "a merge forgets which keys were used", "adapters/dynamodb/tombstones.py",
        "    if not put.inherits:\n        return\n", "    if put:\n        return\n",
    ),
    Mutant(
        "the cursor of a fan-out is a page ahead", "service/fan_out.py",
        """            if customers:
                self._queues.put_pages([page(found, customers)])
            if not self._store.move(found, cursor=cursor):
                return
""",
        """            if not self._store.move(found, cursor=cursor):
                return
            if customers:
                self._queues.put_pages([page(found, customers)])
""",
    ),
)  # fmt: skip
