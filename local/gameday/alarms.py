"""The template's alarms, as far as the embedded AWS measures what they watch: queues, our own metrics, the minute."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from local.aws.sources import queue_named
from local.stack import Stack

DEPTH: Final = "ApproximateNumberOfMessagesVisible"
AGE: Final = "ApproximateAgeOfOldestMessage"


class Alarms:
    """Listens from now on; `ringing` names the alarms that would be on. At once: what lies in queues, and the minute."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._metrics: dict[tuple[str, str], list[float]] = defaultdict(list)
        stack.lambdas.logs.metrics = self._hear

    def ringing(self) -> list[str]:
        alarms = self._stack.template.of_type("AWS::CloudWatch::Alarm")
        return sorted(name for name, each in alarms.items() if "MetricName" in each and self._rings(each))

    def _hear(self, told: Mapping[str, Any]) -> None:
        for directive in told["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                value = told[metric["Name"]]
                values = value if isinstance(value, list) else [value]
                self._metrics[str(told.get("service", "")), metric["Name"]] += map(float, values)

    def _rings(self, alarm: Mapping[str, Any]) -> bool:
        given = self._stack.template.resolve({name: alarm.get(name) for name in _ASKED})
        value = self._value(given, {each["Name"]: each["Value"] for each in given["Dimensions"] or []})
        if value is None:
            return bool(given["TreatMissingData"] == "breaching")
        threshold = float(given["Threshold"])
        return value < threshold if given["ComparisonOperator"].startswith("Less") else value > threshold

    def _value(self, alarm: Mapping[str, Any], dimensions: Mapping[str, str]) -> float | None:
        match alarm["Namespace"], alarm["MetricName"]:
            case "AWS/SQS", what:
                sent = [float(m.sent_timestamp or 0) for m in queue_named(dimensions["QueueName"])._messages]
                age = max((self._stack.clock() - moment for moment in sent), default=0.0) / 1000
                return float(len(sent)) if what == DEPTH else age
            case "AWS/Lambda", "Invocations":
                ticking = {schedule.function for schedule in self._stack.player.schedules}
                return 5.0 if dimensions["FunctionName"] in ticking else 0.0
            case "Kairos", name:
                values = self._metrics.get((dimensions["service"], name), [])
                return (sum(values) if alarm["Statistic"] == "Sum" else max(values)) if values else 0.0
        return 0.0  # nobody measures it here


_ASKED: Final = (
    "Namespace", "MetricName", "Dimensions", "Statistic", "Threshold", "ComparisonOperator", "TreatMissingData",
)  # fmt: skip
