"""EventBridge rules on a schedule."""

import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from local.aws.template import ACCOUNT, REGION, Template
from local.clock import MINUTE, iso

UNITS: Final = {"minute": 1, "hour": 60, "day": 1440}


@dataclass(frozen=True)
class Schedule:
    """A function and every how many milliseconds it runs."""

    name: str
    function: str
    every: int

    def event(self, now: int) -> dict[str, Any]:
        """What EventBridge hands the function."""
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": iso(now - now % 1000),
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{self.name}"],
            "detail": {},
        }


def schedules_of(template: Template) -> list[Schedule]:
    """The rules with a rate. ValueError for a schedule that is not one."""
    found: list[Schedule] = []
    for name, properties in template.of_type("AWS::Events::Rule").items():
        if expression := properties.get("ScheduleExpression"):
            match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", template.resolve(expression))
            if not match:
                raise ValueError(f"{name}: {expression} is not played here, only rate(...)")
            for target in template.resolve(properties["Targets"]):
                function = target["Arn"].split(":function:")[1].split(":")[0]
                found.append(Schedule(name, function, int(match[1]) * UNITS[match[2]] * MINUTE))
    return found
