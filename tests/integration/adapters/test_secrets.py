"""How long a secret is believed."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from kairos.adapters.secrets import FRESH, STALE, Secret

NAME = "key"


class Clock:
    now = 1_000_000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def secret(aws, clock):
    aws.secrets.create_secret(Name=NAME, SecretString="old")
    return Secret(aws.secrets, NAME, clock)


def test_a_changed_secret_is_known_after_five_minutes_and_not_asked_for_before(aws, secret, clock):
    assert secret() == "old"
    aws.secrets.put_secret_value(SecretId=NAME, SecretString="new")
    clock.now += FRESH - 1
    assert secret() == "old"
    clock.now += 1
    assert secret() == "new"


def test_who_needs_it_fresher_has_it_asked_for_again_but_no_more_often_than_that(aws, secret, clock):
    assert secret() == "old"
    aws.secrets.put_secret_value(SecretId=NAME, SecretString="new")
    clock.now += 29_999
    assert secret(30_000) == "old"
    clock.now += 1
    assert secret(30_000) == "new"
    aws.secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    clock.now += 30_000
    with Stubber(aws.secrets) as stubber:
        stubber.add_client_error("get_secret_value")
        assert [secret(30_000), secret(30_000)] == ["new", "new"], "the second does not ask"


def test_while_secrets_manager_does_not_answer_what_was_known_is_good_for_an_hour(aws, secret, clock):
    assert secret() == "old"
    aws.secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    clock.now += STALE - 1
    assert secret() == "old"
    clock.now += 30_000
    with pytest.raises(ClientError):
        secret()


def test_a_secret_that_was_never_read_is_nothing_to_go_on_with(aws, clock):
    with pytest.raises(ClientError):
        Secret(aws.secrets, "missing", clock)()
