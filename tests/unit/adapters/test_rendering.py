from dataclasses import replace

import pytest

from kairos.catalog.jinja_source import SCOPE
from kairos.domain.coupons import Issued, derive
from kairos.domain.tokens import Answer, Confirm, Link, Preferences, Unsubscribe, verify
from kairos.service.ports import BrokenTemplate
from tests.unit.adapters.rendered import KEYS, NOW, PUT, dossier, mail, renderer, text


@pytest.mark.parametrize(
    ("source", "attributes", "rendered"),
    [
        ("{{ customer.name }}", {"name": "Ada & <b>"}, "Ada & <b>"),
        ("{{ customer.name | default('friend') }}", {}, "friend"),
        ("{{ customer.name | default('friend') }}", {"name": None}, "friend"),
        ("{% if customer.name is defined %}x{% endif %}", {}, ""),
        ("{{ customer.name | default('friend') }}", {"name": "Win at https://evil.example"}, "friend"),
        ("{{ customer.first_name | default('friend') }}", {"first_name": "WWW.evil.example"}, "friend"),
        ("{{ customer.website }}", {"website": "https://nordlys.example"}, "https://nordlys.example"),
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


COUPON = {"id": "c1", "name": "comeback", "percent": 15, "valid": 3_600_000}


def test_a_coupon_is_what_was_issued_and_its_end_is_in_the_customer_s_time():
    issued = Issued("COME-BACK", NOW + 3_600_000)
    source = "{{ coupon.name }} {{ coupon.code }} {{ coupon.percent }} {{ coupon.expires.hour }} {{ date(coupon.expires, 'HH:mm') }}"
    asked = replace(dossier(replace(PUT, coupon=COUPON), {"timezone": "Asia/Tokyo"}), coupon=issued)
    assert renderer(email=mail(source)).render(asked, NOW).text == "comeback COME-BACK 15 21 21:06"


def test_a_preview_shows_the_code_that_would_be_issued():
    made = renderer(email=mail("{{ coupon.code }}")).render(dossier(replace(PUT, coupon=COUPON)), NOW)
    assert made.text == derive(COUPON, KEYS)


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
