"""Bugs of the kind that people make, as changes of the real source: a simulator that lets one of them pass proves nothing."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import kairos

PACKAGE: Final = Path(kairos.__file__).parent

Edit = tuple[str, str, str]
"""In which file what becomes what."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug, and the promise that it breaks: in stories, or in a life (deaths.py) at whose n-th call somebody dies."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    life: str = ""

    def plant(self, folder: Path) -> None:
        """A copy of the engine with the bug in it, as `folder/kairos`. Raises ValueError if the source has moved on."""
        shutil.copytree(PACKAGE, folder / "kairos")  # compiled files too: whose source is as it was need no other
        for file, was, becomes in self.edits:
            target = folder / "kairos" / file
            source = target.read_text()
            if source.count(was) != 1:
                raise ValueError(f"{self.name}: {file} has this {source.count(was)} times, not once: {was}")
            target.write_text(source.replace(was, becomes))


def _mutant(name: str, breaks: str, *edits: Edit, life: str = "") -> Mutant:
    return Mutant(name, breaks, edits, life)


MUTANTS: Final = (
    _mutant(
        "no version check", "what_was_heard_is_in_the_state",
        ("adapters/dynamodb/states.py", '= "version = :seen"', '= "version >= :seen OR version < :seen"'),
    ),
    _mutant(
        "a lease, then sent again", "marketing_goes_out_at_most_once",
        ("service/deliver.py", "if not (put.transactional and (message.tries", "if not ((message.tries"),
        ("adapters/dynamodb/messages.py", "MINE_OPEN if message.put.transactional else MINE_SENDING", "MINE_OPEN"),
    ),
    _mutant(
        "the SDK tries again", "marketing_goes_out_at_most_once",
        ("adapters/aws.py", 'retries={"total_max_attempts": 1}', 'retries={"total_max_attempts": 3}'),
    ),
    _mutant(
        "in doubt is given up at once", "what_must_be_known_is_tried_thrice",
        ("service/deliver.py", "put.transactional and (message.tries < TRIES or", "put.transactional and (message.tries < 1 or"),
    ),
    _mutant(
        "consent is judged at decision only", "no_claim_follows_an_opt_out",
        ("domain/judge.py", "return manners.refusal_of_channel(", "return None and manners.refusal_of_channel("),
    ),
    _mutant(
        "an exit waits for the next wait", "no_claim_follows_an_opt_out",
        ("domain/judge.py", "if manners.exited(", "if False and manners.exited("),
    ),
    _mutant(
        "an opt-out does not move the guard", "no_claim_follows_an_opt_out",
        ("domain/decide.py", "in facts.set_consents(turn.state, event):\n        turn.moved = True\n",
         "in facts.set_consents(turn.state, event):\n"),
    ),
    _mutant(
        "the guard is not part of the claim", "no_claim_follows_an_opt_out",
        ("adapters/dynamodb/messages.py", '= "guard = :guard"', '= "guard >= :guard OR guard < :guard"'),
    ),
    _mutant(
        "suppression is not part of the claim", "nothing_goes_to_a_closed_address",
        ("adapters/dynamodb/messages.py", '= "attribute_not_exists(suppressed)"', '= "attribute_not_exists(nothing)"'),
    ),
    _mutant(
        "a cap's place is not taken in the write of the message", "caps_hold",
        ("domain/sending.py", "        turn.state.sends.append(Sent(", "        _ = (Sent("),
    ),
    _mutant(
        "keys are remembered for an hour", "a_key_is_entered_once",
        ("domain/entering.py", "turn.now + turn.catalog.policy.keys,", "turn.now + 3_600_000,"),
    ),
    _mutant(
        "the version of the definitions is part of a message's identity", "marketing_goes_out_at_most_once",
        ("domain/sending.py", "run.key, candidate.step.id, channel)",
         "run.key, candidate.step.id + turn.catalog.hash, channel)"),
    ),
    _mutant(
        "rendered behind the claim", "a_broken_template_is_refused",
        ("service/deliver.py", '            self._stop(message, now, "failed_template")\n            return\n',
         '            self._claim(dossier, "", now)\n            raise\n'),
    ),
    _mutant(
        "woken before the commit", "in_calm_weather_all_is_prompt",
        ("service/evaluate.py", "        self._commit = Commit(customers, catalog, ids, tally)\n",
         """        from kairos.service.ports import MessageRef

        class Early:
            read = customers.read

            def commit(self, before, after, effects, writer):
                written = [e for e in effects if hasattr(e, "template")]
                queues.put_messages([MessageRef(before.id, e.id, e.campaign, e.key) for e in written])
                customers.commit(before, after, effects, writer)

        self._commit = Commit(Early(), catalog, ids, tally)
        self._carry_on = lambda batch: None
"""),
    ),
    _mutant(
        "a partial batch is answered as a whole one", "nothing_accepted_is_lost",
        ("service/evaluate.py", "return [item.id for item in items if item.id in batch.failed]", "return []"),
    ),
    _mutant(
        "nothing to write on an old look is nothing to do", "no_refusal_rests_on_an_old_look",
        ("service/commit.py", "elif not consistent:", "elif False:"),
    ),
    _mutant(
        "counters depend on the order of delivery", "what_was_heard_is_in_the_state",
        ("domain/lasts.py", "    kept.append(moment)\n    kept.sort(reverse=True)\n", "    kept.insert(0, moment)\n"),
    ),
    _mutant(
        "interests count what comes twice", "what_was_heard_is_in_the_state",
        ("domain/interest.py", "if mark[0] <= forgotten or any(", "if mark[0] <= forgotten and any("),
    ),
    _mutant(
        "quiet hours in UTC", "nobody_is_texted_at_night",
        ("domain/manners.py", "    tz = View(state, catalog, {}, now).tz\n", '    tz = moments.zone("UTC", "UTC")\n'),
    ),
    _mutant(
        "February 29 in every year", "nobody_is_put_aside",
        ("domain/moments.py", "28 if (day.month, day.day) == (2, 29) and not leap else day.day", "day.day"),
    ),
    _mutant(
        "a merge forgets which keys were used", "every_message_has_its_entry",
        ("adapters/dynamodb/tombstones.py", "    if not put.inherits:\n        return\n", "    if put:\n        return\n"),
    ),
    _mutant(
        "the cursor of a fan-out is a page ahead", "the_whole_audience_is_judged",
        ("service/fan_out.py",
         """            if customers:
                self._queues.put_pages([page(found, customers)])
            if not self._store.move(found, cursor=cursor):
                return
""",
         """            if not self._store.move(found, cursor=cursor):
                return
            if customers:
                self._queues.put_pages([page(found, customers)])
"""),
    ),
    _mutant(
        "the index is told behind the commit", "the_audience_is_found",
        ("adapters/dynamodb/customers.py", "        for place in into:\n            put_place(self._table, place, who, seen + 1)\n", ""),
        ("adapters/dynamodb/customers.py", "        for place in out_of:\n",
         "        for place in into:\n            put_place(self._table, place, who, seen + 1)\n        for place in out_of:\n"),
    ),
    _mutant(
        "what is decided for whom a device has become is not recorded", "what_was_entered_is_recorded",
        ("service/commit.py", "tuple(record for one in done for record in one.records), ", "(), "),
    ),
    _mutant(
        "an answer that did not come is taken for a refusal", "sent_means_taken",
        ("service/deliver.py", "            self._doubt(message, self._clock())\n",
         '            self._refuse(message, self._clock(), "failed_provider", address)\n'),
    ),
    _mutant(
        "nobody sees to what is claimed", "everything_comes_to_an_end",
        ("adapters/dynamodb/messages.py", "claimed = :now, tries = tries + :one\"",
         "claimed = :now, tries = tries + :one REMOVE due_shard, due_at\""),
    ),
    _mutant(
        "a lost race is taken for a lost answer", "an_answered_opt_out_is_kept",
        ("adapters/dynamodb/customers.py", '    if not found or found["writer"]["S"] != writer:\n', "    if not found:\n"),
    ),
    _mutant(
        "expiry is judged at entry only", "nothing_goes_out_stale",
        ("domain/sending.py", "if turn.now >= _expires(candidate):", "if False:"),
        ("domain/judge.py", "if now >= message.expires:", "if False:"),
        ("service/deliver.py", ' or ("expired" if now >= put.expires else "")', ""),
        ("adapters/dynamodb/messages.py", " AND expires > :now", ""),
    ),
    _mutant(
        "the state is written before the entry, not with it", "points_are_given_once",
        ("adapters/dynamodb/customers.py", "            self._table.client.transact_write_items(TransactItems=parts)\n",
         """            self._table.client.put_item(**common, **writes[0])
            self._table.client.transact_write_items(TransactItems=parts[1:])
"""),
    ),
    _mutant(
        "campaigns of a group do not know of each other", "cooldowns_hold",
        ("domain/entering.py", "    spans = [*campaign.groups]\n", "    spans = []\n"),
    ),
    _mutant(
        "the span of a cooldown is taken for seconds", "cooldowns_hold",
        ("domain/entering.py", "recent.entered > turn.now - span", "recent.entered > turn.now - span // 1000"),
    ),
    _mutant(
        "whose an address is is told behind the commit", "addresses_know_their_owners",
        ("adapters/dynamodb/customers.py", "        states += owner_writes(who, effects, gone)\n", ""),
        ("adapters/dynamodb/customers.py", "        for place in out_of:\n",
         """        for write in owner_writes(who, effects, gone):
            call = self._table.client.put_item if "Item" in write else self._table.client.delete_item
            call(TableName=self._table.name, **write)
        for place in out_of:
"""),
    ),
    _mutant(
        "whoever pauses a channel sets its alarm last", "a_pause_rings",
        ("service/reputation.py",
         """            self._reputation.pause(
                channel, now
            )  # who dies behind this has it judged again, who dies behind the next has it rung
""", ""),
        life="paused",
    ),
    _mutant(
        "what was put aside is not looked through", "who_was_forgotten_is_nowhere",
        ("service/erase.py",
         'self._tally.count("LettersErased", by=self._letters.rewrite(lambda body: _without(body, persons)))', "pass"),
        life="erase",
    ),
    _mutant(
        "what was heard last stands, not what was so last", "every_line_is_a_customer_or_a_bad_line",
        ("domain/state.py", "return self.time, self.received, as_text", "return self.received, self.time, as_text"),
        life="import",
    ),
)  # fmt: skip
