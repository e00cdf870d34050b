"""A value is treated by where it stands: what goes into a template, what it is compiled to, what a value then becomes."""

from pathlib import Path

import pytest

from kairos.adapters.rendering import addresses
from kairos.adapters.rendering.environment import environment, render
from kairos.catalog.templates import compile_folder
from kairos.service.ports import BrokenTemplate

HOSTS = ("nordlys.example",)
PAGE = environment(html=True)


def compiled(folder: Path, body: str, name: str = "x.show.html") -> tuple[str, list[str]]:
    """What the body is compiled to, or what is wrong with it."""
    (folder / name).write_text(body)
    found = compile_folder(folder)
    said = [str(problem).removeprefix(f"{folder}/") for problem in found.problems]
    return "" if said else found.templates["x"]["show"][""]["html"], said


def shown(source: str, value: str) -> str:
    """The HTML with the value in it, or why there is none."""
    try:
        return render(
            PAGE.from_string(source),
            {"customer": {"x": value}, "link": lambda url: url, addresses.HOSTS: HOSTS},
            "x",
            {},
        )
    except BrokenTemplate as broken:
        return str(broken).partition(": ")[2]


@pytest.mark.parametrize(
    ("body", "value", "becomes"),
    [
        ('<a href="{{ customer.x }}">', "https://nordlys.example/a?b=1&c", '<a href="https://nordlys.example/a?b=1&amp;c">'),
        ('<a href="{{ customer.x }}">', "mailto:hi@nordlys.example", '<a href="mailto:hi@nordlys.example">'),
        ('<a href="{{ customer.x }}">', "javascript:alert(1)", "link: not an http(s) address"),
        ('<a href="{{ customer.x }}">', "//evil.example", "link: not an http(s) address"),
        ('<a href="{{ customer.x }}">', "https://evil.example", "link: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)"),
        ('<a href="\n  {{ customer.x }}">', "javascript:alert(1)", "link: not an http(s) address"),
        ('<a href=" {{ customer.x }}">', "https://evil.example", "link: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)"),
        ('<a href="/{{ customer.x }}">', "toys/a b", '<a href="/toys/a%20b">'),
        ('<a href="/{{ customer.x }}">', "/evil.example", "link: not a path"),
        ('<a href="/\t{{ customer.x }}">', "/evil.example", "link: not a path"),
        ('<a href="/{{ customer.x }}">', "\\evil.example", '<a href="/%5Cevil.example">'),
        ('<a href="tel:{{ customer.x }}">', "+4520123456", '<a href="tel:+4520123456">'),
        ("<a href='{% if true %}{{ customer.x }}{% endif %}'>", "data:text/html,x", "link: not an http(s) address"),
        ('<img alt="" src="{{ customer.x }}">', "https://images.example/a.png", '<img alt="" src="https://images.example/a.png">'),
        ('<img alt="" src="{{ customer.x }}">', "javascript:alert(1)", "link: not an http(s) address"),
        ('<form action="{{ customer.x }}">', "https://evil.example", "link: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)"),
        ('<a href="https://nordlys.example/p/{{ customer.x }}">', "a b/../ü?x#y\"'", '<a href="https://nordlys.example/p/a%20b/../%C3%BC%3Fx%23y%22&#39;">'),
        ('<a href="https://nordlys.example/?q={{ customer.x }}">', "a&b=c#d", '<a href="https://nordlys.example/?q=a%26b%3Dc%23d">'),
        ('<a href="{{ link("https://nordlys.example") }}/{{ customer.x }}">', "a?b", '<a href="https://nordlys.example/a%3Fb">'),
        ('<a href="{{ link("https://nordlys.example") }}{{ customer.x }}">', "/a?b", '<a href="https://nordlys.example/a?b">'),
        ('<a href="{{ link("https://nordlys.example") }}{{ customer.x }}">', ".evil.example/", "link: not a path"),
        ('<a href="{{ link("https://nordlys.example") }}{{ customer.x }}">', "@evil.example/", "link: not a path"),
        ('<a href="{{ link("https://nordlys.example") }}{{ customer.x }}">', "//evil.example/", "link: not a path"),
        ('<p style="color: {{ customer.x }}">', "#ff00aa", '<p style="color: #ff00aa">'),
        ('<p style="color: {{ customer.x }}">', "red;background:url(//evil.example)", "style: not a plain value"),
        ('<p style="width: {{ customer.x }}">', "expression(alert(1))", "style: not a plain value"),
        ("<style>p { color: {{ customer.x }} }</style>", "red}</style><script>", "style: not a plain value"),
        ('<p title="{{ customer.x }}">{{ customer.x }}', '"><b>&', '<p title="&#34;&gt;&lt;b&gt;&amp;">&#34;&gt;&lt;b&gt;&amp;'),
        ("<!-- {{ customer.x }} -->", "--><script>", "<!-- --&gt;&lt;script&gt; -->"),
        ("<textarea>{{ customer.x }}</textarea>", "</textarea><b>", "<textarea>&lt;/textarea&gt;&lt;b&gt;</textarea>"),
    ],
)  # fmt: skip
def test_a_value_becomes_what_can_stand_there(tmp_path, body, value, becomes):
    source, said = compiled(tmp_path, body)
    assert said == []
    assert shown(source, value) == becomes


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>\n<script>let x = {{ customer.x }}</script>", "x.show.html:2:1: a value in a script (a data- attribute can hold it)"),
        ('<p\nonclick="{{ customer.x }}">', "x.show.html:2:1: a value in a script (a data- attribute can hold it)"),
        ('<iframe srcdoc="{{ customer.x }}">', "x.show.html:1:1: a value in a script (a data- attribute can hold it)"),
        ('<script src="{{ customer.x }}"></script>', "x.show.html:1:1: a value in a script (a data- attribute of another element can hold it)"),
        ("<p>\n<script>{{ customer.x }}", "x.show.html:2:1: a value in a script (a data- attribute can hold it)"),
        ('<a title=it\'s href="{{ customer.x }}">', "x.show.html:1:1: a value in a tag whose quotes do not close (each quote in pairs)"),
        ("<p title={{ customer.x }}>", 'x.show.html:1:1: title without quotes (title="…")'),
        ("<p {{ customer.x }}>", "x.show.html:1:1: a value among attributes (write the attribute, the value in quotes)"),
        ('<a href="https://{{ customer.x }}/">', "x.show.html:1:1: a value as the host of an address (the whole address, or a host that is written out)"),
        ('<a href="https://shop{{ customer.x }}">', "x.show.html:1:1: a value as the host of an address (the whole address, or a host that is written out)"),
        ('<a href="https:{{ customer.x }}">', "x.show.html:1:1: a value as the host of an address (the whole address, or a host that is written out)"),
        ('<a href="https:\n/{{ customer.x }}">', "x.show.html:1:1: a value as the host of an address (the whole address, or a host that is written out)"),
        ('<a href="\\{{ customer.x }}">', "x.show.html:1:1: a value as the host of an address (the whole address, or a host that is written out)"),
        ('<a href="javascript:{{ customer.x }}">', "x.show.html:1:1: a program as a link (an http(s) address)"),
        ("{{ customer.x | safe }}", "x.show.html:1:1: the filter safe (values are always escaped)"),
        ("{% autoescape false %}{{ customer.x }}{% endautoescape %}", "x.show.html:1:1: autoescape (values are always escaped)"),
        ("{% for x in customer.x recursive %}{% endfor %}", "x.show.html:1:1: a loop that calls itself (a loop for each level)"),
        ('<p>\n<img src="/a.png">', 'x.show.html:2:1: an image without alt (alt="what it shows", or alt="" if it only decorates)'),
    ],
)  # fmt: skip
def test_what_no_filter_makes_safe_is_refused_where_it_stands(tmp_path, body, said):
    assert compiled(tmp_path, body) == ("", [said])


