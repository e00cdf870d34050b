"""Random requests to the table, of every operation that the project uses."""

from collections.abc import Callable
from typing import Final

from tests.simulation.expressions import FREE, PKS, SKS, Expressions, Request

Call = tuple[str, Request]

TABLE: Final = "kairos"


class Requests(Expressions):
    """A stream of calls, the same for the same seed."""

    def __init__(self, seed: int, *, transactions: bool, odd_numbers: bool) -> None:
        super().__init__(seed, odd_numbers=odd_numbers)
        self._kinds: list[tuple[str, Callable[[], Request]]] = [
            *[("put_item", self._put)] * 4, *[("update_item", self._update)] * 6, *[("delete_item", self._delete)] * 2,
            *[("get_item", self._get)] * 2, *[("query", self._query)] * 4, ("scan", self._scan),
            ("batch_get_item", self._batch_get), ("batch_write_item", self._batch_write),
        ]  # fmt: skip
        if transactions:
            self._kinds += [*[("transact_write_items", self._transact)] * 4, ("transact_get_items", self._transact_get)]

    def next(self) -> Call:
        operation, make = self._random.choice(self._kinds)
        return operation, make()

    def _conditional(self, request: Request, **texts: str) -> Request:
        if self._chance(0.6):
            texts["ConditionExpression"] = self.condition()
            if self._chance(0.5):
                request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {"TableName": TABLE, **request, **self.expressions(**texts)}

    def _alone(self, request: Request, *returns: str) -> Request:
        return {**request, "ReturnValues": self._pick(returns)} if self._chance(0.4) else request

    def _put(self) -> Request:
        return self._alone(self._conditional({"Item": self.item()}), "NONE", "ALL_OLD")

    def _delete(self) -> Request:
        return self._alone(self._conditional({"Key": self.key()}), "NONE", "ALL_OLD")

    def _update(self) -> Request:
        given = self._conditional({"Key": self.key()}, UpdateExpression=self.update())
        return self._alone(given, "NONE", "ALL_OLD", "ALL_NEW")

    def _get(self) -> Request:
        given = {"TableName": TABLE, "Key": self.key(), "ConsistentRead": self._chance(0.5)}
        return {**given, **(self.expressions(ProjectionExpression=self._projection()) if self._chance(0.3) else {})}

    def _projection(self) -> str:
        return ", ".join(self._random.sample([*FREE, "pk", "sk", "#n_status", "#n_body", "version"], 3))

    def _query(self) -> Request:
        if self._chance(0.4):
            text = "due_shard = :shard AND due_at <= :until" if self._chance(0.7) else "due_shard = :shard"
            found = {"TableName": TABLE, "IndexName": "due", **self.expressions(KeyConditionExpression=text)}
        else:
            text = "pk = :pk" + self._pick((
                "", " AND begins_with(sk, :entry)", " AND sk > :after", " AND sk BETWEEN :r_S_low AND :r_S_high",
                " AND sk = :after", " AND sk <= :after",
            ))  # fmt: skip
            texts = {"KeyConditionExpression": text}
            if self._chance(0.3):
                texts["FilterExpression"] = self.condition(1)
            found = {"TableName": TABLE, "ConsistentRead": self._chance(0.5), **self.expressions(**texts)}
            bound = found["ExpressionAttributeValues"]
            bound[":pk"] = {"S": self._pick(PKS)}
            bound |= {name: {"S": self._pick((*SKS, "M#", "E#"))} for name in (":entry", ":after") if name in bound}
        if self._chance(0.5):
            found["Limit"] = self._random.randint(1, 4)
        if self._chance(0.3):
            found["ScanIndexForward"] = False
        return found

    def _scan(self) -> Request:
        state = "sk = :state AND attribute_not_exists(moved)"
        given = self.expressions(FilterExpression=state if self._chance(0.4) else self.condition(1))
        if ":state" in given.get("ExpressionAttributeValues", {}):
            given["ExpressionAttributeValues"][":state"] = {"S": "S"}
        return {"TableName": TABLE, **given, **({"ProjectionExpression": "pk, sk"} if self._chance(0.5) else {})}

    def _batch_get(self) -> Request:
        keys = [self.key() for _ in range(self._random.randint(1, 4))]
        return {"RequestItems": {TABLE: {"Keys": keys, "ConsistentRead": self._chance(0.5)}}}

    def _batch_write(self) -> Request:
        writes = [
            {"PutRequest": {"Item": self.item()}} if self._chance(0.6) else {"DeleteRequest": {"Key": self.key()}}
            for _ in range(self._random.randint(1, 3))
        ]
        return {"RequestItems": {TABLE: writes}}

    def _transact(self) -> Request:
        made = [self._part() for _ in range(self._random.randint(1, 4))]
        return {"TransactItems": made}

    def _part(self) -> Request:
        match self._random.randrange(4):
            case 0:
                return {"Put": self._conditional({"Item": self.item()})}
            case 1:
                return {"Update": self._conditional({"Key": self.key()}, UpdateExpression=self.update())}
            case 2:
                return {"Delete": self._conditional({"Key": self.key()})}
        check = self.expressions(ConditionExpression=self.condition())
        return {"ConditionCheck": {"TableName": TABLE, "Key": self.key(), **check}}

    def _transact_get(self) -> Request:
        keys = [self.key() for _ in range(self._random.randint(1, 3))]
        return {"TransactItems": [{"Get": {"TableName": TABLE, "Key": key}} for key in keys]}
