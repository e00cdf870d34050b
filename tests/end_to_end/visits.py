"""What a page would show a visitor: the inbound decision, asked of the customers as the stack keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kairos.adapters.dynamodb.control import DynamoControl
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.table import Table
from kairos.catalog.bundle import compile_directory
from kairos.domain.inbound import Offer, offers
from kairos.domain.link import link
from local.stack import ROOT, Stack


class Visits:
    """One read and no write, with the definitions that the stack runs."""

    def __init__(self, stack: Stack) -> None:
        self._clock = stack.clock
        table = Table(stack.session.client("dynamodb"), stack.physical("AWS::DynamoDB::Table")[0])
        linked = link(compile_directory(ROOT / "campaigns").catalog)
        self._catalog = linked.with_since(DynamoControl(table).since(linked.keeps, stack.clock()))
        self._customers = DynamoCustomers(table)

    def ask(self, customer: str, slots: Sequence[str], context: Mapping[str, Any]) -> Mapping[str, tuple[Offer, ...]]:
        """What there is for each slot, the best first, and why the rest is not."""
        known = self._customers.read((customer,))[customer]
        request = {"type": "visit", "properties": {}, "context": context}
        return offers(known, slots, request, self._catalog, self._clock())
