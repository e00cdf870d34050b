"""What a report of a delivery means for the customer: places given back, the next channel, suppression."""

from typing import Any

from kairos.domain import manners, suppression
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.events import RECEIVED, Event, Json, Millis, Ref
from kairos.domain.sending import short, take
from kairos.domain.turn import SETTLING, Turn, give_back

MOVES_ON = ("failed_provider", "undeliverable")
"""What a provider says, after which the next channel is tried."""

CLOSES = ("undeliverable", "suppressed")
"""Where the report names an address, it is closed; the second says that only the address itself knew."""


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


def hear(turn: Turn, event: Event) -> None:
    """What became of a message, or of an address, or what somebody wrote who has it."""
    told = event.properties
    channel, address = str(told.get("channel", "")), str(told.get("address_hash", ""))
    match event.type:
        case "message.bounced" | "message.complained" if told.get("permanent") and address:
            suppress(turn, channel, address, event.time, event.type.removeprefix("message."))
        case "address.suppressed" | "address.released" if event.own and address:  # says so itself to whoever listens
            _note(turn, channel, address, event.time, closed=event.type == "address.suppressed")
        case type if type in RECEIVED and event.own and told.get("keyword") == "stop":
            suppress(turn, channel, address, event.time, "stopped")
        case type if type in RECEIVED and event.own and told.get("keyword") == "start":
            release(turn, channel, address, event.time)
    if event.own and event.type.startswith("message.") and "channels" in told:
        _settle_report(turn, event)


def _settle_report(turn: Turn, event: Event) -> None:
    """A message surely did not arrive: its cap place comes back, and a provider's refusal moves on to the next channel."""
    told = event.properties
    id, campaign, key = (str(told.get(name, "")) for name in ("message_id", "campaign", "key"))
    if told["reason"] in CLOSES and told.get("address"):
        suppress(turn, told["channel"], told["address"], event.time, told["reason"])
    recent = turn.recent(campaign, key)
    placed = any(sent.message == short(id) for sent in turn.state.sends)
    turn.state.sends = [sent for sent in turn.state.sends if sent.message != short(id)]
    if not placed:  # told before: what followed from it has followed
        return
    if event.type != "message.refused":  # of a refusal `deliver` has told; this one was sent, and came back
        turn.record(
            campaign, key, "refused", told["reason"], step=str(told["step"]), channel=told["channel"], message=id,
            variant=str(told.get("variant", "")),
        )  # fmt: skip
    moved_on = _moves_on(told) and _next_channel(turn, event)
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


def suppress(turn: Turn, channel: str, address: str, time: Millis, reason: str) -> None:
    """Nothing goes to that address any more."""
    if _note(turn, channel, address, time, closed=True):
        turn.tell("address.suppressed", "", str(time), channel=channel, address_hash=address, reason=reason)


def release(turn: Turn, channel: str, address: str, time: Millis) -> None:
    """That address may be written to again."""
    if _note(turn, channel, address, time, closed=False):
        turn.tell("address.released", "", str(time), channel=channel, address_hash=address)


def _note(turn: Turn, channel: str, address: str, time: Millis, *, closed: bool) -> bool:
    """Whether that word on an address is news, by which every claim that is under way has to look again."""
    news = suppression.note(turn.state, channel, address, time, closed=closed)
    turn.moved = turn.moved or news
    return news


def _moves_on(told: Json) -> bool:
    """A gate of our own ends it, unless the channel would not have been chosen, had the state known of the address."""
    return told["reason"] in MOVES_ON or (told["reason"] == "suppressed" and bool(told.get("address")))


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
