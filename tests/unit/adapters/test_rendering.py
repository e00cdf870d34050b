import email
from dataclasses import replace
from email import policy

import pytest

from kairos.adapters.rendering import JinjaRenderer, addresses
from kairos.adapters.rendering.environment import environment
from kairos.catalog import jinja_source
from kairos.catalog.jinja_source import SCOPE
from kairos.domain.effects import PutMessage
from kairos.domain.mail import compose
from kairos.domain.state import Customer, Fact, Profile, State
from kairos.domain.tokens import Answer, Confirm, Keyring, Link, Preferences, Unsubscribe, verify
from kairos.service.ports import BrokenTemplate, Control, Dossier, StoredMessage

NOW = 1_795_000_000_000  # 2026-11-18 11:06:40 UTC
KEYS = Keyring(b"the key of today, 32 bytes long!")
BRAND = {"name": "Nordlys", "email": "Nordlys <hello@nordlys.example>", "website": "https://nordlys.example",
         "postal_address": "Strandgade 12"}  # fmt: skip
PUT = PutMessage(
    id="abcdefghijklmnopqrstuvwxyz", campaign="cart", key="k", step="send.offer", channel="email", channels=(),
    topic="offers", template="offer", transactional=False, since=0, trigger="t", same={}, expires=NOW + 1, due=0,
    guard=0, catalog="", variant="",
)  # fmt: skip
ADDRESSES = {
    "email": "ada@example.com",
    "phone": "+4520123456",
    "push": [{"token": "t1", "platform": "fcm"}, {"token": "t2"}],
}


def dossier(put=PUT, attributes=None, event=None, addresses=None):
    profile = Profile(
        {"declared": {k: Fact(v, 0) for k, v in (attributes or {}).items()}},
        dict(ADDRESSES if addresses is None else addresses),
    )
    return Dossier(StoredMessage(put, "ada", "pending"), Customer("ada", State(), profile), event or {}, Control())


def renderer(**channels):
    """Knows one template, `offer` of the campaign `cart`, by channel and locale."""
    return JinjaRenderer(
        {"brand": BRAND, "locale": "da", "timezone": "Europe/Copenhagen", "currency": "DKK",
         "precedence": ["backend", "declared"], "campaigns": {"cart": {"offer": channels}}},
        lambda: KEYS, "https://links.example/",
    )  # fmt: skip


def mail(text="", html="<p>x</p>", subject="S", **more):
    return {"": {"file": "offer.email.html", "subject": subject, "html": html, "text": text} | more}


def text(source, **about):
    return renderer(email=mail(source)).render(dossier(**about), NOW).text


