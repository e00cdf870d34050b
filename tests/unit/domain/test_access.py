"""A list of keys: what each scope opens, who is found, and what is refused in words."""

import json

import pytest

from kairos.domain.access import FIRST, MOST, Access, BadAccess, Scope, parse

SECRET = "kairos_a-secret-of-some-length"
SHOP = Access().create("shop", SECRET, Scope.INGEST, 5)


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        (Scope.BROWSER, {Scope.BROWSER}),
        (Scope.DECISIONS, {Scope.DECISIONS}),
        (Scope.INGEST, {Scope.INGEST, Scope.BROWSER, Scope.DECISIONS}),
        (Scope.ADMIN, {*Scope}),
    ],
)
def test_what_a_scope_opens(scope, opens):
    assert {needed for needed in Scope if scope.opens(needed)} == opens


def test_a_key_is_found_by_what_its_holder_has_and_kept_as_a_hash():
    found = parse(SHOP.text()).find(SECRET)
    assert found and (found.name, found.scope, found.created, found.trusted) == ("shop", Scope.INGEST, 5, True)
    assert SECRET not in SHOP.text()


@pytest.mark.parametrize("given", ["", "kairos_another", SECRET.upper(), SECRET + " ", "\ud800", SHOP.keys[0].hash])
def test_anything_else_finds_nobody(given):
    assert SHOP.find(given) is None


def test_the_first_key_opens_everything_until_it_is_revoked():
    born = parse('{"keys": [], "first": "generated-with-the-stack"}')
    found = born.find("generated-with-the-stack")
    assert found and (found.name, found.scope) == (FIRST, Scope.ADMIN)
    assert parse(born.revoke(FIRST).text()).all == ()


def test_two_keys_open_until_the_old_one_is_revoked():
    both = SHOP.create("shop-2", "kairos_the-next-one", Scope.INGEST, 6)
    assert both.find(SECRET) and both.find("kairos_the-next-one")
    left = both.revoke("shop")
    assert left.find("kairos_the-next-one") and not left.find(SECRET)


def test_a_browser_s_key_keeps_its_types_and_its_rate():
    web = Access().create("web", SECRET, Scope.BROWSER, 5, types=["page.viewed", "cart.updated"], rate=100)
    assert parse(web.text()) == web
    assert (sorted(web.keys[0].types), web.keys[0].trusted) == (["cart.updated", "page.viewed"], False)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda: SHOP.create("shop", SECRET, Scope.INGEST, 0), "there is a key shop already"),
        (lambda: SHOP.create("Shop!", SECRET, Scope.INGEST, 0), "small letters, digits and hyphens"),
        (lambda: SHOP.create(FIRST, SECRET, Scope.INGEST, 0), "is not first"),
        (lambda: SHOP.create("web", SECRET, Scope.BROWSER, 0), "names the types"),
        (lambda: SHOP.create("api", SECRET, Scope.INGEST, 0, types=["a"]), "and no other"),
        (lambda: SHOP.create("api", "short", Scope.INGEST, 0), "at least 12 characters"),
        (lambda: SHOP.create("api", SECRET, Scope.INGEST, 0, rate=-1), "a rate is 0"),
        (lambda: Access(SHOP.keys * MOST).create("api", SECRET, Scope.INGEST, 0), "200 keys already"),
        (lambda: SHOP.revoke("web"), "there is no key web"),
        (lambda: SHOP.revoke(FIRST), "there is no key first"),
        (lambda: parse("generated"), "does not hold a list of keys"),
        (lambda: parse("[]"), "does not hold a list of keys"),
        (lambda: parse('{"keys": [{"name": "a", "hash": "b", "scope": "root"}]}'), "does not hold a list of keys"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_without_the_key(step, said):
    with pytest.raises(BadAccess, match=said) as refused:
        step()
    assert SECRET not in str(refused.value)


def test_as_many_keys_as_there_may_be_fit_into_a_secret():
    many = Access()
    for number in range(MOST):
        many = many.create(
            f"{number:-<40}", f"{SECRET}{number}", Scope.BROWSER, 2**41, types=["order.placed"] * 3, rate=10**6
        )
    assert len(many.text()) < 65_536
    assert json.loads(many.text())["first"] == ""
