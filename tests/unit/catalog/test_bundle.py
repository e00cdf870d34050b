"""What the functions load is the campaigns, normalised: durations in milliseconds, lists where one was allowed, step ids."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kairos.catalog.bundle import InvalidCampaigns, compile_directory
from kairos.domain.link import link

ROOT = Path(__file__).parents[3]
HOUR, DAY = 3_600_000, 86_400_000
POLICY = 'brand: {name: N, email: "n@n.example", postal_address: Street 1}\ntopics: {offers: {}}\n'
MAIL = "---\nsubject: Hi\n---\n<p>{{ event.properties.total }} {{ event.properties.items }} {{ brand.postal_address }} {{ unsubscribe_url }}</p>\n"


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return compile_directory(ROOT / "campaigns").catalog


def campaign(directory: Path, text: str) -> dict[str, Any]:
    (directory / "c").mkdir()
    (directory / "policy.yaml").write_text(POLICY)
    (directory / "c" / "campaign.yaml").write_text(text)
    (directory / "c" / "t.email.html").write_text(MAIL)
    node: dict[str, Any] = compile_directory(directory).catalog["campaigns"]["c"]
    return node


def steps(directory: Path, *lines: str) -> list[dict[str, Any]]:
    text = "topic: offers\ntrigger: {event: x}\nsteps:\n" + "".join(f"  - {line}\n" for line in lines)
    found: list[dict[str, Any]] = campaign(directory, text)["steps"]
    return found


def test_the_shipped_campaigns_are_all_there_and_run(shipped: dict[str, Any]) -> None:
    names = {file.parent.name for file in (Path(__file__).parents[3] / "campaigns").glob("*/campaign.yaml")}
    assert set(link(shipped).campaigns) == set(shipped["campaigns"]) == names
    assert len(names) == 34


IN_IT = {"product_id": [{"exists": True}]}
WORTH_SOMETHING = {"properties": {"$or": [{"total": [{"numeric": [">", 0]}]}, {"items": IN_IT}]}}


def test_the_abandoned_cart_reads_as_written(shipped: dict[str, Any]) -> None:
    cart = shipped["campaigns"]["abandoned-cart"]
    assert cart["trigger"] == {
        "kind": "inaction",
        "on": {"event": ["cart.updated", "checkout.started"], "match": WORTH_SOMETHING, "same": None},
        "absent": {"event": ["order.placed"], "match": None, "same": "properties.cart_id"},
        "for": HOUR,
    }
    assert cart["key"] == [{"ref": ["event", "properties", "cart_id"]}]
    assert cart["cooldown"] == 3 * DAY
    assert cart["exit"] == [{"event": ["order.placed"], "match": None, "same": None}]
    assert [step["id"] for step in cart["steps"]] == ["send.reminder", "wait-1", "coupon-1", "send.offer"]
    assert cart["steps"][2] == {"id": "coupon-1", "do": "coupon", "name": "comeback", "percent": 15, "valid": 12 * HOUR}


def test_an_inline_branch_is_a_branch_of_one_step(shipped: dict[str, Any]) -> None:
    branches = shipped["campaigns"]["welcome"]["steps"][0]["branches"]
    assert [branch["when"] for branch in branches] == [{"event": {"type": ["consent.granted"]}}, None]
    assert [[step["id"] for step in branch["steps"]] for branch in branches] == [["send.newsletter"], ["send.account"]]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("wait: 1d12h", {"do": "wait", "for": DAY + 12 * HOUR}),
        ('wait: {until: "09:00"}', {"do": "wait", "until": {"at": 32_400}}),
        (
            'wait: {until: event.properties.at, offset: -1d6h, at: "08:00"}',
            {
                "do": "wait",
                "until": {
                    "path": ["event", "properties", "at"],
                    "offset": {"days": -1, "ms": -6 * HOUR},
                    "at": 28_800,
                },
            },
        ),
        (
            "wait: {event: x, same: properties.y, timeout: 2w, else: [exit]}",
            {
                "do": "wait",
                "on": {"event": ["x"], "match": None, "same": "properties.y"},
                "timeout": 14 * DAY,
                "else": [{"id": "exit-1", "do": "exit"}],
            },
        ),
        ("tag: vip", {"do": "tag", "tags": ["vip"]}),
        ("untag: [a, b]", {"do": "untag", "tags": ["a", "b"]}),
        (
            'set: {last: "{{ event.properties.x }}", note: "of {{ event.id }}", n: 3}',
            {
                "do": "set",
                "values": {
                    "last": {"ref": ["event", "properties", "x"]},
                    "note": {"parts": ["of ", {"ref": ["event", "id"]}]},
                    "n": 3,
                },
            },
        ),
        ("coupon: {name: c, amount: 7.5, valid: 1d}", {"do": "coupon", "name": "c", "amount": 7.5, "valid": DAY}),
        ("emit: {type: lead.new}", {"do": "emit", "type": "lead.new", "detail": {}}),
        ("exit", {"do": "exit"}),
        (
            "send: {channel: email, template: t, expires: 2h}",
            {"do": "send", "channel": ["email"], "template": "t", "topic": None, "expires": 2 * HOUR},
        ),
    ],
)
def test_a_step_is_written_one_way_in_the_bundle(line: str, step: dict[str, Any], tmp_path: Path) -> None:
    (found,) = steps(tmp_path, line)
    assert {name: value for name, value in found.items() if name != "id"} == step


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        (("wait: 1d", "tag: x", "wait: 2d"), ["wait-1", "tag-1", "wait-2"]),
        (("{id: wait-2, wait: 1d}", "wait: 2d"), ["wait-2", "wait-2-2"]),
        (("wait: 1d", "{id: wait-1, wait: 2d}"), ["wait-1-2", "wait-1"]),
        (("tag: x", "{id: here, tag: y}", "tag: z"), ["tag-1", "here", "tag-3"]),
        (("send: {channel: email, template: t}",) * 3, ["send.t", "send.t-2", "send.t-3"]),
        (("send: {channel: email, template: t}", "{id: send.t, wait: 1d}"), ["send.t-2", "send.t"]),
        (
            ("send: {channel: email, template: t}",) * 2 + ("{id: send.t-2, wait: 1d}",),
            ["send.t", "send.t-3", "send.t-2"],
        ),
        (
            ("wait: 1d", "wait: {event: x, timeout: 1d, else: [{wait: 2d}, {id: wait-1, exit: }]}"),
            ["wait-1-2", "wait-2"],
        ),
    ],
)
def test_a_step_is_named_by_its_id_or_kind_and_number(lines: tuple[str, ...], ids: list[str], tmp_path: Path) -> None:
    assert [step["id"] for step in steps(tmp_path, *lines)] == ids


@pytest.mark.parametrize(
    ("condition", "bundled"),
    [
        ("[{tagged: a}, {segment: s}]", {"all": [{"tagged": ["a"]}, {"segment": "s"}]}),
        ("{any: [{tagged: [a, b]}]}", {"any": [{"tagged": ["a", "b"]}]}),
        ("{not: [{tagged: a}]}", {"not": {"all": [{"tagged": ["a"]}]}}),
        ("{backend: {tier: [1]}}", {"attributes": {"tier": [1]}, "source": "backend"}),
        (
            '{attributes: {region: ["{{ event.properties.region }}"]}}',
            {"attributes": {"region": [{"ref": ["event", "properties", "region"]}]}, "source": None},
        ),
        (
            "{did_not: {event: any, within: 60d}}",
            {"not": {"did": {"event": ["any"], "match": None, "within": 60 * DAY, "at_least": 1, "at_most": None}}},
        ),
        ("{received: {campaign: c, within: 1d}}", {"received": {"campaign": "c", "within": DAY}}),
        ("{in_campaign: c}", {"in_campaign": "c"}),
        (
            '{local_time: {from: "22:00", to: "06:00", days: [fri]}}',
            {"local_time": {"from": 79_200, "to": 21_600, "days": ["fri"]}},
        ),
    ],
)
def test_a_condition_is_written_one_way_in_the_bundle(condition: str, bundled: dict[str, Any], tmp_path: Path) -> None:
    text = f"topic: offers\ntrigger: {{event: x}}\naudience: {condition}\nsteps: [exit]\n"
    (tmp_path / "c").mkdir()
    (tmp_path / "policy.yaml").write_text(POLICY + "segments: {s: [{tagged: a}]}\n")
    (tmp_path / "c" / "campaign.yaml").write_text(text)
    bundle = compile_directory(tmp_path).catalog
    assert bundle["campaigns"]["c"]["audience"] == bundled
    assert link(bundle)


def test_templates_say_what_they_read_of_the_event(tmp_path: Path) -> None:
    text = "topic: offers\ntrigger: {event: x}\nsteps: [{send: {channel: email, template: t}}]\n"
    assert campaign(tmp_path, text)["event_paths"] == ["browser", "properties.items", "properties.total"]


def test_a_draft_stays_in_the_bundle_and_hears_nothing(tmp_path: Path) -> None:
    text = "trigger: {event: x}\nsteps: [exit]\n"
    assert campaign(tmp_path, text)["status"] == "draft"
    assert not link(compile_directory(tmp_path).catalog).campaigns


def test_the_hash_is_of_the_content_alone(tmp_path: Path) -> None:
    text = "trigger: {event: x}\nsteps: [exit]\n"
    campaign(tmp_path, text)
    first = compile_directory(tmp_path).catalog["hash"]
    (tmp_path / "c" / "campaign.yaml").write_text("# only a remark\n" + text)
    assert compile_directory(tmp_path).catalog["hash"] == first
    (tmp_path / "c" / "campaign.yaml").write_text("priority: 51\n" + text)
    assert compile_directory(tmp_path).catalog["hash"] != first


def test_nothing_is_compiled_while_anything_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InvalidCampaigns) as refused:
        campaign(tmp_path, "steps: []\n")
    assert [problem.key for problem in refused.value.problems] == ["trigger", "steps"]


def test_the_layer_is_built_by_a_module_that_answers_with_its_exit_code(tmp_path: Path) -> None:
    def compiled(*arguments: str) -> int:
        command = [sys.executable, "-m", "kairos.catalog", *arguments]
        return subprocess.run(command, cwd=ROOT / "layers" / "kairos", check=False, capture_output=True).returncode

    events = str(ROOT / "events")
    assert compiled(str(ROOT / "campaigns"), events, str(tmp_path)) == 0
    catalog, templates = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("catalog", "templates"))
    assert catalog["hash"] == templates["hash"]
    assert json.loads((tmp_path / "mapping.json").read_text())["events"]["Order Completed"]["type"] == "order.placed"
    assert compiled(str(tmp_path), events, str(tmp_path / "out")) == 1
    assert compiled(str(ROOT / "campaigns"), str(tmp_path), str(tmp_path / "out")) == 1
    assert compiled() == 2
