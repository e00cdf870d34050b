"""Messages under way: one consistent look at everything, one transaction to claim, single writes for the rest."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.profiles import together
from kairos.adapters.dynamodb.table import CONDITION, Table, ambiguous, code, item_of, reasons, refused
from kairos.domain.events import Json, Millis
from kairos.service.ports import Contended, Dossier, MessageRef, NotClaimed, Noted, StoredMessage

# A message's life, and the condition of each move (the token is the claim's own: no late worker undoes a newer claim):
#
#            CLAIMABLE            MINE_OR_GIVEN_UP
#   pending ───────────> sending ──────────────────> sent
#      ^  │                 │ │                        ^
#      │  │ PENDING         │ │ MINE_SENDING           │ SETTLES (the provider's own event: also from given_up,
#      │  └──> refused <────┘ └──> in_doubt ───────────┤          and from pending once it was claimed)
#      └──── MINE_SENDING ──┘        │                 │
#      └──── MINE_OPEN (transactional)┴─> given_up ────┘
#                                      MINE_OR_DOUBTED (from pending too, once it was in doubt)
CLAIMABLE = "#status = :pending AND expires > :now"
PENDING = "#status = :pending"
MINE_SENDING = "#status = :sending AND #token = :mine"
MINE_OPEN = "#status IN (:sending, :in_doubt) AND #token = :mine"
MINE_OR_GIVEN_UP = f"({MINE_OPEN}) OR #status = :given_up"
MINE_OR_DOUBTED = f"({MINE_OPEN}) OR (#status = :pending AND attribute_exists(doubted))"
SETTLES = "#status IN (:sending, :in_doubt, :given_up) OR (#status = :pending AND tries > :none)"
KNOWN = "attribute_exists(pk)"
UNCHANGED = "#status = :was AND #token = :mine"

GUARD_UNMOVED = "guard = :guard"
NOT_SUPPRESSED = "attribute_not_exists(suppressed)"

OUT_OF_INDEX = "REMOVE due_shard, due_at"
IN_INDEX = "due_shard = :shard, due_at = :due"


class DynamoMessages:
    """The port MessageStore."""

    def __init__(self, table: Table, clock: Callable[[], Millis]) -> None:
        self._table = table
        self._clock = clock

    def dossier(self, ref: MessageRef) -> Dossier | None:
        now, who = self._clock(), ref.customer
        keys = [items.state_key(who), items.profile_key(who), items.message_key(who, ref.message), items.control_key()]
        if ref.campaign:
            keys.append(items.entry_key(who, ref.campaign, ref.key))
        found = self._table.get(keys, consistent=True)
        found |= together(self._table, found, (who,))  # the guard of now must not let a mail to the address of before
        state, profile, message, control = (found.get(items.identity(key)) for key in keys[:4])
        if (live := items.live(message, now)) is None:
            return None
        stored = items.to_message(live)
        while state and "heir" in state:  # of a device, of an id that was given up; aliases make no circles
            stored = replace(stored, heir=state["heir"]["S"])
            keys = [items.state_key(stored.heir), items.profile_key(stored.heir)]
            heir = self._table.get(keys, consistent=True)
            heir |= together(self._table, heir, (stored.heir,))
            state, profile = (heir.get(items.identity(key)) for key in keys)
        entry = items.entry_key(who, stored.put.campaign, stored.put.key)
        row = found.get(items.identity(entry)) if ref.campaign else self._get(entry)
        customer = items.to_customer(stored.owner, state, profile, with_profile=True)
        return Dossier(stored, customer, self._event(who, items.live(row, now), now), items.to_control(control))

    def claim(self, message: StoredMessage, *, guard: int, address: str, token: str, now: Millis) -> None:
        update = {
            **self._named(items.message_key(message.customer, message.put.id)),
            "UpdateExpression": "SET #status = :sending, #token = :mine, claimed = :now, tries = tries + :one",
            "ConditionExpression": CLAIMABLE,
            "ExpressionAttributeValues": {
                ":pending": items.text("pending"), ":sending": items.text("sending"),
                ":mine": items.text(token), ":now": items.number(now), ":one": items.number(1),
            },
        }  # fmt: skip
        checks = [
            {
                **self._at(items.state_key(message.owner)),
                "ConditionExpression": GUARD_UNMOVED,
                "ExpressionAttributeValues": {":guard": items.number(guard)},
            }
        ]
        if address:  # what is emitted on the bus has none
            checks.append({**self._at(items.address_key(address)), "ConditionExpression": NOT_SUPPRESSED})
        writes: Any = [{"Update": update}, *({"ConditionCheck": check} for check in checks)]
        try:
            self._table.contend(lambda: self._table.client.transact_write_items(TransactItems=writes))
        except Contended as error:
            raise NotClaimed("conflict") from error
        except (ClientError, BotoCoreError) as error:
            self._why_not(error, message, token, now)

    def sent(self, message: StoredMessage, *, token: str, provider_id: str, now: Millis, due: Millis) -> bool:
        return self._move(
            message, MINE_OR_GIVEN_UP, "sent", token=token, due=due, provider_id=provider_id, settled=now
        )  # fmt: skip

    def settle(self, customer: str, message: str, *, provider_id: str, now: Millis, due: Millis) -> bool:
        # without its token, or a receipt of the same moment that comes too late would take this for its own write
        changes: dict[str, str | int] = {"status": "sent", "token": "", "provider_id": provider_id, "settled": now}
        return self._write(customer, message, SETTLES, changes, {":none": 0}, due, repeatable=False)

    def note(self, customer: str, message: str, kind: str, time: Millis) -> Noted | None:
        update: Any = {
            "TableName": self._table.name, "Key": items.message_key(customer, message), "ReturnValues": "ALL_OLD",
            "UpdateExpression": "SET #told = if_not_exists(#told, :time)", "ConditionExpression": KNOWN,
            "ExpressionAttributeNames": {"#told": kind}, "ExpressionAttributeValues": {":time": items.number(time)},
        }  # fmt: skip
        try:
            answer: Any = self._table.contend(lambda: self._table.client.update_item(**update))
        except ClientError as error:
            if not refused(error):
                raise
            return None
        before = dict(answer["Attributes"])
        return Noted(items.to_message(before), kind not in before)

    def release(self, message: StoredMessage, *, token: str, due: Millis) -> bool:
        condition = MINE_OPEN if message.put.transactional else MINE_SENDING
        return self._move(message, condition, "pending", token=token, due=due)

    def doubt(self, message: StoredMessage, *, token: str) -> bool:
        return self._move(message, MINE_SENDING, "in_doubt", token=token, due=None, doubted=1)

    def refuse(self, message: StoredMessage, *, reason: str, token: str, due: Millis, address: str = "") -> bool:
        said = {"reason": reason, **({"address": address} if address else {})}
        return self._move(message, MINE_SENDING if token else PENDING, "refused", token=token, due=due, **said)

    def give_up(self, message: StoredMessage, *, reason: str = "") -> bool:
        return self._move(message, MINE_OR_DOUBTED, "given_up", token=message.token, reason=reason)

    def postpone(self, message: StoredMessage, *, due: Millis) -> bool:
        return self._move(message, UNCHANGED, message.status, token=message.token, due=due)

    def reported(self, message: StoredMessage) -> bool:
        return self._move(message, UNCHANGED, message.status, token=message.token)

    def _move(
        self, message: StoredMessage, condition: str, status: str, *,
        token: str, due: Millis | None = 0, **more: str | int,
    ) -> bool:  # fmt: skip
        """One conditional write; `due` 0 takes the message out of the index, None leaves it where it is."""
        values = {":mine": token, ":was": message.status}
        return self._write(message.customer, message.put.id, condition, {"status": status, **more}, values, due)

    def _write(
        self, customer: str, message: str, condition: str, changes: Mapping[str, str | int],
        values: Mapping[str, str | int], due: Millis | None = 0, *, repeatable: bool = True,
    ) -> bool:  # fmt: skip
        """Whether the item is so by this write; of a repeatable one also if a try before, whose answer was lost, made it so."""
        sets = [f"#{name} = :new_{name}" for name in changes] + ([IN_INDEX] if due else [])
        expression = f"SET {', '.join(sets)}{f' {OUT_OF_INDEX}' if due == 0 else ''}"
        bound: dict[str, str | int] = {**values, **{f":new_{name}": value for name, value in changes.items()}}
        bound |= {f":{status}": status for status in ("pending", "sending", "in_doubt", "given_up")}
        bound |= {":shard": items.shard(customer), ":due": due} if due else {}
        used = f"{expression} {condition}"
        update: Any = {
            **self._at(items.message_key(customer, message)),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in ("token", *changes) if f"#{name}" in used},
            "ExpressionAttributeValues": {n: _value(v) for n, v in bound.items() if _names(used, n)},
        }
        try:
            self._table.contend(lambda: self._table.client.update_item(**update))
        except ClientError as error:
            if not refused(error):
                raise
            return repeatable and _is_so(item_of(error), changes, values)
        return True

    def _why_not(self, error: ClientError | BotoCoreError, message: StoredMessage, token: str, now: Millis) -> None:
        """Nothing if the claim carries `token` (its answer was lost), else the reason."""
        if isinstance(error, ClientError) and code(error) == "TransactionCanceledException":
            failed = [why.get("Code") == CONDITION for why in reasons(error)] + [False] * 3
            if failed[0]:
                return _unless_claimed(reasons(error)[0].get("Item"), token, now, error)
            if failed[2]:
                raise NotClaimed("suppressed") from error
            if failed[1]:
                raise NotClaimed("guard_moved") from error
        if not ambiguous(error):
            raise error
        found = self._get(items.message_key(message.customer, message.put.id))
        if found is None or (found["status"]["S"], found["token"]["S"]) != ("sending", token):
            raise NotClaimed("conflict") from error
        return None

    def _event(self, customer: str, entry: Item | None, now: Millis) -> Json:
        if entry is None:
            return {}
        stored = items.to_entry(entry)
        name = stored.snapshot
        snapshot = items.live(self._get(items.snapshot_key(customer, name)), now) if name else None
        return items.to_snapshot(snapshot) if snapshot else stored.event

    def _get(self, key: Key) -> Item | None:
        return self._table.get([key], consistent=True).get(items.identity(key))

    def _at(self, key: Key) -> dict[str, Any]:
        return {"TableName": self._table.name, "Key": key, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def _named(self, key: Key) -> dict[str, Any]:
        return {**self._at(key), "ExpressionAttributeNames": {"#status": "status", "#token": "token"}}


def _value(value: str | int) -> dict[str, str]:
    return items.text(value) if isinstance(value, str) else items.number(value)


def _names(expression: str, name: str) -> bool:
    """Whether the expression uses the name: DynamoDB refuses values that nothing uses."""
    words = expression.replace("(", " ").replace(")", " ").replace(",", " ").split()
    return name in words


def _is_so(found: Item, changes: Mapping[str, str | int], values: Mapping[str, str | int]) -> bool:
    """Whether the item already is what the write would have made it: a lost answer, tried again."""
    wanted = {**changes, **({"token": values[":mine"]} if values.get(":mine") else {})}
    return bool(found) and all(found.get(name) == _value(value) for name, value in wanted.items())


def _unless_claimed(found: Item | None, token: str, now: Millis, error: Exception) -> None:
    if found is None:
        raise NotClaimed("not_pending") from error
    if (found["status"]["S"], found["token"]["S"]) == ("sending", token):
        return
    pending = found["status"]["S"] == "pending"
    raise NotClaimed("expired" if pending and int(found["expires"]["N"]) <= now else "not_pending") from error
