"""One person of a stack, shown and forgotten by its operators."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.erasures import mark_key
from kairos.adapters.dynamodb.exports import DynamoExports
from kairos.adapters.dynamodb.table import Table
from kairos.adapters.letters import rewritten
from kairos.catalog.bundle import compile_directory
from kairos.domain import identity
from kairos.domain.erasure import Person, mark, without
from kairos.domain.events import Millis
from kairos.domain.link import link
from kairos.domain.state import Customer
from kairos.service.customers import view
from kairos.service.export import document, readable
from local.clock import iso
from local.dead_letters import DeadLetters
from local.key_lists import read
from local.reach import Reached
from local.recorded import Recorded

ASIDE: Final = ("rejected", "events", "bulk", "send")
LETTERS: Final = 10_000
FOREVER: Final[Millis] = 2**62


class Mark(NamedTuple):
    """What an erasure has left: when it was; whether all items of theirs are gone, and all of them everywhere."""

    erased: Millis
    emptied: bool
    done: bool


class People:
    """Of one stack."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached
        self._table = Table(reached.client("dynamodb"), reached.physical("Table"))
        self._hash = identity.keyed(read(reached, "AddressKeySecret").encode())

    def forget(self, customer: str) -> None:
        """Asks for it, as every door does; the queue says when it was asked."""
        body = json.dumps({"kairos": "erasure", "customer": customer})
        self._reached.client("sqs").send_message(QueueUrl=self._reached.physical("EventsQueue"), MessageBody=body)

    def mark(self, customer: str) -> Mark | None:
        """Proof of an erasure; None if there was none."""
        key = mark_key(mark(customer, self._hash))
        row = self._table.get([key], consistent=True).get(items.identity(key))
        if row is None:
            return None
        stage = row["stage"]["S"] if "stage" in row else ""
        return Mark(int(row["erased"]["N"]), stage != "items", not stage)

    def found(self, customer: str) -> Customer | None:
        """Them, or whom they have turned out to be."""
        found = DynamoCustomers(self._table).read((customer,), profiles=(customer,), consistent=True)[customer]
        if found.state.moved:
            return self.found(found.state.moved)
        return found if found.state.known else None

    def export(
        self, customer: Customer, campaigns: Path, since: Millis, passing: Callable[[Iterable[Any]], Iterable[Any]]
    ) -> dict[str, Any]:
        """All there is of them; the archive's lines go through `passing`, which may show how far it is."""
        catalog = link(compile_directory(campaigns).catalog)
        shown = view(customer, catalog, self._reached.now())
        told = document(shown, DynamoExports(self._table), customer.id)
        person = _person(customer, told)
        told |= {"heard": [], "decisions": [], "aside": list(self._aside(person))}
        for line in passing(Recorded(self._reached).lines(since)):
            if person.owns(line, self._hash):
                kind, what = ("decisions", line["record"]) if "record" in line else ("heard", line["event"])
                told[kind].append(readable(what))
        return told

    def _aside(self, person: Person) -> Iterator[Any]:
        """What was put aside, or died, of them."""
        letters = DeadLetters(self._reached)
        for name in ASIDE:
            with letters.held(name, LETTERS) as held:
                for letter in held:
                    if rewritten(letter.text, lambda body: without(body, person)) != letter.text:
                        yield {"queue": name, "sent": iso(letter.sent), "body": letter.body}


def _person(customer: Customer, told: Mapping[str, Any]) -> Person:
    ids = {customer.id, *(each["id"] for each in told["identities"])}
    ids |= {identity.ADDRESS + place.partition("#")[2] for place in customer.state.owned}
    addresses = customer.profile.addresses.values() if customer.profile else ()
    return Person(frozenset(ids), FOREVER, frozenset(each for each in addresses if isinstance(each, str)))
