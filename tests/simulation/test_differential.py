"""Random requests to the table in memory and to others: same answers, same content, but for what is listed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.aws.transactions import DynamoDb
from tests.simulation.differences import DYNALITE, MOTO, Difference, listed
from tests.simulation.peers import Answer, agree, ask, content
from tests.simulation.requests import Call, Requests

Make = Callable[..., DynamoDb]

SEEDS = 84
REQUESTS = 60
IN_PARTS = ("batch_write_item", "update_item", "transact_write_items")
"""What moto may have carried out half before it refuses."""


def compare(make: Make, peer: Any, differences: tuple[Difference, ...], seed: int, **which: bool) -> Counter[str]:
    """One stream of requests; how often which listed difference was met. AssertionError for any other."""
    ours, met = make(), Counter[str]()
    agree(peer, {})
    requests = Requests(seed, **which)
    for number in range(REQUESTS):
        call = requests.next()
        said, answered = ask(ours, call), ask(peer, call)
        if said != answered:
            difference = listed(differences, call, said, answered)
            assert difference, f"seed {seed}, request {number}\n{call}\nours   {said}\ntheirs {answered}"
            met[difference.why] += 1
        refused = said != answered or (said.code == "ValidationException" and call[0] in IN_PARTS)
        if refused or number % 10 == 9:
            same_content(ours, peer, f"seed {seed}, request {number}\n{call}", may_differ=refused)
    return met


def same_content(ours: Any, peer: Any, where: str, *, may_differ: bool) -> None:
    """Where one refuses what the other takes, or takes a part before it refuses, the peer is made to follow."""
    wanted, there = content(ours), content(peer)
    if may_differ:
        agree(peer, wanted)
    else:
        differing = {key: (wanted.get(key), there.get(key)) for key in {*wanted, *there}}
        assert wanted == there, f"{where}\n{ {key: both for key, both in differing.items() if both[0] != both[1]} }"


def test_moto_answers_alike_but_for_what_is_listed(memory: Make, moto: Any) -> None:
    met: Counter[str] = Counter()
    for seed in range(SEEDS):
        met += compare(memory, moto, MOTO, seed, transactions=True, odd_numbers=False)
    print(*(f"{count:5} {why}" for why, count in met.most_common()), sep="\n")
    assert met.total() < SEEDS * REQUESTS / 8


def test_dynalite_answers_alike_but_for_what_is_listed(memory: Make, dynalite: Any) -> None:
    met: Counter[str] = Counter()
    for seed in range(1000, 1000 + SEEDS):
        met += compare(memory, dynalite, DYNALITE, seed, transactions=False, odd_numbers=True)
    print(*(f"{count:5} {why}" for why, count in met.most_common()), sep="\n")
    assert met.total() < SEEDS * REQUESTS / 20


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Answer("ok", {"Item": {"a": {"N": "1"}}}), Answer("ok", {"Item": {"a": {"N": "2"}}})),
        (Answer("ConditionalCheckFailedException", (None, [])), Answer("ok", {})),
        (Answer("ok", {}), Answer("ConditionalCheckFailedException", (None, []))),
        (Answer("ok", {}), Answer("ValidationException", (None, []))),
    ],
)
def test_no_list_excuses_another_answer(ours: Answer, theirs: Answer) -> None:
    call: Call = ("put_item", {"Item": {}})
    assert listed(MOTO, call, ours, theirs) is None
    assert listed(DYNALITE, call, ours, theirs) is None