@pytest.mark.parametrize(
    ("source", "attributes", "rendered"),
    [
        ("{{ customer.name }}", {"name": "Ada & <b>"}, "Ada & <b>"),
        ("{{ customer.name | default('friend') }}", {}, "friend"),
        ("{{ customer.name | default('friend') }}", {"name": None}, "friend"),
        ("{% if customer.name is defined %}x{% endif %}", {}, ""),
        ("{{ customer['items'] | length }}", {"items": [1, 2]}, "2"),
        ("{{ customer.items | length }}", {"items": [1, 2]}, "2"),
        ("{{ campaign.name }}/{{ campaign.step }}", {}, "cart/send.offer"),
        ("{{ brand.postal_address }}", {}, "Strandgade 12"),
        ("{{ locale }}", {"locale": "en_gb"}, "en-GB"),
        ("{{ locale }}", {"locale": "!!"}, "da"),
        ("{{ locale }}", {"locale": 7}, "da"),
        ("{{ now.hour }}", {}, "12"),
        ("{{ now.hour }}", {"timezone": "America/New_York"}, "6"),
        ("{{ now.hour }}", {"timezone": "../../etc/passwd"}, "12"),
        ("{{ money(1234.5) }}", {"locale": "da-DK"}, "1.234,50\xa0kr."),
        ("{{ 1234.5 | money('GBP') }}", {"locale": "en-GB"}, "£1,234.50"),
        ("{{ money('12', 'jpy') }}", {"locale": "en"}, "¥12"),
        ("{{ money(5) }}", {"locale": "xx-XX"}, "DKK5.00"),
        ("{{ date('2026-12-24', 'long') }}", {"locale": "da"}, "24. december 2026"),
        ("{{ date('2026-12-24T23:30:00Z') }}", {"locale": "en-GB"}, "25 Dec 2026"),
        ("{{ '2026-12-24T23:30:00Z' | date('d MMM HH:mm') }}", {"timezone": "UTC", "locale": "en"}, "24 Dec 23:30"),
        ("{{ date(1795000000000, 'HH:mm') }}", {"timezone": "Asia/Tokyo"}, "20:06"),
        ("a\n{% if true %}\n\n\nb  \n{% endif %}\n\n\nc", {}, "a\n\nb\n\nc"),
    ],
)  # fmt: skip
def test_a_template_says_what_it_is_told(source, attributes, rendered):
    assert text(source, attributes=attributes) == rendered


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a\n{{ customer.nam }}", "cart/offer.email.html:2: missing: 'nam'"),
        ("{{ customer.secret }}{{ customer.secret.x }}", "cart/offer.email.html:1: 'str object' has no attribute 'x'"),
        ("{{ coupon.code }}", "cart/offer.email.html:1: 'coupon' is undefined"),
        ("{% if customer.nam %}x{% endif %}", "missing: 'nam'"),
        ("{{ customer.get('secret') }}", "missing: 'get'"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ link('javascript:alert(1)', 'x') }}", "link: not an http(s) address"),
        ("{{ link('https://x.example/\r\nSet-Cookie: a', 'x') }}", "link: not an http(s) address"),
        ("{{ money('a lot') }}", "money: not an amount in a currency"),
        ("{{ money(1, 'XXL') }}", "money: not an amount in a currency"),
        ("{{ date('soon') }}", "date: not a date"),
        ("{{ 'x' * 1000000000 }}", "repeated too often"),
        ("{{ 9 ** 999999999 }}", "the exponent is too large"),
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{{ 'x' * 1000 }}{% endfor %}{% endfor %}",
            "too large",
        ),
        ("{% for i in range(999999) %}{% endfor %}", "OverflowError"),
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "too slow"),
        ("{% for i in range(99999) | map('string') %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "too slow"),
        ("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}", "too slow"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError"),
        (
            "{% set n = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
            "too large",
        ),
        (
            "{% set n = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
            "too large",
        ),
        (
            "{% set n = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}"
            "{% set n.s %}{{ n.s }}{{ n.s }}{% endset %}{% endfor %}",
            "too large",
        ),
        (
            "{% set n = namespace(i=3) %}{% for i in range(60) %}{% set n.i = n.i * n.i %}{% endfor %}",
            "the number is too",
        ),
        ("{{ ('x' * 99999) | replace('x', 'y' * 99999) }}", "too large"),
        ("{{ range(99999) | join('x' * 99999) }}", "too large"),
        ("{{ 'x' | center(999999999) }}", "too large"),
        ("{{ 'x' | indent(999999999, true) }}", "too large"),
        ("{{ ('x ' * 49999) | wordwrap(1, wrapstring='x' * 99999) }}", "too large"),
        ("{{ '%999999999d' | format(1) }}", "too large"),
        ("{{ '%*d' % (999999999, 1) }}", "too large"),
        ("{{ range(9) | batch(999999999, 'x') | list }}", "too large"),
        ("{{ [[1]] | sum(start=[]) }}", "too large"),
        ("{{ '{:>999999999}'.format(1) }}", "attribute 'format' of 'str' object is unsafe"),
        ("{{ 'x'.ljust(999999999) }}", "attribute 'ljust' of 'str' object is unsafe"),
        ("{{ customer.secret | safe }}", "No filter named 'safe'"),
        ("{{ customer | attr('secret') }}", "No filter named 'attr'"),
        ("{{ ''.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ link.__globals__ }}", "is unsafe"),
        ("{{ customer.list.append(1) }}", "attribute 'append' of 'list' object is unsafe"),
        ("{% include '/etc/passwd' %}", "TypeError"),
        ("{{ x", "cart/offer.email.html:1: unexpected end of template"),
    ],
)
def test_what_cannot_be_rendered_says_why_and_shows_no_value(source, why):
    with pytest.raises(BrokenTemplate) as broken:
        text(source, attributes={"secret": "s3cret", "list": [1]})
    assert why in str(broken.value)
    assert "s3cret" not in str(broken.value)


HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}{% include 'x' %}\r\nBcc: all@example.com\"'"


def test_values_are_escaped_in_html_and_never_run():
    made = renderer(email=mail("{{ customer.name }}", '<p title="{{ customer.name }}">{{ customer.name }}</p>')).render(
        dossier(attributes={"name": HOSTILE}), NOW
    )
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "&#34;&#39;" in made.html
    assert "{{ 7 * 7 }}" in made.text


def test_a_hostile_name_in_the_subject_adds_no_header():
    templates = mail("t", subject="Hi {{ customer.name }}", reply_to="{{ customer.name }} <a@b.example>")
    made = renderer(email=templates).render(dossier(attributes={"name": HOSTILE}), NOW)
    raw = compose(to=made.to["email"], subject=made.subject, text=made.text, html=made.html, headers=made.headers)
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert "\n" not in made.subject


def test_a_marketing_mail_can_be_left_with_one_click():
    made = renderer(email=mail("{{ unsubscribe_url }}")).render(dossier(), NOW)
    assert made.headers["List-Unsubscribe"] == f"<{made.text}>"
    assert made.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made.headers["List-Id"] == "offers <offers.nordlys.example>"
    token = made.text.removeprefix("https://links.example/u/")
    assert verify(token, Unsubscribe, keys=KEYS, now=NOW) == Unsubscribe("ada", "offers", "email", PUT.id)


def test_a_transactional_mail_is_no_mailing_list():
    made = renderer(email=mail()).render(dossier(replace(PUT, transactional=True)), NOW)
    assert not [name for name in made.headers if name.startswith("List-")]
    assert made.headers["Auto-Submitted"] == "auto-generated"


def test_a_link_is_signed_and_carries_who_and_why():
    url = text("{{ link('https://shop.example/c?a=1&b=2', 'Cart') }}")
    found = verify(url.removeprefix("https://links.example/l/"), Link, keys=KEYS, now=NOW)
    assert found == Link("https://shop.example/c?a=1&b=2", "ada", PUT.id, "cart", "send.offer", "", "email")


@pytest.mark.parametrize("value", [True, False, "toys", 3])
def test_an_answer_carries_its_value_as_it_is(value):
    url = text(f"{{{{ answer('likes', {value!r}) }}}}")
    found = verify(url.removeprefix("https://links.example/l/"), Answer, keys=KEYS, now=NOW)
    assert (found.attribute, found.value, type(found.value)) == ("likes", value, type(value))


def test_an_answer_carries_the_words_of_its_message_and_their_language():
    url = text("{{ answer('likes', true, 'YES, please', 'Toys?') }}", attributes={"locale": "en-GB"})
    found = verify(url.removeprefix("https://links.example/l/"), Answer, keys=KEYS, now=NOW)
    assert (found.label, found.question, found.locale) == ("YES, please", "Toys?", "en-GB")


def test_an_answer_s_words_are_escaped_by_its_page_alone():
    source = "{{ answer('likes', true, 'Yes, ' ~ customer.name) }}"
    made = renderer(email=mail("t", source)).render(dossier(attributes={"name": "<Ada>"}), NOW)
    found = verify(made.html.removeprefix("https://links.example/l/"), Answer, keys=KEYS, now=NOW)
    assert found.label == "Yes, <Ada>"


def test_preferences_are_the_customer_s_and_in_every_message():
    url = text("{{ preferences_url }}", put=replace(PUT, transactional=True))
    token = url.removeprefix("https://links.example/p/")
    assert verify(token, Preferences, keys=KEYS, now=NOW) == Preferences("ada", PUT.id)


