"""What a template may not do, and what it still may; whatever it does wrong, no value is told."""

import pytest

from kairos.adapters.rendering.environment import environment
from kairos.catalog import jinja_source
from kairos.service.ports import BrokenTemplate
from tests.unit.adapters.rendered import text


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
    made = environment(html=True).filters
    assert {name for name in made if not name.startswith("_")} == set(jinja_source.environment().filters)
