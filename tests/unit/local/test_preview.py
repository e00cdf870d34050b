import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kairos.catalog.bundle import compile_directory
from local.cli import kairos
from local.preview import BUILT_IN, Previews, failures, fitting, review, samples

CAMPAIGNS = Path(__file__).parents[3] / "campaigns"
NOW = 1_795_000_000_000


@pytest.fixture(scope="module")
def bundle():
    return compile_directory(CAMPAIGNS)


@pytest.fixture(scope="module")
def previews(bundle):
    return Previews(bundle.catalog, bundle.templates)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Some of the campaigns, for what is about the command and not about them."""
    folder = tmp_path_factory.mktemp("few")
    for file in CAMPAIGNS.glob("*.*"):
        shutil.copy(file, folder)
    for name in ("samples", "abandoned-cart", "lapsed", "price-drop", "accessory", "review", "upsell", "rank-up", "not-opened", "welcome"):  # fmt: skip
        shutil.copytree(CAMPAIGNS / name, folder / name)
    return folder


def test_every_template_of_the_playbook_renders_for_every_sample_in_every_locale(bundle):
    assert list(failures(bundle.catalog, bundle.templates, CAMPAIGNS, NOW)) == []


def test_every_marketing_mail_can_be_left_and_says_who_sent_it(bundle, previews):
    for campaign in ("abandoned-cart", "birthday", "catalogue-series", "review", "trial"):
        names, ada = bundle.templates["campaigns"][campaign], fitting(bundle.catalog, CAMPAIGNS, campaign)[0]
        for name, channels in names.items():
            for locale in channels.get("email", {}):
                made = previews.of(campaign, name, "email", ada, NOW, locale or "und")
                if not made.transactional:
                    leave = made.headers["List-Unsubscribe"].strip("<>")
                    assert leave in made.html
                    assert leave in made.text
                    assert bundle.templates["brand"]["postal_address"] in made.text


def test_a_template_that_names_what_is_missing_fails_with_its_line(few, tmp_path):
    campaigns = shutil.copytree(few, tmp_path / "campaigns")
    file = campaigns / "abandoned-cart" / "reminder.email.mjml"
    file.write_text(file.read_text().replace("event.properties.total,", "brand.totl,"))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "totl" in text)
    broken = compile_directory(campaigns)
    found = list(failures(broken.catalog, broken.templates, campaigns, NOW))
    assert found == [f"abandoned-cart/reminder.email.mjml:{line}: missing: 'totl'"]
    result = CliRunner().invoke(kairos, ["validate", str(campaigns)])
    assert result.exit_code == 1
    assert found[0] in result.output


def test_a_text_message_that_costs_more_than_it_must_is_doubted(bundle):
    frost = bundle.templates["campaigns"]["frost"]["frost"]
    long = frost["sms"][""] | {"text": "Frost tonight… " + "cover the windscreen " * 4}
    templates = bundle.templates | {"campaigns": {"frost": {"frost": {**frost, "sms": {"": long}}}}}
    told = "frost/frost.sms.txt:1:1: warning: billed as 2 messages, without '…' as 1"
    broken, doubts = review(bundle.catalog, templates, CAMPAIGNS, NOW)
    assert broken == []
    assert [doubt.partition(": they")[0] for doubt in doubts] == [told]


def test_without_samples_there_is_a_built_in_one(tmp_path):
    assert samples(tmp_path) == [BUILT_IN]


def test_a_message_is_printed_and_written(few, tmp_path):
    arguments = [
        "render",
        "abandoned-cart",
        "--template",
        "offer",
        "--campaigns",
        str(few),
        "--out",
        str(tmp_path),
    ]
    result = CliRunner().invoke(kairos, [*arguments, "--locale", "en-GB"])
    assert result.exit_code == 0, result.output
    assert "Subject: 15% off what is in your cart" in result.output
    assert "List-Unsubscribe: <https://" in result.output
    assert "<html" in (tmp_path / "abandoned-cart" / "offer.html").read_text()
    assert b"Subject: 15%" in (tmp_path / "abandoned-cart" / "offer.eml").read_bytes()


def test_a_customer_of_one_s_own_is_written_to_in_the_language_asked_for(few, tmp_path):
    customer = tmp_path / "bo.json"
    customer.write_text(
        json.dumps({"id": "bo", "attributes": {"first_name": "Bo"}, "addresses": {"email": "bo@x.example"}})
    )
    result = CliRunner().invoke(
        kairos, ["render", "welcome", "--customer", str(customer), "--locale", "da", "--campaigns", str(few)]
    )
    assert result.exit_code == 0, result.output
    assert "to bo@x.example" in result.output
    assert "Hej Bo" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["nope"], ["welcome", "--template", "nope"], ["welcome", "--customer", "nope.json"]],
)
def test_what_is_asked_wrongly_is_answered_with_2(few, arguments):
    result = CliRunner().invoke(kairos, ["render", *arguments, "--campaigns", str(few)])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("campaign", "printed", "written"),
    [
        ("upsell", "── upsell-gold · show\n", ["upsell-gold.show.html", "upsell.show.html"]),
        ("rank-up", "── gold · push · to ", ["gold.push.txt", "gold.show.html"]),
        ("not-opened", "characters of GSM-7, billed as 2 messages", ["short.sms.txt"]),
    ],
)
def test_what_is_no_mail_is_printed_and_written_too(few, tmp_path, campaign, printed, written):
    arguments = ["render", campaign, "--campaigns", str(few), "--out", str(tmp_path)]
    result = CliRunner().invoke(kairos, arguments)
    assert result.exit_code == 0, result.output
    assert printed in result.output
    assert sorted(file.name for file in (tmp_path / campaign).iterdir()) == written


def test_a_customer_without_an_event_is_written_to_about_that_of_a_sample(few, tmp_path):
    customer = tmp_path / "bo.json"
    customer.write_text(json.dumps({"id": "bo", "attributes": {"first_name": "Bo", "locale": "en"}, "addresses": {}}))
    arguments = ["render", "abandoned-cart", "--template", "reminder", "--customer", str(customer)]
    result = CliRunner().invoke(kairos, [*arguments, "--campaigns", str(few)])
    assert result.exit_code == 0, result.output
    assert "Hi Bo" in result.output
    assert "Oak kite" in result.output


@pytest.mark.parametrize(
    ("template", "percent"), [("we-miss-you", "25%"), ("first-birthday", "15%"), ("birthday", "10%")]
)
def test_a_mail_shows_the_coupon_of_its_own_branch(bundle, previews, template, percent):
    ada = fitting(bundle.catalog, CAMPAIGNS, "birthday")[0]
    made = previews.of("birthday", template, "email", ada, NOW, "en")
    assert percent in made.text


def test_content_that_a_page_would_wait_for_is_a_problem_with_its_file(few, tmp_path):
    campaigns = shutil.copytree(few, tmp_path / "campaigns")
    (campaigns / "upsell" / "upsell.show.html").write_text("<p>" + "lamp " * 7_000 + "</p>")
    grown = compile_directory(campaigns)
    [found] = failures(grown.catalog, grown.templates, campaigns, NOW)
    assert found == "upsell/upsell.show.html: 35,007 bytes, expected at most 32,768"


def test_a_message_is_shown_in_a_browser_wherever_it_is_kept(few, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    result = CliRunner().invoke(kairos, ["render", "review", "--open", "--campaigns", str(few)])
    assert result.exit_code == 0, result.output
    (page,) = opened
    assert "how-is-it.html" in page
    assert "<html" in Path(page.removeprefix("file://")).read_text()


@pytest.mark.parametrize(
    ("text", "said"), [('{"id": ', "bo.json:1:8: not JSON"), ("[]", "bo.json:1:1: not a customer")]
)
def test_a_customer_that_cannot_be_read_is_told_where(few, tmp_path, text, said):
    (tmp_path / "bo.json").write_text(text)
    result = CliRunner().invoke(
        kairos, ["render", "review", "--customer", str(tmp_path / "bo.json"), "--campaigns", str(few)]
    )
    assert (result.exit_code, said in result.output) == (1, True)
