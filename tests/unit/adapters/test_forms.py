"""Addresses in their one form; and that the short way, for those who cannot wait for a library, comes to the same."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat as Form

from kairos.adapters import forms
from kairos.domain.sources import parts
from kairos.domain.sources.parts import BadEvent
from tests.unit.domain.shop import address_hash

NUMBERS = (
    ("+45 20 12 34 56", "", "+4520123456"), ("004520123456", "", "+4520123456"), ("20 12 34 56", "DK", "+4520123456"),
    ("+44 (0)20 7946 0958", "", "+442079460958"), ("+44 020 7946 0958", "", "+442079460958"),
    ("0170 1234567", "de", "+491701234567"), ("+39 06 698 12345", "", "+390669812345"), ("+45 20123456", "XX", "+4520123456"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "country", "number"), NUMBERS)
def test_a_number_has_one_form_however_it_is_written(text, country, number):
    assert forms.phone(text, "phone", country) == number


NO_NUMBERS = (
    ("20 12 34 56", "", "phone: must be a phone number with its country, such as +45 20 12 34 56"),
    ("20 12 34 56", "UK", "phone: must be a phone number with its country, such as +45 20 12 34 56; 'UK' is no code of a country such as DK"),
    ("+45 201", "", "phone: must be a phone number as long as its country has them"),
    ("+999 12345678", "", "phone: must be a phone number with its country, such as +45 20 12 34 56"),
    ("+1 800 FLOWERS", "", "phone: must be a phone number of digits, without an extension"),
    ("+45 20123456 ext 3", "", "phone: must be a phone number of digits, without an extension"),
    ("ada@shop.example", "", "phone: must be a phone number"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "country", "said"), NO_NUMBERS)
def test_what_is_no_number_says_what_would_be(text, country, said):
    with pytest.raises(BadEvent) as refused:
        forms.phone(text, "phone", country)
    assert str(refused.value) == said


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_short_way_has_the_same_form_for_the_numbers_of_every_country(region):
    mobile = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    number = mobile or phonenumbers.example_number(region)
    assert number
    right = phonenumbers.format_number(number, Form.E164)
    for form in (Form.E164, Form.INTERNATIONAL):
        written = phonenumbers.format_number(number, form)
        assert parts.phone(written, "phone") == forms.phone(written, "phone") == right, written


ADDRESSES = (
    ("ada@shop.example", "ada@shop.example"), (" Ada@Shop.Example ", "Ada@shop.example"),
    ("ada+x@mail.shop.example", "ada+x@mail.shop.example"), ("a@bücher.example", "a@xn--bcher-kva.example"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_an_address_has_one_form(text, address):
    assert forms.email(text, "email") == address


@pytest.mark.parametrize(
    "text",
    ["ada", "a@b", "a..b@shop.example", "Ada <a@shop.example>", "ü@shop.example", "a@1.2.3.4", "a b@shop.example"],
)
def test_what_ses_does_not_take_is_no_address(text):
    with pytest.raises(BadEvent, match="email: must be an e-mail address: "):
        forms.email(text, "email")


@given(st.emails())
def test_whoever_is_found_by_the_library_s_form_is_found_by_the_short_one(text):
    try:
        right = forms.email(text, "email")
    except BadEvent:
        return
    assert address_hash("email", parts.email(text, "email")) == address_hash("email", right)
