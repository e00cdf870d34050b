"""What became of a channel's messages, hour by hour, on the table of template.yaml."""

import pytest

from kairos.adapters.dynamodb.due import DynamoDue
from kairos.adapters.dynamodb.reputation import DynamoReputation
from kairos.domain.reputation import Hour, hour_of
from kairos.service.ports import ReputationRef, ReputationStore
from tests.integration.adapters.making import NOW

HOUR = hour_of(NOW)


@pytest.fixture
def reputation(table) -> ReputationStore:
    return DynamoReputation(table)


def due(table):
    return [found for _, found in DynamoDue(table).due(NOW + 9, 100)]


def test_a_batch_is_one_write_and_adds_up(reputation, requests):
    reputation.count("email", Hour(HOUR, sent=8, bounced=1), NOW)
    assert requests == {"UpdateItem": 1}
    reputation.count("email", Hour(HOUR, sent=2, complained=1), NOW)
    reputation.count("email", Hour(HOUR - 1, sent=5), NOW)
    reputation.count("sms", Hour(HOUR, sent=7), NOW)
    assert list(reputation.hours("email", HOUR - 1)) == [Hour(HOUR - 1, 5), Hour(HOUR, 10, 1, 1)]
    assert list(reputation.hours("email", HOUR)) == [Hour(HOUR, 10, 1, 1)]


def test_an_hour_in_which_all_went_well_is_looked_at_by_nobody(reputation, table):
    reputation.count("email", Hour(HOUR, sent=8), NOW)
    assert due(table) == []


def test_an_hour_is_due_until_it_was_looked_at_and_again_when_more_comes(reputation, table):
    reputation.count("email", Hour(HOUR, bounced=1), NOW)
    (ref,) = due(table)
    assert ref == ReputationRef("email", f"{HOUR:08d}", NOW)
    reputation.count("email", Hour(HOUR, bounced=1), NOW + 5)
    reputation.looked(ref)  # more has come meanwhile
    (again,) = due(table)
    reputation.looked(again)
    assert due(table) == []
    assert list(reputation.hours("email", 0)) == [Hour(HOUR, bounced=2)]


def test_a_pause_is_due_however_often_it_is_looked_at_until_all_is_forgotten(reputation, table):
    reputation.count("email", Hour(HOUR, sent=9), NOW)
    reputation.pause("email", NOW)
    (ref,) = due(table)
    reputation.looked(ref)
    assert due(table) == [ref]
    assert list(reputation.hours("email", 0)) == [Hour(HOUR, 9)]
    reputation.forget("email")
    assert (due(table), list(reputation.hours("email", 0))) == ([], [])
