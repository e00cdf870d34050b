"""campaign.yaml."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from kairos.domain.language.conditions import Condition
from kairos.domain.language.references import Amount, Chance, EventPath, parts_of_text
from kairos.domain.language.scope import wrong
from kairos.domain.language.selectors import SameSelector
from kairos.domain.language.step_ids import StepIds
from kairos.domain.language.steps import Steps
from kairos.domain.language.triggers import Trigger
from kairos.domain.language.values import Duration, Model, Share, Topic

DAY = 86_400_000


def _key(text: Any, info: ValidationInfo) -> Any:
    if not isinstance(text, str) or not text:
        raise wrong(repr(text), 'a text such as "{{ event.properties.cart_id }}"')
    return parts_of_text(text, info)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Goal(SameSelector):
    """What the campaign is for, and how long after entering it counts."""

    within: Duration
    value: EventPath | None = None


class Campaign(Model):
    """One campaign, as marketing writes it."""

    description: str = ""
    status: Literal["draft", "live", "paused"] = "draft"
    topic: Topic | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    value: Amount = 0.0
    likelihood: Chance = 1.0
    trigger: Trigger
    audience: Condition | None = None
    key: Annotated[list[Any], BeforeValidator(_key, json_schema_input_type=str)] | None = None
    cooldown: Duration | None = None
    expires: Duration = DAY
    exit: Annotated[
        list[SameSelector], BeforeValidator(_listed, json_schema_input_type=SameSelector | list[SameSelector])
    ] = Field(default_factory=list)
    goal: Goal | None = None
    holdout: Share = 0.0
    steps: Steps

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it, apart from what its templates read."""
        goal = self.goal
        return {
            "description": self.description,
            "status": self.status,
            "topic": self.topic,
            "priority": self.priority,
            "value": self.value,
            "likelihood": self.likelihood,
            "trigger": self.trigger.bundle(),
            "audience": self.audience.bundle() if self.audience else None,
            "key": self.key,
            "cooldown": self.cooldown,
            "expires": self.expires,
            "exit": [selector.selector() for selector in self.exit],
            "goal": {"on": goal.selector(), "within": goal.within, "value": goal.value} if goal else None,
            "holdout": self.holdout,
            "steps": StepIds(self.steps).chain(self.steps),
        }
