"""The language's own examples are taken as they are written: the policy of its page, and a campaign of each kind."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kairos.catalog.bundle import Bundle, compile_directory
from kairos.domain.link import link

DATA = Path(__file__).parents[2] / "data"
PAGE = """\
name: lapsed
topic: offers
trigger: {inactive: 60d}
steps: [{send: {channel: email, template: t}}]
"""  # which the policy of the page names
EXAMPLES = [
    *(part.split("\n", 1) for part in re.split(r"^name: ", (DATA / "campaign_examples.yaml").read_text(), flags=re.M)[1:]),
    PAGE.removeprefix("name: ").split("\n", 1),
]  # fmt: skip
WRITTEN = {name: re.split(r"^---", text, flags=re.M)[0] for name, text in EXAMPLES}
FILES = {
    "email": ("email.html", "---\nsubject: Hi\n---\n<p>Hello</p><p>{{{{ brand.postal_address }}}} {way_out}</p>\n"),
    "sms": ("sms.txt", "Hello\n"),
    "push": ("push.yaml", "title: Hi\nbody: Hello\n"),
    "show": ("show.html", "<p>Hello</p>\n"),
}


def _templates(node: Any, topic: str) -> Iterator[tuple[str, str, str]]:
    """Name, channel and topic of every template that a campaign asks for."""
    for kind in ("send", "show") if isinstance(node, dict) else ():
        if (asked := node.get(kind)) is not None:
            channels = asked.get("channel", "show")
            for channel in [channels] if isinstance(channels, str) else channels:
                yield asked["template"], channel, asked.get("topic", topic)
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _templates(part, topic)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    root = tmp_path_factory.mktemp("campaigns")
    (root / "policy.yaml").write_text((DATA / "policy_example.yaml").read_text())
    for name, text in WRITTEN.items():
        (root / name).mkdir()
        (root / name / "campaign.yaml").write_text(f"status: live\n{text}")
        node = yaml.safe_load(text)
        for template, channel, topic in _templates(node["steps"], node.get("topic", "")):
            kind, content = FILES[channel]
            way_out = "" if topic == "service" else "{{ unsubscribe_url }}"
            (root / name / f"{template}.{kind}").write_text(
                content.format(way_out=way_out) if channel == "email" else content
            )
    return compile_directory(root)


def test_every_example_is_a_campaign_that_runs(bundle: Bundle) -> None:
    assert len(WRITTEN) > 20
    assert set(link(bundle.catalog).campaigns) == WRITTEN.keys()


def test_what_they_are_warned_of_is_what_a_shop_has_to_add(bundle: Bundle) -> None:
    cart, policy = map(str, bundle.warnings)
    assert "a code that the shop does not hear of" in cart and "double_opt_in that nothing lets them prove" in policy
