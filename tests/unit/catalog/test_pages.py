"""What the pages need of the policy, compiled."""

from pathlib import Path

import pytest

from kairos.catalog.bundle import InvalidCampaigns, compile_directory
from kairos.catalog.pages import LARGEST

POLICY = 'brand: {{name: N, email: "N <n@n.example>", postal_address: Street 1{brand}}}\nlocale: da\n{more}\ntopics: {{offers: {{title: {{en: Offers, da: Tilbud}}}}, news: {{}}, service: {{transactional: true}}}}\n'


def shop(folder: Path, brand: str = "", more: str = "", mails: tuple[str, ...] = ("",)) -> Path:
    (folder / "c").mkdir()
    (folder / "policy.yaml").write_text(POLICY.format(brand=brand, more=more))
    (folder / "c" / "campaign.yaml").write_text(
        "topic: offers\ntrigger: {event: x}\nsteps: [send: {channel: email, template: a}]\n"
    )
    for locale in mails:
        (folder / "c" / f"a{locale}.email.html").write_text(
            "---\nsubject: Hi\n---\n<p>{{ unsubscribe_url }} {{ brand.postal_address }}</p>\n"
        )
    return folder


def test_topics_keep_their_order_and_their_names_and_only_pages_know_them(tmp_path: Path) -> None:
    bundle = compile_directory(shop(tmp_path))
    assert bundle.pages["order"] == ["offers", "news"]
    assert bundle.pages["topics"]["offers"]["title"] == {"en": "Offers", "da": "Tilbud"}
    assert "title" not in bundle.catalog["policy"]["topics"]["offers"]  # what decides need not read it


@pytest.mark.parametrize(
    ("more", "mails", "languages"),
    [
        ("", ("",), {"da": "dansk"}),
        ("", ("", ".de", ".nb-NO"), {"da": "dansk", "de": "Deutsch", "nb": "norsk bokmål"}),
        ("languages: [en, da]", ("", ".de"), {"en": "English", "da": "dansk"}),
    ],
)
def test_languages_are_the_policy_s_or_those_of_its_messages(
    more: str, mails: tuple[str, ...], languages: dict[str, str], tmp_path: Path
) -> None:
    found = compile_directory(shop(tmp_path, more=more, mails=mails)).pages["languages"]
    assert list(found.items()) == list(languages.items())


def test_a_logo_comes_with_the_pages(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    pages = compile_directory(shop(tmp_path, brand=', logo: logo.svg, color: "#AABBCC"')).pages
    assert pages["logo"] == "data:image/svg+xml;base64,PHN2ZyB4bWxucz0naHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmcnLz4="
    assert pages["brand"]["color"] == "#aabbcc"


def test_a_logo_that_is_too_large_to_come_with_every_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(InvalidCampaigns, match=r"brand.logo: 49,153 bytes, expected at most 49,152"):
        compile_directory(shop(tmp_path, brand=", logo: logo.png"))


def test_a_logo_outside_of_the_campaigns_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    with pytest.raises(InvalidCampaigns, match=r"brand.logo: no file"):
        compile_directory(shop(folder, brand=", logo: ../secret.png"))
