"""Each function's policy against the calls it makes: nothing missing, nothing spare.

The calls are recorded while every door is exercised (recording.py), with each provider that a policy may name; what
Lambda itself does in a function's name is read from the template.
"""

from typing import Any, Final

import pytest

from tests.integration.infrastructure.grants import Grant, grants_of, wired
from tests.integration.infrastructure.recording import Run

FUNCTIONS: Final = (
    "IngestFunction", "CustomersFunction", "LinksFunction", "EvaluateFunction", "DeliverFunction", "SweepFunction",
    "FanOutFunction", "EraseFunction",
)  # fmt: skip
PROVIDERS: Final[dict[str, dict[str, str]]] = {
    "sns": {},
    "end_user_messaging": {
        "SmsOriginationArn": "arn:aws:sms-voice:eu-west-1:123456789012:phone-number/p-1",
        "PushApplicationId": "application",
        "WhatsAppPhoneNumberArn": "arn:aws:social-messaging:eu-west-1:123456789012:phone-number-id/n1",
    },
}
UNREACHED: Final[dict[tuple[str, str], str]] = {
    ("DeliverFunction", "ses:SendEmail"): "AWS documents it for the API that is called, and asks for ses:SendRawEmail",
}
"""Grants (function, action) that no situation of the recording uses, each with why it is needed all the same."""


class Found:
    """Of one run: what each function asked for, and what its role allows."""

    def __init__(self, run: Run) -> None:
        template = run.stack.template
        self.calls = {name: run.calls[name] | wired(template, name) for name in FUNCTIONS}
        self.grants = {name: grants_of(template, name) for name in FUNCTIONS}
        self.functions = set(template.of_type("AWS::Lambda::Function"))
        self.logical = {physical.rsplit("/", 1)[-1]: name for name, physical in _physical(template.resolve.known)}

    def used(self, function: str) -> set[Grant]:
        """The grants without which a call would fail, by the names of the template."""
        calls = self.calls[function]
        return {self.named(grant) for grant in self.grants[function] if any(grant.allows(call) for call in calls)}

    def given(self, function: str) -> set[Grant]:
        return {self.named(grant) for grant in self.grants[function]}

    def named(self, grant: Grant) -> Grant:
        """Of one deployment as of any other: without what is made up for each."""
        parts = (part.rsplit("/", 1)[-1] for part in (grant.resource, grant.resource.removesuffix("/index/due")))
        names = [self.logical[end] for part in parts for end in (part, part.rsplit(":", 1)[-1]) if end in self.logical]
        return grant._replace(resource=names[0]) if names else grant


def _physical(known: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, one.rsplit(":", 1)[-1]) for name, one in known.items() if isinstance(one, str) and f"-{name}-" in one
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    runs = []
    for provider, parameters in PROVIDERS.items():
        run = Run(tmp_path_factory.mktemp(provider) / "campaigns", provider, parameters)
        try:
            run.everything()
            runs.append(Found(run))
        finally:
            run.stack.stop()
    return runs


def test_every_function_is_looked_at(found: list[Found]) -> None:
    assert all(one.functions == set(FUNCTIONS) for one in found)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_all_that_it_does(found: list[Found], function: str) -> None:
    missing = [
        call
        for one in found
        for call in one.calls[function]
        if not any(grant.allows(call) for grant in one.grants[function])
    ]
    assert not missing


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_nothing_that_it_does_not_do(found: list[Found], function: str) -> None:
    used = set().union(*(one.used(function) for one in found))
    given = set().union(*(one.given(function) for one in found))
    spare = [grant for grant in given - used if (function, grant.action) not in UNREACHED]
    assert not sorted(spare)


def test_nothing_is_excepted_that_is_recorded_after_all(found: list[Found]) -> None:
    used = {(name, call.action) for one in found for name in FUNCTIONS for call in one.calls[name]}
    assert not used & UNREACHED.keys()
