import pytest

from kairos.catalog.templates import compile_folder

MAIL = '---\nsubject: "Hi {{ customer.name }}"\n---\n'
PAGE = "<html><head></head><body>{}</body></html>"
MJML = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


def folder(tmp_path, **files):
    """A campaign folder; `__` in a name stands for a dot."""
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)
    return compile_folder(tmp_path)


def said(compiled):
    return [str(problem).rpartition("/")[2] for problem in compiled.problems]


def test_a_template_is_found_by_name_channel_and_locale(tmp_path):
    html = MAIL + PAGE.format("<p>x</p>")
    found = folder(
        tmp_path, offer__email__html=html, offer__da__email__html=html, **{"offer__da-DK__email__html": html},
        offer__sms__txt="Hi", offer__push__yaml='title: "T"\nbody: "B"', campaign__yaml="", README__md="",
    )  # fmt: skip
    assert said(found) == []
    assert {channel: set(locales) for channel, locales in found.templates["offer"].items()} == {
        "email": {"", "da", "da-DK"},
        "sms": {""},
        "push": {""},
    }


def test_mjml_becomes_html_and_text_with_jinja_as_it_was(tmp_path):
    body = MJML.format(
        "<mj-text>Hi {{ customer.name | default('<you>') }} &amp; co{% if event.properties.a > 1 %}, again{% endif %}</mj-text>"
        '<mj-button href="{{ link(event.properties.url, \'Go "on"\') }}">Go</mj-button>'
    )
    mail = folder(tmp_path, offer__email__mjml=MAIL + body).templates["offer"]["email"][""]
    assert "<mj-" not in mail["html"]
    assert (
        "Hi {{ customer.name | default('<you>') }} &amp; co{% if event.properties.a > 1 %}, again{% endif %}"
        in mail["html"]
    )
    assert 'href="{{ link(event.properties.url, \'Go "on"\') }}"' in mail["html"]
    assert mail["text"].split("\n\n") == [
        "Hi {{ customer.name | default('<you>') }} & co{% if event.properties.a > 1 %}, again{% endif %}",
        "Go: {{ link(event.properties.url, 'Go \"on\"') }}\n",
    ]


def test_no_mail_asks_a_third_party_for_fonts(tmp_path):
    mail = folder(tmp_path, offer__email__mjml=MAIL + MJML.format("<mj-text>Hi</mj-text>")).templates["offer"]["email"][
        ""
    ]
    assert "fonts.googleapis" not in mail["html"]


def test_css_is_inlined_and_media_queries_stay(tmp_path):
    page = "<html><head><style>p{color:red} @media print{p{color:black}}</style></head><body><p>x</p></body></html>"
    html = folder(tmp_path, offer__email__html=MAIL + page).templates["offer"]["email"][""]["html"]
    assert '<p\nstyle="color: red;">' in html.replace("<p style", "<p\nstyle")
    assert "@media print" in html


def test_rows_repeated_in_a_table_stay_in_the_table(tmp_path):
    rows = "<table>{% for item in event.properties['items'] %}<tr><td>{{ item.name }}</td></tr>{% endfor %}</table>"
    mail = folder(tmp_path, offer__email__html=MAIL + PAGE.format(rows)).templates["offer"]["email"][""]
    order = ["<table>", "<tbody>", "{% for", "<tr>", "{{ item.name }}", "</tr>", "{% endfor %}", "</tbody>", "</table>"]
    positions = [mail["html"].index(part) for part in order]
    assert positions == sorted(positions)


def test_a_text_part_beside_the_html_is_taken_as_it_is(tmp_path):
    found = folder(
        tmp_path, offer__email__html=MAIL + PAGE.format("<p>x</p>"), offer__email__txt="Own {{ brand.name }}"
    )
    assert found.templates["offer"]["email"][""]["text"] == "Own {{ brand.name }}"


def test_a_preheader_is_hidden_in_the_body_and_not_in_the_text(tmp_path):
    front = '---\nsubject: S\npreheader: "Only {{ coupon.percent }} %"\n---\n'
    mail = folder(tmp_path, offer__email__html=front + PAGE.format("<p>x</p>")).templates["offer"]["email"][""]
    assert '<body><div style="display:none' in mail["html"].replace("<div\n", "<div ")
    assert "Only {{ coupon.percent }} %" in mail["html"]
    assert "Only" not in mail["text"]


