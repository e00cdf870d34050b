"""Whose an event is that names somebody by an address alone."""

from dataclasses import dataclass, field, replace

from kairos.domain.events import Event
from kairos.domain.identity import ADDRESS, is_stray
from kairos.service.ports import AddressStore

MOST = 10
"""Rows of an address that are looked at: two customers, and the devices and the address itself that may stand before them."""


@dataclass(slots=True)
class Owners:
    """Asked for one batch: each address costs one read, whatever is heard by it."""

    store: AddressStore
    _known: dict[str, str] = field(default_factory=dict)

    def __call__(self, stray: str, event: Event) -> tuple[str, Event]:
        """The one customer who has that address, and the event as theirs; where nobody has, or several do, or it is none, both as they were.

        Whatever was heard by the address before becomes theirs with it, as by an alias.
        """
        if not stray.startswith(ADDRESS) or event.customer is None or event.customer.id:
            return stray, event
        address = f"{'email' if event.customer.email else 'sms'}#{stray.removeprefix(ADDRESS)}"
        if stray not in self._known:
            found = [who for who in self.store.owners(address, MOST) if not is_stray(who)]
            self._known[stray] = found[0] if len(found) == 1 else ""
        if owner := self._known[stray]:
            return owner, replace(event, customer=replace(event.customer, id=owner, previous_id=stray))
        return stray, event
