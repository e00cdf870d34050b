"""`kairos export` and `kairos erase`, as an operator in another terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from local.aws.sizes import item_json
from local.clock import MINUTE, VirtualClock, iso
from local.stack import ROOT, Stack

CAMPAIGNS = ("--campaigns", str(ROOT / "campaigns"))


def test_a_person_is_exported_erased_and_proven_to_be(
    whole: Stack, command: Callable[..., Result], tmp_path: Path
) -> None:
    body = {"attributes": {"first_name": "Ada"}, "addresses": {"email": "ada@shop.example"}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    event: dict[str, Any] = {"type": "page.viewed", "id": "v1", "customer": "ada", "properties": {"url": "/lamps"}}
    whole.post_events([event, {"type": "page.viewed", "id": "v2", "customer": "eve"}])
    whole.settle()
    aside = json.dumps({"reason": "bad_value", "body": json.dumps({"customer": "ada"})})
    url = whole.template.resolve.known["RejectedQueue"]
    whole.session.client("sqs").send_message(QueueUrl=url, MessageBody=aside)

    file = tmp_path / "ada.json"
    ran = command("export", "ada", *CAMPAIGNS, "--output", str(file))
    assert ran.exit_code == 0, ran.output
    told = json.loads(file.read_text())
    assert told["customer"]["attributes"]["backend"] == {"first_name": "Ada"}
    assert [one["id"] for one in told["heard"] if one["type"] == "page.viewed"] == ["v1"]
    assert [one["queue"] for one in told["aside"]] == ["rejected"]
    assert command("export", "nobody", *CAMPAIGNS).exit_code == 1

    assert command("erase", "ada", "--check").exit_code == 1
    assert command("erase", "ada").exit_code == 1, "nobody has said yes"
    assert command("erase", "ada", "--yes", "--wait", "0").output == "asked for; look again: kairos erase --check\n"
    whole.settle()
    assert "nothing of them is left" in command("erase", "ada", "--check").output
    assert command("export", "ada", *CAMPAIGNS).exit_code == 1
    assert not [line for line in whole.archive.lines() if "ada" in json.dumps(line)]
    assert whole.request("GET", "/v1/customers/ada", key="dev-admin-key").status == 404


def test_a_backup_of_before_brings_nobody_back(whole: Stack, command: Callable[..., Result]) -> None:
    """Though the whole table was lost, and all marks with it."""
    for who in ("ada", "eve"):
        body = {"attributes": {"country": "DK"}, "addresses": {"email": f"{who}@shop.example"}}
        assert whole.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200
    told = {"userId": "ada", "anonymousId": "ada-device", "traits": {}}
    assert whole.request("POST", "/v1/identify", told).status == 200
    whole.post_events([{"type": "cart.updated", "customer": "ada", "properties": {"cart_id": "ada-cart", "total": 9}}])
    whole.advance("10m")
    at, client = _backup(whole, "backup"), whole.session.client("dynamodb")
    whole.advance("1h")
    assert whole.request("DELETE", "/v1/customers/ada", key="dev-admin-key").status == 202
    whole.settle()
    for item in [item_json(item) for item in whole.table.all_items()]:
        client.delete_item(TableName=whole.table.name, Key={"pk": item["pk"], "sk": item["sk"]})
    ran = command("restore", "--from", "backup", "--at", iso(at), "--yes")
    assert ran.exit_code == 0, ran.output
    assert "whoever was erased since" in ran.output
    assert command("resume").exit_code == 0
    whole.advance("1d")
    assert [
        each for item in whole.table.all_items() if "ada" in (each := json.dumps(item_json(item), default=str))
    ] == []
    assert whole.request("GET", "/v1/customers/ada", key="dev-admin-key").status == 404
    assert whole.request("GET", "/v1/customers/eve", key="dev-admin-key").status == 200
    late = {
        "id": "late",
        "type": "cart.updated",
        "time": at,
        "received": at,
        "customer": {"anonymous_id": "ada-device"},
    }
    url = whole.template.resolve.known["EventsQueue"]
    whole.session.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"kairos": "event", "event": late}))
    whole.settle()
    assert not [line for line in whole.archive.lines() if "ada" in json.dumps(line)]


def test_a_backup_of_while_somebody_was_being_erased_brings_nothing_of_them_back(
    whole: Stack, command: Callable[..., Result]
) -> None:
    """Somebody new may come under that id, whom a later backup does bring back."""
    body = {"attributes": {"country": "DK"}, "addresses": {"email": "ada@shop.example"}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    assert whole.request("DELETE", "/v1/customers/ada", key="dev-admin-key").status == 202
    at = _backup(whole, "meanwhile") + 1_000  # moments of receipt may be a few milliseconds ahead
    assert isinstance(whole.clock, VirtualClock)
    whole.clock.now += MINUTE  # whoever carries the erasure on comes behind that
    whole.settle()
    assert command("restore", "--from", "meanwhile", "--at", iso(at), "--yes").exit_code == 0
    assert command("resume").exit_code == 0
    whole.advance("1d")
    assert [item for item in whole.table.all_items() if "ada" in json.dumps(item_json(item), default=str)] == []
    anew = {"attributes": {"country": "SE"}}
    assert whole.request("PUT", "/v1/customers/ada", anew, key="dev-admin-key").status == 200
    at = _backup(whole, "later") + 1_000
    whole.advance("1m")
    for sk in ("S", "P"):
        key = {"pk": {"S": "C#ada"}, "sk": {"S": sk}}
        whole.session.client("dynamodb").delete_item(TableName=whole.table.name, Key=key)
    assert command("restore", "--from", "later", "--at", iso(at), "--yes").exit_code == 0
    assert whole.request("GET", "/v1/customers/ada", key="dev-admin-key").status == 200


def _backup(whole: Stack, name: str) -> int:
    whole.session.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=whole.table.name, TargetTableName=name, UseLatestRestorableTime=True
    )
    return whole.clock()
