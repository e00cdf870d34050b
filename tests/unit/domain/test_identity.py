"""Whose an event is, and what stands for an address where nobody should read it."""

import hmac
from base64 import urlsafe_b64encode

import pytest

from kairos.domain.events import Ref
from kairos.domain.identity import customer_id, keyed, push_address

KEY = b"the key of this stack"
hashed = keyed(KEY)


def test_an_address_is_known_by_twelve_bytes_of_its_hmac():
    digest = hmac.new(KEY, b"sms\x1f+4520123456", "sha256").digest()
    assert hashed("sms", "+4520123456") == urlsafe_b64encode(digest[:12]).decode()


@pytest.mark.parametrize("written", ["ada@shop.example", "Ada@Shop.Example", " ada@shop.example ", "ADA@SHOP.EXAMPLE"])
def test_letter_case_and_blanks_around_it_make_no_other_address(written):
    assert hashed("email", written) == hashed("email", "ada@shop.example")


def test_other_keys_channels_and_addresses_are_other_hashes():
    given = [("email", "a@b.example"), ("email", "b@b.example"), ("sms", "a@b.example")]
    made = {hash(channel, value) for hash in (hashed, keyed(b"another"), keyed(b"")) for channel, value in given}
    assert len(made) == 9


@pytest.mark.parametrize(
    ("ref", "whose"),
    [
        (Ref(id="ada", anonymous_id="d1", email="ada@shop.example", phone="+4520123456"), "ada"),
        (Ref(anonymous_id="d1", email="ada@shop.example"), "anonymous:d1"),
        (Ref(email="ada@shop.example", phone="+4520123456"), f"address:{hashed('email', 'ada@shop.example')}"),
        (Ref(phone="+4520123456"), f"address:{hashed('sms', '+4520123456')}"),
        (Ref(), None),
    ],
)
def test_an_event_is_of_the_first_that_names_somebody(ref, whose):
    assert customer_id(ref, hashed) == whose


@pytest.mark.parametrize(
    ("token", "address"),
    [
        ({"token": "t", "platform": "fcm"}, "t"),
        ({"token": "t", "platform": "fcm", "arn": "arn:aws:sns:eu-west-1:1:endpoint/GCM/app/1"}, "arn:aws:sns:eu-west-1:1:endpoint/GCM/app/1"),
    ],
)  # fmt: skip
def test_a_push_token_is_known_by_what_its_provider_reports_by(token, address):
    assert push_address(token) == address