def test_a_coupon_s_code_stays_when_the_message_is_rendered_again_and_its_time_starts_anew():
    put = replace(PUT, coupon={"id": "c1", "name": "comeback", "percent": 15, "valid": 3_600_000})
    first, again = (
        renderer(email=mail("{{ coupon.code }} {{ coupon.percent }}")).render(dossier(put), NOW + t) for t in (0, 5000)
    )
    assert first.text == again.text
    assert first.coupon["code"] == again.coupon["code"] == first.text.split()[0]
    assert (again.coupon["expires"] - first.coupon["expires"]).total_seconds() == 5
    other = renderer(email=mail("{{ coupon.code }}")).render(
        dossier(replace(put, coupon={"id": "c2", "name": "comeback", "percent": 15, "valid": 1})), NOW
    )
    assert other.coupon["code"] != first.coupon["code"]


@pytest.mark.parametrize(
    ("customers", "variants", "chosen"),
    [
        ("da-DK", ("", "da", "da-DK"), "da-DK"),
        ("da-DK", ("", "da"), "da"),
        ("da_dk", ("", "da"), "da"),
        ("en-GB", ("", "da"), ""),
        (None, ("", "da"), "da"),
        ("zh-Hant-TW", ("", "zh-TW"), "zh-TW"),
    ],
)
def test_the_nearest_locale_is_chosen(customers, variants, chosen):
    templates = {name: mail(name or "default")[""] for name in variants}
    made = renderer(email=templates).render(dossier(attributes={"locale": customers} if customers else {}), NOW)
    assert made.text == (chosen or "default")


@pytest.mark.parametrize(
    ("put", "addresses"),
    [
        (replace(PUT, campaign="gone"), None),
        (replace(PUT, template="gone"), None),
        (replace(PUT, channel="sms"), None),
        (PUT, {}),
        (PUT, {"email": None}),
    ],
)
def test_a_template_or_address_that_is_gone_is_a_broken_template(put, addresses):
    with pytest.raises(BrokenTemplate):
        renderer(email=mail()).render(dossier(put, addresses=addresses), NOW)


def test_a_text_message_is_plain_text():
    made = renderer(sms={"": {"file": "offer.sms.txt", "text": "Hi {{ customer.name }}\n"}}).render(
        dossier(replace(PUT, channel="sms"), {"name": "Ada & Bob"}), NOW
    )
    assert (made.text, made.to, made.html, made.headers) == ("Hi Ada & Bob", {"phone": "+4520123456"}, "", {})


def test_a_push_is_rendered_field_by_field():
    fields = {"file": "offer.push.yaml", "title": "Hi {{ customer.name }}", "body": "b", "link": "{{ link('https://x.example') }}",
              "data": {"cart": "{{ event.properties.cart_id }}"}}  # fmt: skip
    made = renderer(push={"": fields}).render(
        dossier(replace(PUT, channel="push"), {"name": "A&B"}, {"properties": {"cart_id": 7}}), NOW
    )
    assert made.to == {"token": "t1", "platform": "fcm"}
    assert (made.subject, made.text) == ("Hi A&B", "b")
    assert made.data.pop("link").startswith("https://links.example/l/")
    assert made.data == {"cart": "7"}


def test_an_error_names_the_line_of_the_file_it_was_written_in():
    templates = mail("t", "a\n\n{{ customer.gone }}", lines={"html": [[3, 41]]})
    with pytest.raises(BrokenTemplate, match=r"cart/offer.email.html:41: missing: 'gone'"):
        renderer(email=templates).render(dossier(), NOW)


def test_an_error_in_the_layout_names_the_layout():
    templates = mail("t", "a\n{{ customer.gone }}", lines={"html": [[2, 7, "layout.da.email.mjml"]]})
    with pytest.raises(BrokenTemplate, match=r"^layout.da.email.mjml:7: missing: 'gone'"):
        renderer(email=templates).render(dossier(), NOW)


def test_there_is_no_way_out_of_what_is_transactional():
    source = "{% if unsubscribe_url is defined %}leave{% else %}stay{% endif %}"
    assert text(source) == "leave"
    assert text(source, put=replace(PUT, transactional=True)) == "stay"


def test_the_scope_is_what_templates_are_checked_against():
    put = replace(PUT, coupon={"id": "c", "name": "c", "percent": 5, "valid": 1})
    for name in SCOPE:
        renderer(email=mail(f"{{{{ {name} is defined and 1 or missing }}}}")).render(dossier(put, event=ASKED), NOW)


