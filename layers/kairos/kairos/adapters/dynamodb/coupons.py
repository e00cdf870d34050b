"""Coupon codes: each an item of its own, so that it is given once and known again; a pool's are taken out as they are given.

V#code#CODE   whose coupon it is, until when, and which message showed it; nobody's id
V#given#ID    of a pool's code: which one this coupon got
V#pool#NAME#n the codes of a pool that nobody has yet, in sixteen parts
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.pools import NEW, Pools
from kairos.adapters.dynamodb.table import Table, item_of, refused
from kairos.domain import coupons
from kairos.domain.coupons import Issued
from kairos.domain.effects import PutMessage
from kairos.domain.events import Json, Millis
from kairos.domain.tokens import Keyring
from kairos.service.ports import Contended
from kairos.service.ports.coupons import PoolEmpty

KEPT: Final[Millis] = 90 * 24 * 60 * 60 * 1000
"""How long after its end a code is still known: an order may be told late."""
_TRIES: Final = 8
_TOLD: Final = ("name", "campaign", "step", "variant", "channel", "message_id")
_ANEW: Final = f"{NEW} OR (coupon = :coupon AND message_id <> :message)"


class DynamoCoupons:
    """The port CouponStore."""

    def __init__(self, table: Table, keys: Callable[[], Keyring]) -> None:
        self._table, self._keys, self._pools = table, keys, Pools(table)

    def issue(self, put: PutMessage, now: Millis) -> Issued:
        coupon = put.coupon or {}
        return self._from_pool(put, coupon, now) if coupon.get("pool") else self._made(put, coupon, now)

    def _made(self, put: PutMessage, coupon: Json, now: Millis) -> Issued:
        """By the coupon's pattern. That the code is another's is all but impossible, and then there is a next one."""
        for attempt in range(_TRIES):
            issued = Issued(coupons.derive(coupon, self._keys(), attempt), coupons.ends(coupon, now))
            kept = self._keep(put, coupon, issued)
            if kept is None:
                return issued
            if kept["coupon"]["S"] == coupon["id"]:
                return Issued(kept["code"]["S"], int(kept["expires"]["N"]))
        raise Contended("coupon")

    def _keep(self, put: PutMessage, coupon: Json, issued: Issued) -> Item | None:
        """Writes down whose a code is; what is there, if that is somebody's, or was shown before."""
        request: Any = {
            "TableName": self._table.name, "Item": _item(put, coupon, issued), "ConditionExpression": NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }  # fmt: skip
        if coupons.first(coupon):
            request["ConditionExpression"] = _ANEW
            request["ExpressionAttributeValues"] = {
                ":coupon": items.text(coupon["id"]), ":message": items.text(put.id)
            }  # fmt: skip
        try:
            self._table.repeat(lambda: self._table.client.put_item(**request))
        except ClientError as error:
            if not refused(error):
                raise
            return item_of(error)
        return None

    def _from_pool(self, put: PutMessage, coupon: Json, now: Millis) -> Issued:
        for _ in range(_TRIES):
            found = self._table.get([items.given_key(coupon["id"])], consistent=True)
            for given in found.values():
                return self._again(put, coupon, given["code"]["S"], now)
            if (free := self._pools.free(coupon["pool"], coupon["id"])) is None:
                raise PoolEmpty(coupon["pool"])
            issued = Issued(free, coupons.ends(coupon, now))
            given = items.given_key(coupon["id"]) | {"code": items.text(free), "ttl": _ttl(issued)}
            if self._pools.take(coupon["pool"], free, [given, _item(put, coupon, issued)]):
                return issued
        raise Contended("coupon")

    def _again(self, put: PutMessage, coupon: Json, given: str, now: Millis) -> Issued:
        """What was taken before, with the end that was told; a new one if this message is the first to show it."""
        kept = self._keep(put, coupon, Issued(given, coupons.ends(coupon, now)))
        return Issued(given, coupons.ends(coupon, now) if kept is None else int(kept["expires"]["N"]))


class DynamoShownCodes:
    """The port ShownCodes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def shown_by(self, codes: Collection[str]) -> Mapping[str, Json]:
        found = self._table.get([items.code_key(one) for one in codes], consistent=False)
        shown = ((one, found.get(items.identity(items.code_key(one)))) for one in codes)
        return {one: _told(item) for one, item in shown if item is not None}


def _item(put: PutMessage, coupon: Json, issued: Issued) -> Item:
    """A code and what showed it. Nobody's id: an erasure finds nothing here."""
    told = {"name": coupon["name"], "campaign": put.campaign, "step": put.step, "variant": put.variant,
            "channel": put.channel, "message_id": put.id, "coupon": coupon["id"], "code": issued.code}  # fmt: skip
    return items.code_key(coupons.normal(issued.code)) | {
        **{name: items.text(value) for name, value in told.items() if value},
        "expires": items.number(issued.expires),
        "ttl": _ttl(issued),
    }


def _told(item: Item) -> Json:
    return {name: item[name]["S"] for name in _TOLD if name in item}


def _ttl(issued: Issued) -> dict[str, str]:
    return items.number((issued.expires + KEPT) // 1000)