def test_push_is_read_field_by_field_and_no_value_turns_into_something_else(tmp_path):
    text = "title: NO\nbody: 21:00\nlink: \"{{ link('https://x.example', 'x') }}\"\ndata: {a: 2026-05-01}\n"
    found = folder(tmp_path, offer__push__yaml=text)
    assert said(found) == []
    push = found.templates["offer"]["push"][""]
    assert (push["title"], push["body"], push["data"]) == ("NO", "21:00", {"a": "2026-05-01"})


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("offer__email__html", PAGE.format("x"), "offer.email.html:1:1: subject: no subject, expected front matter"),
        ("offer__email__html", "---\nsubjet: S\n---\n" + PAGE.format("x"),
         "offer.email.html:2:1: subjet: unknown key, expected subject, preheader, from, reply_to (did you mean 'subject'?)"),
        ("offer__email__html", "---\nsubject: a\nsubject: b\n---\n" + PAGE.format("x"), "offer.email.html:3:1: subject: repeated key"),
        ("offer__email__html", "---\nsubject: {{ brand.name }}\n---\n" + PAGE.format("x"), "offer.email.html:2:"),
        ("offer__email__html", MAIL + "<p>\n{{ custmer.name }}</p>",
         "offer.email.html:5:1: 'custmer' is not in scope (did you mean 'customer'?)"),
        ("offer__email__html", MAIL + "<p>\n\n{% if x %}</p>", "offer.email.html:6:1: Unexpected end of template"),
        ("offer__email__html", MAIL + "{{ event.id | shout }}", "offer.email.html:4:1: No filter named 'shout'"),
        ("offer__email__html", MAIL + "\n{% include 'x' %}", "offer.email.html:5:1: include is not possible here"),
        ("offer__email__mjml", MAIL + MJML.format("<mj-text>"), "offer.email.mjml:4:1: not well-formed MJML"),
        ("offer__email__mjml", MAIL + "\n" + MJML.format("<mj-txt>x</mj-txt>"), "offer.email.mjml:5:1: unknown MJML element 'mj-txt'"),
        ("offer__email__mjml", MAIL + MJML.format("\n<mj-text id='{{ brand.name }}'>x</mj-text>"),
         "offer.email.mjml:5:1: MJML drops '{{ brand.name }}' here"),
        ("offer__email__txt", "x", "offer.email.txt:1:1: a text part alone"),
        ("offer__push__yaml", "title: T", "offer.push.yaml:1:1: body: no body"),
        ("offer__push__yaml", "title: T\nbody: B\nurl: x", "offer.push.yaml:3:1: url: unknown key"),
        ("offer__push__yaml", "title: T\nbody: [B]", "offer.push.yaml:2:7: body: not text"),
        ("offer__push__yaml", "- a", "offer.push.yaml:1:1: not a mapping"),
        ("offer__sms__txt", "one\n{{ now", "offer.sms.txt:2:1:"),
        ("offer__da__sms__txt", "x", "offer.da.sms.txt:1:1: offer has no sms without a locale"),
        ("offer__show__json", '{"title": }', "offer.show.json:1:1: not JSON: Expecting value"),
        ("offer__show__json", '{"a": ["{{ nobody }}"]}', "offer.show.json:1:1: a.0: 'nobody' is not in scope"),
        ("offer__show__html", "\n{{ nobody }}", "offer.show.html:2:1: 'nobody' is not in scope"),
        ("offer__show__txt", "x", "offer.show.txt:1:1: not a template's name"),
        ("Offer__email__html", "x", "Offer.email.html:1:1: not a template's name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path, name, text, problem):
    found = said(folder(tmp_path, **{name: text}))
    assert any(line.startswith(problem) for line in found), found


def test_mjml_and_html_of_one_template_are_one_too_many(tmp_path):
    found = folder(tmp_path, a__email__html=MAIL + PAGE.format("x"), a__email__mjml=MAIL + MJML.format(""))
    assert "a.email.html:1:1: both MJML and HTML, expected one of them" in said(found)


def test_lines_lead_back_to_the_file(tmp_path):
    body = PAGE.format("\n<p>{{ brand.name }}</p>\n\n<p>{{ customer.name }}</p>")
    mail = folder(tmp_path, offer__email__html=MAIL + body).templates["offer"]["email"][""]
    lines = dict(mail["lines"]["html"])
    for number, line in enumerate(mail["html"].splitlines(), 1):
        if "{{" in line:
            assert lines[number] == {"brand": 5, "customer": 7}["brand" if "brand" in line else "customer"]
