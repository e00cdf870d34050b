"""`kairos new` as it is called: what it writes is right at once, and what it cannot write it says."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kairos.catalog.bundle import compile_directory
from local.cli import kairos
from local.commands.new import kinds
from local.preview import failures

CAMPAIGNS = Path(__file__).parents[3] / "campaigns"
KINDS = ["abandoned-cart", "birthday", "lead-handoff", "newsletter", "price-drop", "survey", "welcome", "win-back"]
MODELINE = "# yaml-language-server: $schema=../campaign.schema.json"
NOW = 1_780_000_000_000
POLICY = "brand: {name: Shop, email: shop@shop.example, postal_address: Street 1}\n"
NEWS = (
    POLICY + "topics:\n  orders: {transactional: true}\n  letters: {consent: explicit}\n  other: {consent: implied}\n"
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(kairos, arguments)


@pytest.fixture
def campaigns(tmp_path: Path) -> Path:
    """A directory of campaigns with the shipped policy, layout and samples, but no campaign."""
    for file in (*CAMPAIGNS.glob("layout.*"), CAMPAIGNS / "policy.yaml"):
        shutil.copy(file, tmp_path)
    shutil.copytree(CAMPAIGNS / "samples", tmp_path / "samples")
    policy = (tmp_path / "policy.yaml").read_text()
    without = [line for line in policy.splitlines() if "campaigns: [" not in line and line != "cooldown_groups:"]
    (tmp_path / "policy.yaml").write_text("\n".join(without) + "\n")
    return tmp_path


def test_there_is_a_starter_of_every_kind() -> None:
    assert kinds() == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_campaign_validates_and_renders_as_it_is(campaigns: Path, kind: str) -> None:
    made = run("new", "mine", "--kind", kind, "--campaigns", str(campaigns))
    assert made.exit_code == 0, made.output
    text = (campaigns / "mine" / "campaign.yaml").read_text()
    assert text.splitlines()[0] == MODELINE
    assert not (campaigns / "mine" / "policy.yaml").exists()

    bundle = compile_directory(campaigns)
    assert bundle.catalog["campaigns"]["mine"]["status"] == "draft"
    assert not [warning for warning in bundle.warnings if "mine" in warning.file]
    assert list(failures(bundle.catalog, bundle.templates, campaigns, NOW)) == []

    rendered = run("render", "mine", "--campaigns", str(campaigns))
    assert rendered.exit_code == 0, rendered.output
    assert ("Subject: " in rendered.output) == (kind != "lead-handoff")


def test_a_new_campaign_fits_in_with_those_that_are_there(tmp_path: Path) -> None:
    directory = shutil.copytree(CAMPAIGNS, tmp_path / "campaigns")
    for kind in KINDS:
        assert run("new", f"new-{kind}", "--kind", kind, "--campaigns", str(directory)).exit_code == 0
    result = run("validate", str(directory))
    assert result.exit_code == 0, result.output


def test_its_topic_is_the_first_of_the_policy_that_asks_for_consent(campaigns: Path) -> None:
    (campaigns / "policy.yaml").write_text(NEWS)
    assert run("new", "hello", "--kind", "welcome", "--campaigns", str(campaigns)).exit_code == 0
    assert compile_directory(campaigns).catalog["campaigns"]["hello"]["topic"] == "letters"


def test_what_tells_nobody_anything_needs_neither_topic_nor_layout(campaigns: Path) -> None:
    (campaigns / "policy.yaml").write_text(POLICY + "scoring: [{event: contact.made, points: 100}]\n")
    (campaigns / "layout.email.mjml").unlink()
    (campaigns / "layout.da.email.mjml").unlink()
    assert run("new", "hand-over", "--kind", "lead-handoff", "--campaigns", str(campaigns)).exit_code == 0
    assert compile_directory(campaigns).catalog["campaigns"]["hand-over"]["topic"] is None


def test_it_says_what_to_do_next(campaigns: Path) -> None:
    said = run("new", "mine", "--campaigns", str(campaigns)).output
    for next_step in (
        f"kairos schema --write {campaigns}",
        f"kairos validate {campaigns}",
        f"kairos render mine --campaigns {campaigns}",
        f"`status: live` in {campaigns / 'mine' / 'campaign.yaml'}",
    ):
        assert next_step in said
    assert run("schema", "--write", str(campaigns)).exit_code == 0
    assert "kairos schema" not in run("new", "another", "--campaigns", str(campaigns)).output


@pytest.mark.parametrize(
    ("arguments", "policy", "code", "said"),
    [
        (["taken"], NEWS, 2, "taken exists already"),
        (
            ["mine", "--kind", "brithday"],
            NEWS,
            2,
            "no kind 'brithday', did you mean 'birthday'? One of: abandoned-cart,",
        ),
        (["mine", "--kind", "../../commands"], NEWS, 2, "One of: abandoned-cart,"),
        (["Big Sale"], NEWS, 2, "'Big Sale' cannot be a campaign: small letters, digits and hyphens"),
        (["../mine"], NEWS, 2, "small letters, digits and hyphens"),
        (["-mine"], NEWS, 2, "No such option"),
        (["samples"], NEWS, 2, "not 'samples'"),
        ([], NEWS, 2, "Missing argument 'NAME'"),
        (["mine"], None, 1, "has no policy.yaml"),
        (["mine"], "a: [", 1, "policy.yaml:1:5: not YAML"),
        (["mine"], "brand: {name: Shop, email: s@shop.example}\n", 1, "has no brand.postal_address"),
        (["mine"], POLICY, 1, "has no topic to consent to"),
        (["mine"], POLICY + "topics: {orders: {transactional: true}}\n", 1, "has no topic to consent to"),
        (["mine", "--kind", "price-drop"], NEWS, 1, "has no interest.product, which this kind needs"),
        (["mine", "--kind", "price-drop"], NEWS + "interest: 3\n", 1, "has no interest.product"),
        (["mine", "--kind", "lead-handoff"], NEWS, 1, "has no scoring, which this kind needs"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(
    campaigns: Path, arguments: list[str], policy: str | None, code: int, said: str
) -> None:
    (campaigns / "taken").mkdir()
    (campaigns / "policy.yaml").unlink()
    if policy is not None:
        (campaigns / "policy.yaml").write_text(policy)
    before = sorted(campaigns.rglob("*"))
    result = run("new", *arguments, "--campaigns", str(campaigns))
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert sorted(campaigns.rglob("*")) == before


def test_a_directory_without_a_layout_is_told_to_get_one(campaigns: Path) -> None:
    (campaigns / "layout.email.mjml").unlink()
    result = run("new", "mine", "--kind", "welcome", "--campaigns", str(campaigns))
    assert result.exit_code == 1
    assert "has no layout.email.mjml, which the mails of this kind are placed into" in result.output
    assert not (campaigns / "mine").exists()


def test_a_directory_that_is_not_there_is_used_wrong(tmp_path: Path) -> None:
    assert run("new", "mine", "--campaigns", str(tmp_path / "nowhere")).exit_code == 2


def test_what_is_shown_for_policies_that_lack_something_is_what_they_lack(campaigns: Path) -> None:
    (campaigns / "policy.yaml").write_text(NEWS)
    for kind in ("price-drop", "lead-handoff"):
        said = run("new", kind, "--kind", kind, "--campaigns", str(campaigns)).output
        with (campaigns / "policy.yaml").open("a") as policy:
            policy.write(said.split("for example:\n\n")[1])
        made = run("new", kind, "--kind", kind, "--campaigns", str(campaigns))
        assert made.exit_code == 0, made.output
    assert len(compile_directory(campaigns).catalog["campaigns"]) == 2
