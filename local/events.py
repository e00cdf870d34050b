"""The folder `events`: what other protocols call things, beside the campaigns that hear of it."""

from pathlib import Path
from typing import Final

from kairos.catalog.mapping import FILE, compile_mapping
from kairos.catalog.problems import InvalidEvents
from kairos.catalog.shops import read_shopify
from kairos.domain.sources.shopify import Shopify
from kairos.domain.sources.vocabulary import Vocabulary

ROOT: Final = Path(__file__).parent.parent


def events_beside(campaigns: Path) -> Path:
    """The folder that goes with a folder of campaigns: the one beside it, else the project's."""
    beside = campaigns.absolute().parent / "events"
    return beside if (beside / FILE).is_file() else ROOT / "events"


def vocabulary(campaigns: Path) -> Vocabulary:
    """The names that hold for these campaigns. Raises InvalidEvents."""
    return Vocabulary.of(compile_mapping(events_beside(campaigns)))


def shopify(campaigns: Path) -> Shopify:
    """What Shopify's consent means beside these campaigns. Raises InvalidEvents."""
    found, problems = read_shopify(events_beside(campaigns))
    if problems:
        raise InvalidEvents(problems)
    return Shopify(**found)
