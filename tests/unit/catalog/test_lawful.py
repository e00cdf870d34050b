"""A marketing mail says who sends it and how to leave, in both its parts, or nothing is deployed."""

from pathlib import Path

import pytest

from kairos.catalog.bundle import compile_directory
from kairos.catalog.validate import read_directory

BOTH = "{{ brand.postal_address }} {{ unsubscribe_url }}"
CAMPAIGN = "topic: {topic}\ntrigger: {{event: x}}\nsteps: [{{send: {{channel: {channel}, template: t}}}}]\n"
POLICY = "brand: {{name: N, email: n@n.example{address}}}\ntopics: {{offers: {{}}, service: {{transactional: true}}}}\n"


def said(
    folder: Path, html: str, *, text: str = "", topic: str = "offers", channel: str = "email", address: str = "Street 1"
):
    (folder / "c").mkdir()
    (folder / "policy.yaml").write_text(POLICY.format(address=f", postal_address: {address}" if address else ""))
    (folder / "c" / "campaign.yaml").write_text(CAMPAIGN.format(topic=topic, channel=channel))
    (folder / "c" / "t.email.html").write_text(f"---\nsubject: S\n---\n<p>{html}</p>\n")
    (folder / "c" / "t.push.yaml").write_text("title: T\nbody: B\n")
    if text:
        (folder / "c" / "t.email.txt").write_text(text)
    return [str(problem).removeprefix(f"{folder}/") for problem in read_directory(folder).problems]


ADDRESS = "a marketing mail without the sender's address{}, expected {{{{ brand.postal_address }}}}, as layout.email.mjml has it"
WAY_OUT = "a marketing mail without a way out{}, expected {{{{ unsubscribe_url }}}}, as layout.email.mjml has it"
FILE = "c/t.email.html:1:1: "


@pytest.mark.parametrize(
    ("html", "more", "problems"),
    [
        (BOTH, {}, []),
        ("Street 1 {{ unsubscribe_url }}", {}, []),
        ("{{ brand['postal_address'] }} {% if unsubscribe_url is defined %}x{% endif %}", {}, []),
        ("{{ unsubscribe_url }}", {}, [FILE + ADDRESS.format(""), FILE + ADDRESS.format(" in its text")]),
        ("{{ brand.postal_address }}", {}, [FILE + WAY_OUT.format(""), FILE + WAY_OUT.format(" in its text")]),
        (BOTH, {"text": "Hi\n"}, [FILE + ADDRESS.format(" in its text"), FILE + WAY_OUT.format(" in its text")]),
        (BOTH, {"text": BOTH}, []),
        (BOTH, {"address": ""}, ["policy.yaml:1:8: brand: no postal_address, expected where the sender can be written to: every marketing mail says it"]),
        ("Hi", {"topic": "service"}, []),
        ("Hi", {"topic": "service", "address": ""}, []),
        ("Hi", {"channel": "push", "address": ""}, []),
    ],
)  # fmt: skip
def test_a_marketing_mail_says_who_and_how_to_leave(tmp_path, html, more, problems):
    assert said(tmp_path, html, **more) == problems


@pytest.mark.parametrize(
    ("brand", "problem"),
    [
        ("email: nobody", "brand.email: 'nobody', expected a mailbox such as \"Nordlys <hello@nordlys.example>\""),
        ('email: n@n.example, reply_to: "a@b.example, c@d.example"', "brand.reply_to: 'a@b.example, c@d.example', expected a mailbox"),
        ('email: n@n.example, website: "nordlys.example"', "brand.website: 'nordlys.example', expected an address such as"),
        ("email: n@n.example, hosts: [https://x.example]", "brand.hosts[0]: 'https://x.example', expected the name of a host"),
    ],
)  # fmt: skip
def test_a_brand_is_reached_by_what_it_says(tmp_path, brand, problem):
    (tmp_path / "policy.yaml").write_text(f"brand: {{name: N, {brand}}}\n")
    (found,) = read_directory(tmp_path).problems
    assert problem in str(found)


@pytest.mark.parametrize(
    ("brand", "html", "hosts"),
    [
        ('website: "https://www.nordlys.example/da"', "x", ["nordlys.example"]),
        ('website: "https://nordlys.example", hosts: [pay.example]', "x", ["nordlys.example", "pay.example"]),
        ("hosts: [pay.example]", '<a href="https://Maps.example/x">x</a>', ["maps.example", "pay.example"]),
        ("sms: N", '<a href="https://maps.example/x">x</a>', []),  # nothing is known: any host will do
    ],
)
def test_links_lead_to_the_brand_s_hosts_and_to_those_that_templates_write_out(tmp_path, brand, html, hosts):
    (tmp_path / "c").mkdir()
    (tmp_path / "policy.yaml").write_text(
        f"brand: {{name: N, email: n@n.example, {brand}}}\ntopics: {{s: {{transactional: true}}}}\n"
    )
    (tmp_path / "c" / "campaign.yaml").write_text(CAMPAIGN.format(topic="s", channel="email"))
    (tmp_path / "c" / "t.email.html").write_text(f"---\nsubject: S\n---\n<p>{html}</p>\n")
    assert compile_directory(tmp_path).templates["hosts"] == hosts
