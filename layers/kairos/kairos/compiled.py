"""What the campaigns layer holds, as the doors load it; each imports only what its reader needs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from kairos.domain.contracts import Contract
    from kairos.domain.sources.shopify import Shopify
    from kairos.domain.sources.vocabulary import Vocabulary
    from kairos.service.agreed import Agreed
    from kairos.service.hearing import Hearing


def text(folder: str, name: str) -> str:
    """One file of it."""
    return (Path(folder) / name).read_text("utf-8")


def read(folder: str, name: str) -> Any:
    """What it says."""
    return orjson.loads(text(folder, name))


def bundle(folder: str) -> Any:
    """The campaigns and the policy."""
    return read(folder, "catalog.json")


def vocabulary(folder: str) -> "Vocabulary":
    """What another protocol calls things."""
    from kairos.domain.sources.vocabulary import Vocabulary

    return Vocabulary.of(read(folder, "mapping.json"))


def shopify(folder: str) -> "Shopify":
    """What understands Shopify."""
    from kairos.domain.sources.shopify import Shopify

    return Shopify(**read(folder, "shopify.json"))


def contracts(folder: str) -> "dict[str, Contract]":
    """What was agreed of events, by type."""
    from kairos.domain.contracts import contracts

    return contracts(read(folder, "contracts.json"))


def hearing(folder: str, agreed: "Agreed") -> "Hearing":
    """Understands what lies on the queues of events."""
    from kairos.domain.sources.segment import Segment
    from kairos.service.hearing import Hearing

    return Hearing(Segment(vocabulary(folder)), agreed, shopify(folder))
