"""The last look before a claim: what was decided may have been overtaken."""

from kairos.domain import manners
from kairos.domain.definitions import Catalog
from kairos.domain.effects import PutMessage
from kairos.domain.events import Millis
from kairos.domain.state import Customer


def judge(customer: Customer, message: PutMessage, catalog: Catalog, now: Millis) -> str | None:
    """The gate that refuses a decided message now, or None. Quiet hours are not a refusal: see `quiet_until`."""
    if message.channel == "event":
        return None
    campaign = catalog.campaigns.get(message.campaign)
    if campaign is None:
        return "failed_template"
    if campaign.status == "paused":
        return "paused"
    if manners.exited(customer.state, campaign, message.same, message.since, message.trigger):
        return "exited"
    if now >= message.expires:
        return "expired"
    return manners.refusal_of_channel(customer.state, catalog, message.topic, message.channel, now) or None


def quiet_until(customer: Customer, message: PutMessage, catalog: Catalog, now: Millis) -> Millis:
    """When a marketing message may go that is held by quiet hours now; 0 if it may go."""
    if message.transactional:
        return 0
    return manners.quiet_end(customer.state, catalog, message.channel, now)
