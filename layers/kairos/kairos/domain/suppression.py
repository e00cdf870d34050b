"""Addresses that must not be written to, as one customer's state knows them: the newest word on each, closed or open again."""

from typing import Final

from kairos.domain.events import Event, Millis, Ref
from kairos.domain.state import State

KEPT: Final = 5
"""How many words a channel are remembered, the newest ones; the address itself knows anyway, and is asked by every claim."""


def is_closed(state: State, channel: str, address: str) -> bool:
    """Whether nothing goes to that address (its hash)."""
    return state.suppressed.get(channel, {}).get(address, 0) > 0


def note(state: State, channel: str, address: str, time: Millis, *, closed: bool) -> bool:
    """Takes in a word on an address; of two of one instant the one that closes it stands. Says whether that is news."""
    kept = state.suppressed.setdefault(channel, {})
    before = kept.get(address, 0)
    if before and (abs(before), before > 0) >= (time, closed):
        return False
    kept[address] = time if closed else -time
    for oldest in sorted(kept, key=lambda one: (abs(kept[one]), one))[: max(len(kept) - KEPT, 0)]:
        del kept[oldest]
    return address in kept and (before > 0) != closed


def event(place: str, owner: str, time: Millis, received: Millis, reason: str = "") -> Event:
    """For a customer who is reached at the address (`channel#hash`): it is closed for that reason, or open if there is none."""
    channel, _, hashed = place.partition("#")
    word, said = ("suppressed", {"reason": reason}) if reason else ("released", {})
    return Event(
        id=f"{hashed}.{word}.{time}", type=f"address.{word}", time=time, received=received, source=channel,
        customer=Ref(id=owner), properties={"channel": channel, "address_hash": hashed, **said}, own=True,
    )  # fmt: skip


def unite(state: State, other: State) -> None:
    """Takes in all that another customer's state knows."""
    for channel, words in other.suppressed.items():
        for address, word in words.items():
            note(state, channel, address, abs(word), closed=word > 0)
