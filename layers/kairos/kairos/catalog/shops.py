"""What a shop system's consent means, compiled; a shop that has none needs no file."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from kairos.catalog.problems import Problem
from kairos.catalog.source import read
from kairos.catalog.validate import model_of
from kairos.domain.language.scope import Scope
from kairos.domain.language.shops import ShopifyMapping

FILE: Final = "mapping/shopify.yaml"
"""Where it is in `events/`."""


def read_shopify(events: Path, topics: Collection[str] | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """The file as data, and what is wrong with it; `topics` are those there are, if that is known."""
    if not (events / FILE).exists():
        return {}, []
    problems: list[Problem] = []
    model = model_of(ShopifyMapping, read(events / FILE, str(events / FILE)), Scope(topics=topics), problems)
    return ({} if model is None else model.bundle()), problems
