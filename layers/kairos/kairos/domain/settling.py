"""What a report of a delivery means for the customer: places given back, the next channel, suppression."""

from typing import Any

from kairos.domain import manners
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.sending import take
from kairos.domain.turn import SETTLING, Turn, give_back

SUPPRESSED_KEPT = 5


def report(message: PutMessage, customer: str, type: str, now: Millis, *, reason: str = "", address: str = "") -> Event:
    """The event that tells `decide` how a delivery ended: `message.sent` or `message.refused`."""
    properties: dict[str, Any] = {
        "message_id": message.id, "campaign": message.campaign, "key": message.key, "step": message.step,
        "variant": message.variant, "channel": message.channel,
    }  # fmt: skip
    if reason:
        properties |= {
            "reason": reason, "address": address, "channels": list(message.channels), "topic": message.topic,
            "template": message.template, "since": message.since, "trigger": message.trigger,
            "same": dict(message.same), "expires": message.expires, "coupon": message.coupon,
        }  # fmt: skip
    return Event(
        id=f"{message.id}.{type.removeprefix('message.')}", type=type, time=now, received=now, source="kairos",
        customer=Ref(id=customer), properties=properties, own=True,
    )  # fmt: skip


def settle_report(turn: Turn, event: Event) -> None:
    """A message surely did not go out: its cap place comes back, and a provider's refusal moves on to the next channel."""
    told = event.properties
    id, campaign, key = told.get("message_id"), str(told.get("campaign", "")), str(told.get("key", ""))
    if not event.own or id is None or "channels" not in told:
        return
    if told["reason"] == "undeliverable" and told.get("address"):
        suppress(turn, told["channel"], told["address"])
    recent = turn.recent(campaign, key)
    placed = any(sent.message == id for sent in turn.state.sends)
    turn.state.sends = [sent for sent in turn.state.sends if sent.message != id]
    if not placed:  # told before: what followed from it has followed
        return
    moved_on = told["reason"] in ("failed_provider", "undeliverable") and _next_channel(turn, event)
    if not moved_on and (coupon := told.get("coupon")) and "since" not in coupon:
        _unissue(turn, coupon)
    if recent is not None and not moved_on:
        recent.kept = max(recent.kept - 1, 0)
        give_back(recent)


def _unissue(turn: Turn, coupon: Json) -> None:
    """Nobody has seen it: its time starts with the next message that shows it."""
    if turn.state.coupons.get(coupon["name"], {}).get("id") == coupon["id"]:
        del turn.state.coupons[coupon["name"]]
    for run in turn.state.runs:
        if run.coupon is not None and run.coupon["id"] == coupon["id"]:
            run.coupon = {name: part for name, part in run.coupon.items() if name != "since"}


def suppress(turn: Turn, channel: str, address: str) -> None:
    """Nothing goes to that address any more."""
    hashes = turn.state.suppressed.setdefault(channel, [])
    if address not in hashes:
        turn.state.suppressed[channel] = [address, *hashes][:SUPPRESSED_KEPT]
        turn.moved = True


def _next_channel(turn: Turn, event: Event) -> bool:
    """Decides the same message on the next channel that may be used; says whether one could."""
    told, policy, state = event.properties, turn.catalog.policy, turn.state
    campaign = turn.catalog.campaigns.get(told["campaign"])
    channels = tuple(told["channels"])
    if campaign is None or campaign.status == "paused" or not channels or turn.now >= told["expires"]:
        return False
    if manners.exited(state, campaign, told["same"], told["since"], told["trigger"]):
        return False
    channel, reason = manners.pick_channel(state, turn.catalog, told["topic"], channels, turn.now)
    transactional = policy.transactional(told["topic"])
    if (
        not reason
        and not transactional
        and manners.capped(state, policy, channel, told["topic"], campaign.name, turn.now)
    ):
        reason = "frequency_cap"
    if reason:
        turn.record(campaign.name, told["key"], "refused", reason, step=told["step"], channel=channel)
        return False
    take(
        turn,
        PutMessage(
            id=message_id(turn.customer.id, campaign.name, told["key"], told["step"], channel),
            campaign=campaign.name, key=told["key"], step=told["step"], channel=channel,
            channels=channels[channels.index(channel) + 1 :], topic=told["topic"], template=told["template"],
            transactional=transactional, since=told["since"], trigger=told["trigger"], same=told["same"],
            expires=told["expires"], due=turn.now + SETTLING, guard=state.guard, catalog=turn.catalog.hash,
            variant=str(told.get("variant", "")), coupon=told.get("coupon"),
        ),
    )  # fmt: skip
    return True