ASKED = {"type": "consent.requested", "properties": {"topic": "news", "channel": "email"}}


def test_a_confirmation_names_what_was_asked_for():
    url = renderer(email=mail("{{ confirm_url }}")).render(dossier(event=ASKED), NOW).text
    found = verify(url.removeprefix("https://links.example/c/"), Confirm, keys=KEYS, now=NOW)
    assert (found.customer, found.topic, found.channel, found.message) == ("ada", "news", "email", PUT.id)


def test_content_of_a_page_is_escaped_in_html_and_whole_in_json():
    show, told = replace(PUT, channel="show"), {"properties": {"name": '<b>"Kite"</b>'}}
    html = {"": {"file": "offer.show.html", "html": "<p>{{ event.properties.name }}</p>"}}
    data = {
        "": {"file": "offer.show.json", "json": {"title": "{{ event.properties.name }}", "more": [1, "{{ 2 + 3 }}"]}}
    }
    assert renderer(show=html).render(dossier(show, event=told), NOW).html == "<p>&lt;b&gt;&#34;Kite&#34;&lt;/b&gt;</p>"
    made = renderer(show=data).render(dossier(show, event=told), NOW).data
    assert made == {"title": '<b>"Kite"</b>', "more": [1, "5"]}


@pytest.mark.parametrize(
    ("source", "rendered"),
    [
        ("{% for i in range(3) %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/3 2/3 3/3 "),
        ("{% for i in range(9) | select('odd') %}{{ i }}{{ '' if loop.last else ',' }}{% endfor %}", "1,3,5,7"),
        ("{% for i in [] %}{% else %}none{% endfor %}", "none"),
        ("{% macro hi(n) %}Hi {{ n }}{% endmacro %}{{ hi('Ada') }}", "Hi Ada"),
        ("{% set n %}A{{ 1 }}{% endset %}{{ n }}", "A1"),
        ("{% set n | upper %}a{{ 1 }}{% endset %}{{ n }}", "A1"),
        ("{{ 'a' ~ 1 ~ 'b' }}{{ 1 + 2 }}{{ 'a' + 'b' }}{{ [1] + [2] }}{{ 7 % 4 }}{{ '%05.2f' % 3.14159 }}", "a1b3ab[1, 2]303.14"),
        ("{{ 'a-b' | replace('-', '+') }}{{ [1, 2] | join(', ') }}{{ [1, 2] | sum }}", "a+b1, 23"),
        ("{{ ' x '.strip().upper() }}{{ 'a,b'.split(',') | last }}", "Xb"),
        ("{{ [1, 2, 3] | batch(2) | map('join') | join('/') }}", "12/3"),
    ],
)  # fmt: skip
def test_what_is_bounded_still_does_what_it_says(source, rendered):
    assert text(source) == rendered


def test_the_renderer_has_the_filters_that_templates_are_checked_for():
    made = environment(html=True, filters=addresses.filters(())).filters
    assert {name for name in made if not name.startswith("_")} == set(jinja_source.environment().filters)


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
    fields = mail(**{"from": "{{ customer.name }} via Nordlys <hello@nordlys.example>"})
    made = renderer(email=fields).render(dossier(attributes={"name": name}), NOW)
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


def test_links_lead_to_hosts_of_the_brand_and_nowhere_else():
    made = renderer(email=mail("{{ link(event.properties.url) }}"))
    made = JinjaRenderer(made._bundle | {"hosts": ["nordlys.example"]}, lambda: KEYS, "https://links.example/")
    for url in ("https://nordlys.example/x", "https://shop.nordlys.example:8443/?a=1#b", "http://links.example"):
        assert made.render(dossier(event={"properties": {"url": url}}), NOW).text.startswith("https://links.example/l/")
    for url in (
        "https://evil.example/",
        "https://nordlys.example.evil.example",
        "https://nordlys.example@evil.example",
    ):
        with pytest.raises(BrokenTemplate, match="link: "):
            made.render(dossier(event={"properties": {"url": url}}), NOW)
