"""A table that is restored from a backup while customers are under way."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from local.aws.sizes import item_json
from local.clock import iso
from tests.faults.shop import Shop, cart, counted, event

Kairos = Callable[..., Result]
REMINDER = "cart send.mail email"
LATER = "cart send.later email"


def recover(shop: Shop, name: str) -> str:
    """What point-in-time recovery does: another table, as this one is now."""
    client = shop.stack.session.client("dynamodb")
    client.restore_table_to_point_in_time(
        SourceTableName=shop.stack.table.name, TargetTableName=name, UseLatestRestorableTime=True
    )
    return name


def lose(shop: Shop) -> None:
    """Everything in the table is gone."""
    client, name = shop.stack.session.client("dynamodb"), shop.stack.table.name
    for item in [item_json(item) for item in shop.stack.table.all_items()]:
        client.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})


def known(shop: Shop, who: str) -> dict[str, Any]:
    """What the API says, but for what tells when it was heard."""
    found = shop.get(who)
    return {name: found[name] for name in ("attributes", "addresses", "consents", "tags", "campaigns", "counts")}


@pytest.mark.parametrize("lost", [False, True], ids=["spoilt", "lost"])
def test_a_table_restored_from_a_backup_has_forgotten_nothing_and_sends_nothing_twice(
    shop: Shop, command: Kairos, lost: bool
) -> None:
    """One has been reminded before, one since, one has ordered since, one signed up, one is new; then the backup is put back."""
    old, ada, bea, cam = (shop.know(f"{who}-{lost}".lower()) for who in ("old", "ada", "bea", "cam"))
    shop.hear(cart(old, f"{old}-1"))
    shop.stack.advance("2h")
    shop.hear(cart(ada, f"{ada}-1"), cart(bea, f"{bea}-1"), event("letter.wanted", ada, f"{ada}-2"))
    shop.stack.advance("30m")
    backup, at = recover(shop, f"backup-{lost}"), shop.now
    shop.hear(event("letter.wanted", ada, f"{ada}-3"), event("signup", cam, f"{cam}-1"))
    shop.hear(event("order.placed", bea, f"{bea}-2", cart_id=f"{bea}-c"))
    shop.put(cam, attributes={"plan": "plus"})
    new = shop.know(f"new-{lost}".lower())
    shop.stack.advance("1h")
    everybody = (ada, bea, cam, new, old)
    before, sent = [known(shop, who) for who in everybody], [shop.sent(who) for who in everybody]
    assert (sent[0], sent[-1]) == (["letter send.mail email"] * 2 + [REMINDER], [REMINDER])
    if lost:
        lose(shop)
    ran = command("restore", "--from", backup, "--at", iso(at), "--yes")
    assert ran.exit_code == 0, ran.output
    assert ran.output.startswith("stopped: all\n")
    shop.hear(event("signup", new, f"{new}-1"))
    assert [shop.sent(who) for who in everybody] == sent, "nothing is sent until somebody says so"
    assert command("resume").exit_code == 0
    shop.stack.advance("1h")
    assert shop.sent(new) == ["welcome send.mail email"]
    shop.stack.advance("1d")
    assert [known(shop, who)["consents"] for who in everybody] == [each["consents"] for each in before]
    assert [known(shop, who)["attributes"] for who in everybody] == [each["attributes"] for each in before]
    assert shop.sent(bea) == [] and shop.sent(cam) == sent[2]
    assert shop.sent(old) == [REMINDER, LATER]
    assert counted(shop.sent(ada)) == {"letter send.mail email": 2, REMINDER: 1}, "rather nothing than something twice"


def test_what_cannot_be_restored_says_why_and_stops_nothing(shop: Shop, command: Kairos) -> None:
    own = shop.stack.table.name
    refused = command("restore", "--from", own, "--at", iso(shop.now), "--yes")
    assert (refused.exit_code, "stack's own table" in refused.output) == (2, True)
    wrong = command("restore", "--from", "backup", "--at", "yesterday", "--yes")
    assert (wrong.exit_code, "is no ISO 8601 moment" in wrong.output) == (2, True)
    ahead = command("restore", "--from", "backup", "--at", iso(shop.now + 60_000), "--yes")
    assert (ahead.exit_code, "is yet to come" in ahead.output) == (2, True)
    nowhere = command("restore", "--from", "nowhere", "--at", iso(shop.now), "--yes")
    assert (nowhere.exit_code, "there is no table nowhere" in nowhere.output) == (1, True)
    shop.know("dan")
    shop.hear(event("signup", "dan", "dan-1"))
    assert shop.sent("dan") == ["welcome send.mail email"]
