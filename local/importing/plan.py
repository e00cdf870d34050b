"""What an import will do, in words, before it does it."""

from collections.abc import Iterator, Mapping, Sequence

from kairos.domain.definitions import Catalog
from local.importing.columns import Target


def columns_in_words(header: Sequence[str], columns: Mapping[int, Target]) -> Iterator[str]:
    """A line for each column: what it is, or that it is left out."""
    wide = max(map(len, header))
    for place, head in enumerate(header):
        one = columns.get(place)
        how = f" ({one.kind.name})" if one and one.kind.name != "text" else ""
        yield f"{head:<{wide}}  {one.name + how if one else 'is left out'}"


def starting(catalog: Catalog, targets: Sequence[Target]) -> list[str]:
    """The live campaigns that may start by what these columns change."""
    looked_at = {f"attribute:{one.attribute.split('.')[0]}" for one in targets if one.attribute}
    found = {name for look in looked_at for watch in catalog.watching.get(look, ()) for name in watch.starts}
    if any(one.consent for one in targets):
        told = ("consent.granted", "consent.requested", "consent.withdrawn")
        found |= {campaign.name for type in told for campaign in catalog.concern(type).starting}
    return sorted(name for name in found if catalog.campaigns[name].status == "live")
