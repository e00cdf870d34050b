"""The best content for each slot of a page: one read, no write; what went out elsewhere is known here too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kairos.domain.chain import variant_of
from kairos.domain.definitions import Campaign, Catalog, Step
from kairos.domain.entering import is_control
from kairos.domain.events import Json, Millis
from kairos.domain.journey import Placed
from kairos.domain.manners import opted_out
from kairos.domain.sending import worth
from kairos.domain.state import Customer
from kairos.domain.view import View


@dataclass(frozen=True, slots=True)
class Offer:
    """Content for a slot, or why a campaign has none for it (`reason` is the gate's word)."""

    slot: str
    campaign: str
    key: str = ""
    step: str = ""
    template: str = ""
    variant: str = ""
    since: Millis = 0  # of placed content: when its campaign started
    reason: str = ""


def offers(
    customer: Customer, slots: Sequence[str], request: Json, catalog: Catalog, now: Millis
) -> Mapping[str, tuple[Offer, ...]]:
    """What may be shown in each slot, the best first, each campaign once; refusals follow with their reasons.

    `request` is the event that conditions see: `{"type", "properties", "context"}` of the visit.
    """
    view = View(customer.state, catalog, request, now, moment=now)
    shown: set[str] = set()
    answer: dict[str, tuple[Offer, ...]] = {}
    for slot in dict.fromkeys(slots):
        found = sorted(_candidates(customer, slot, view), key=lambda pair: _rank(pair[0], pair[1], view))
        good = [offer for _, offer in found if not offer.reason and offer.campaign not in shown]
        good = list({offer.campaign: offer for offer in reversed(good)}.values())[::-1]
        refused = [offer for _, offer in found if offer.reason]
        if good:
            shown.add(good[0].campaign)
        answer[slot] = (*good, *refused)
    return answer


def _candidates(customer: Customer, slot: str, view: View) -> Iterator[tuple[Campaign, Offer]]:
    campaigns = view.catalog.campaigns
    for placed in customer.state.placed:
        if placed.slot == slot and (campaign := campaigns.get(placed.campaign)) is not None:
            yield campaign, _placed(campaign, placed, view)
    for campaign in view.catalog.inbound:
        if campaign.trigger.slot == slot:
            yield campaign, _inbound(customer.id, campaign, view)


def _placed(campaign: Campaign, placed: Placed, view: View) -> Offer:
    reason = _held_back(campaign, view) or ("expired" if placed.until <= view.now else "")
    reason = reason or ("cooldown" if _cooling(campaign, view) else "")
    return Offer(
        placed.slot, placed.campaign, placed.key, placed.step, placed.template, placed.variant, placed.since, reason
    )  # fmt: skip


def _inbound(customer: str, campaign: Campaign, view: View) -> Offer:
    """Nobody enters an inbound campaign: its steps are walked anew for each visit."""
    slot, reason = campaign.trigger.slot, _held_back(campaign, view)
    if not reason and campaign.audience is not None and not (truth := campaign.audience(view)):
        reason = "history_unknown" if truth is None else "not_in_audience"
    if not reason and _cooling(campaign, view):
        reason = "cooldown"
    if not reason and is_control(customer, campaign):
        reason = "holdout"
    if reason:
        return Offer(slot, campaign.name, reason=reason)
    step, variant = _walk(customer, campaign, view)
    if step is None:
        return Offer(slot, campaign.name, reason="not_in_audience")
    return Offer(slot, campaign.name, "", step.id, step.spec["template"], variant)


def _held_back(campaign: Campaign, view: View) -> str:
    if campaign.status == "paused":
        return "paused"
    return "no_consent" if opted_out(view.state, view.catalog.policy, campaign.topic) else ""


def _cooling(campaign: Campaign, view: View) -> bool:
    """Whether its content was accepted or dismissed too lately."""
    moments = view.state.counts.get(campaign.answered, ())
    return bool(campaign.cooldown and moments and moments[0][0] > view.now - campaign.cooldown)


def _walk(customer: str, campaign: Campaign, view: View) -> tuple[Step | None, str]:
    """The first `show` on the customer's way through `choose` and `split`, and the variant that led there."""
    position, variants = 0, list[str]()
    while position >= 0:
        step = campaign.steps[position]
        if step.do == "show":
            return step, "-".join(variants)
        if step.do == "split":
            branch = variant_of(customer, campaign.name, step)
            variants.append(branch.name)
            position = branch.to
        else:
            position = next((b.to for b in step.branches if b.when is None or b.when(view)), step.next)
    return None, ""


def _rank(campaign: Campaign, offer: Offer, view: View) -> tuple[bool, int, float, Millis, str]:
    """Priority, value × likelihood, earlier moment, name; refusals last."""
    return (bool(offer.reason), -campaign.priority, -worth(campaign, view), offer.since or view.now, campaign.name)
