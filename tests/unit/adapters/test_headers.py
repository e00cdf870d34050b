"""What is written into subjects, senders and links, whatever a customer is called."""

import email
import re
from email import policy

import pytest

from kairos.adapters.rendering import JinjaRenderer
from kairos.domain.mail import compose
from kairos.service.ports import BrokenTemplate
from tests.unit.adapters.rendered import BRAND, KEYS, NOW, dossier, mail, renderer

HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}{% include 'x' %}\r\nBcc: all@example.com\"'"


def test_values_are_escaped_in_html_and_never_run():
    made = renderer(
        email=mail("{{ customer.title }}", '<p title="{{ customer.title }}">{{ customer.title }}</p>')
    ).render(dossier(attributes={"title": HOSTILE}), NOW)
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "&#34;&#39;" in made.html
    assert "{{ 7 * 7 }}" in made.text


def test_a_hostile_name_in_the_subject_adds_no_header():
    templates = mail("t", subject="Hi {{ customer.title }}", reply_to="{{ customer.title }} <a@b.example>")
    made = renderer(email=templates).render(dossier(attributes={"title": HOSTILE}), NOW)
    raw = compose(to=made.to["email"], subject=made.subject, text=made.text, html=made.html, headers=made.headers)
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert "\n" not in made.subject


UNSEEN = "Ada\u202egnp.exe\u202c \u2066x\u2069\x00\x1b[31m\ufeff\ud800"


def test_nothing_turns_round_what_stands_beside_it():
    made = renderer(email=mail("{{ customer.name }}!", "<p>{{ customer.name }}!</p>", "{{ customer.name }}!")).render(
        dossier(attributes={"name": UNSEEN}), NOW
    )
    assert made.text == "Adagnp.exe x[31m!"
    assert made.html == "<p>Adagnp.exe x[31m!</p>"
    assert made.subject == "Adagnp.exe x[31m!"


def test_a_subject_is_cut_where_nobody_would_read_on():
    made = renderer(email=mail(subject="{{ customer.name }} forgot")).render(
        dossier(attributes={"name": "a" * 10_000}), NOW
    )
    assert made.subject == "a" * 199 + "…"


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("Ada", "Ada via Nordlys <hello@nordlys.example>"),
        ("Eve <eve@evil.example>, Ada", '"Eve <eve@evil.example>, Ada via Nordlys" <hello@nordlys.example>'),
        ('"', "via Nordlys <hello@nordlys.example>"),
        ("x\r\nBcc: eve@evil.example", '"x Bcc: eve@evil.example via Nordlys" <hello@nordlys.example>'),
    ],
)
def test_a_name_in_a_sender_stays_a_name(name, sender):
    fields = mail(**{"from": "{{ customer.title }} via Nordlys <hello@nordlys.example>"})
    made = renderer(email=fields).render(dossier(attributes={"title": name}), NOW)
    assert made.headers["From"] == sender
    raw = compose(to=made.to["email"], subject=made.subject, text=made.text, html=made.html, headers=made.headers)
    (address,) = email.message_from_bytes(raw, policy=policy.strict)["From"].addresses
    assert address.addr_spec == "hello@nordlys.example"


@pytest.mark.parametrize("value", ["nobody", "a@b.example, eve@evil.example", "<a@b.example", ""])
def test_a_reply_goes_to_one_address_or_the_message_is_not_sent(value):
    fields = mail(reply_to="{{ customer.agent }}")
    if not value:
        assert "Reply-To" not in renderer(email=fields).render(dossier(attributes={"agent": ""}), NOW).headers
        return
    if value == "<a@b.example":
        assert (
            renderer(email=fields).render(dossier(attributes={"agent": value}), NOW).headers["Reply-To"]
            == "a@b.example"
        )
        return
    with pytest.raises(BrokenTemplate, match=r"^reply_to: not an e-mail address$"):
        renderer(email=fields).render(dossier(attributes={"agent": value}), NOW)


def test_replies_go_where_the_brand_says():
    made = renderer(email=mail())
    made._bundle["brand"] = {**BRAND, "reply_to": "Nordlys <ask@nordlys.example>"}
    assert made.render(dossier(), NOW).headers["Reply-To"] == "Nordlys <ask@nordlys.example>"


def test_links_that_a_browser_reported_lead_to_hosts_of_the_brand_and_nowhere_else():
    made = renderer(email=mail("{{ link(event.properties.url) }}"))
    made = JinjaRenderer(made._bundle | {"hosts": ["nordlys.example"]}, lambda: KEYS, "https://links.example/")
    for url in ("https://nordlys.example/x", "https://shop.nordlys.example:8443/?a=1#b", "http://links.example"):
        assert made.render(dossier(event={"properties": {"url": url}, "browser": True}), NOW).text.startswith(
            "https://links.example/l/"
        )
    for url in (
        "https://evil.example/",
        "https://nordlys.example.evil.example",
        "https://nordlys.example@evil.example",
    ):
        with pytest.raises(BrokenTemplate, match="link: "):
            made.render(dossier(event={"properties": {"url": url}, "browser": True}), NOW)
    assert made.render(dossier(event={"properties": {"url": "https://pay.example"}}), NOW)  # the shop's own word


AWAY = "text: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ event.properties.v }}", AWAY),
        ("{{ event.properties.v | upper }}", AWAY),
        ("{{ 'Kite: ' ~ event.properties.v }}", AWAY),
        ("{% for v in event.properties['items'] %}{{ v.name }}{% endfor %}", AWAY),
        ("{{ answer('likes_kites', true, event.properties.v) }}", None),
        ("{{ event.properties.v | default('a kite') }}", "a kite"),
        ("{% if event.properties.v is defined %}{{ event.properties.v }}{% else %}nothing{% endif %}", "nothing"),
        ("{% if event.properties.v %}there{% endif %}", "there"),
        ("{{ event.properties | tojson }}", None),
    ],
)
def test_a_page_s_text_that_leads_away_is_missing_whatever_a_template_does_with_it(body, text):
    bundle = renderer(email=mail(body))._bundle | {"hosts": ["nordlys.example"]}
    made = JinjaRenderer(bundle, lambda: KEYS, "https://links.example/")
    event = {"properties": {"v": "evil.example/win", "items": [{"name": "evil.example/win"}]}, "browser": True}
    if text is None or text is AWAY:
        with pytest.raises(BrokenTemplate, match=re.escape(text or "offer.email.html:1: TypeError")):
            made.render(dossier(event=event), NOW)
    else:
        assert made.render(dossier(event=event), NOW).text == text
    assert "evil.example" in renderer(email=mail("{{ event.properties.v }}")).render(
        dossier(event=event | {"browser": False}), NOW
    ).text  # fmt: skip
