import pytest

from kairos.catalog.layouts import read_layouts
from kairos.catalog.templates import compile_folder

MAIL = '---\nsubject: "Hi {{ customer.name }}"\npreheader: "Soon"\n---\n'
LAYOUT = """<mjml lang="{}">
<mj-body>
<mj-section><mj-column><mj-text>{{{{ brand.name }}}}</mj-text></mj-column></mj-section>
  <!-- content -->
<mj-section><mj-column><mj-text>{}{{{{ campaign.topic }}}}</mj-text></mj-column></mj-section>
</mj-body></mjml>
"""
BODY = "<mj-section>\n<mj-column><mj-text>Own {{ event.properties.x }}</mj-text></mj-column></mj-section>\n"


def campaigns(tmp_path, layouts, templates):
    """The problems and the templates of a directory with one campaign, `cart`."""
    folder = tmp_path / "cart"
    folder.mkdir()
    for parent, files in ((tmp_path, layouts), (folder, templates)):
        for name, text in files.items():
            (parent / name).write_text(text)
    layouts = read_layouts(tmp_path)
    found = compile_folder(folder, layouts)
    problems = [str(problem).removeprefix(f"{tmp_path}/") for problem in (*layouts.problems, *found.problems)]
    return problems, found


def test_a_mail_without_a_root_is_placed_into_the_layout(tmp_path):
    problems, found = campaigns(
        tmp_path, {"layout.email.mjml": LAYOUT.format("en", "About ")}, {"offer.email.mjml": MAIL + BODY}
    )
    assert problems == []
    made = found.templates["offer"]["email"][""]
    parts = ["<title>Hi {{ customer.name }}</title>", "Soon", "{{ brand.name }}", "Own {{ event.properties.x }}", "About {{ campaign.topic }}"]  # fmt: skip
    positions = [made["html"].index(part) for part in parts]
    assert positions == sorted(positions)
    assert "content -->" not in made["html"]
    assert made["text"].split("\n\n") == [
        "{{ brand.name }}",
        "Own {{ event.properties.x }}",
        "About {{ campaign.topic }}\n",
    ]


def test_lines_lead_back_to_the_template_or_to_the_layout(tmp_path):
    _, found = campaigns(tmp_path, {"layout.email.mjml": LAYOUT.format("en", "")}, {"offer.email.mjml": MAIL + BODY})
    for part in ("html", "text"):
        made = found.templates["offer"]["email"][""]
        origins = {line: tuple(origin) for line, *origin in made["lines"][part]}
        places = {"brand.name": (3, "layout.email.mjml"), "x }}": (6,), "topic": (5, "layout.email.mjml")}
        lines = list(enumerate(made[part].splitlines(), 1))
        for name, place in places.items():
            (number,) = [number for number, line in lines if f"{name}" in line and "{{" in line]
            assert origins[number] == place


@pytest.mark.parametrize(
    ("locale", "layouts", "lang"),
    [
        ("da-DK", ["da-DK", "da", ""], "da-DK"),
        ("da-DK", ["da", ""], "da"),
        ("da-DK", ["sv", ""], ""),
        ("da", ["da-DK", "da", ""], "da"),
        ("", ["da", ""], ""),
    ],
)
def test_the_layout_s_locale_falls_back_as_a_template_s_does(tmp_path, locale, layouts, lang):
    files = {f"layout{'.' if name else ''}{name}.email.mjml": LAYOUT.format(f"x{name}", "") for name in layouts}
    template = {f"offer{'.' if locale else ''}{locale}.email.mjml": MAIL + BODY, "offer.email.mjml": MAIL + BODY}
    problems, found = campaigns(tmp_path, files, template)
    assert problems == []
    assert f'lang="x{lang}"' in found.templates["offer"]["email"][locale]["html"]


def test_a_whole_document_stands_alone(tmp_path):
    whole = "<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>"
    layout = LAYOUT.format("en", "{{ event.properties.of_the_layout }}")
    problems, found = campaigns(tmp_path, {"layout.email.mjml": layout}, {"offer.email.mjml": MAIL + whole})
    assert problems == []
    assert "brand.name" not in found.templates["offer"]["email"][""]["html"]
    assert found.event_paths == ()


def test_what_the_layout_reads_of_the_event_is_kept_too(tmp_path):
    layout = LAYOUT.format("en", "{{ event.properties.of_the_layout }}")
    _, found = campaigns(tmp_path, {"layout.email.mjml": layout}, {"offer.email.mjml": MAIL + BODY})
    assert found.event_paths == ("browser", "properties.of_the_layout", "properties.x")


GOOD = LAYOUT.format("en", "")
WRONG = [
    ({}, BODY, "cart/offer.email.mjml:5:1: no <mjml> and no layout"),
    ({"layout.da.email.mjml": GOOD}, BODY, "layout.da.email.mjml:1:1: no layout without a locale"),
    ({"layout.email.html": GOOD}, BODY, "layout.email.html:1:1: not a layout's name"),
    ({"layout.email.mjml": GOOD.replace("content", "contents")}, BODY, "layout.email.mjml:1:1: no lines <!-- content -->"),
    ({"layout.email.mjml": GOOD.replace("</mj-body>", "<!-- content -->\n</mj-body>")}, BODY,
     "layout.email.mjml:6:1: 2 lines <!-- content -->"),
    ({"layout.email.mjml": GOOD.replace("brand", "brnd")}, BODY, "layout.email.mjml:3:1: 'brnd' is not in scope"),
    ({"layout.email.mjml": GOOD.replace("mj-text", "mj-txt")}, BODY, "layout.email.mjml:3:1: unknown MJML element 'mj-txt'"),
    ({"layout.email.mjml": GOOD.replace("</mjml>", "")}, BODY, "layout.email.mjml:1:1: not well-formed MJML"),
    ({"layout.email.mjml": GOOD}, BODY.replace("mj-text", "mj-txt"), "cart/offer.email.mjml:6:1: unknown MJML element"),
    ({"layout.email.mjml": GOOD}, BODY.replace("</mj-text>", ""), "cart/offer.email.mjml:5:1: not well-formed MJML"),
    ({"layout.email.mjml": GOOD}, BODY.replace("event", "evnt"), "cart/offer.email.mjml:6:1: 'evnt' is not in scope"),
]  # fmt: skip


@pytest.mark.parametrize(("layouts", "body", "problem"), WRONG)
def test_what_is_wrong_is_said_once_and_with_its_place(tmp_path, layouts, body, problem):
    problems, _ = campaigns(tmp_path, layouts, {"offer.email.mjml": MAIL + body})
    assert len(problems) == 1, problems
    assert problems[0].startswith(problem)