def test_statements_may_stand_wherever_html_takes_them(tmp_path):
    body = '<p {% if customer.x %}class="a"{% endif %}>{% if customer.x %}<b>{% endif %}<script>1</script>'
    assert compiled(tmp_path, body) == (body, [])


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("nordlys://cart/{{ customer.x }}", "nordlys://cart/{{ (customer.x ) | _path }}"),
        ("{{ customer.x }}", "{{ (customer.x ) | _href }}"),
        ("{{ link(customer.x) }}", "{{ link(customer.x) }}"),
        ("https://nordlys.example/?x={{ customer.x }}", "https://nordlys.example/?x={{ (customer.x ) | _query }}"),
    ],
)
def test_the_link_of_a_push_is_an_address(tmp_path, link, becomes):
    (tmp_path / "x.push.yaml").write_text(f'title: "T"\nbody: "B"\nlink: "{link}"\n')
    assert compile_folder(tmp_path).templates["x"]["push"][""]["link"].replace("( ", "(") == becomes


def test_a_mail_s_addresses_are_filtered_in_both_of_its_parts(tmp_path):
    body = '<mjml><mj-body><mj-section><mj-column><mj-button href="{{ customer.x }}">Go</mj-button></mj-column></mj-section></mj-body></mjml>'
    (tmp_path / "x.email.mjml").write_text(f"---\nsubject: S\n---\n{body}")
    mail = compile_folder(tmp_path).templates["x"]["email"][""]
    assert "| _href }}" in mail["html"]
    assert "| _href }}" in mail["text"]
