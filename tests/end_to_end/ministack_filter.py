"""The built template, less what ministack cannot take. The whole list is here; there is no second template."""

import json
from pathlib import Path
from typing import Any, Final

from samtranslator.yaml_helper import yaml_parse

NO_RESOURCES: Final = {"AWS::SMSVOICE::ConfigurationSet"}
"""Types that it does not know; a reference to one becomes an empty string."""

NO_PROPERTIES: Final = {
    "Architectures",  # its functions run in the host's own interpreter,
    "CompatibleArchitectures",  # and so do the layers
    "DeploymentPreference",  # there is no CodeDeploy
    "ScalingConfig",  # a number that comes from a parameter stays a text, and its poller stumbles over it
}

OPT: Final = "/opt/campaigns"
"""It runs functions as plain processes, without an /opt: there the layer is read from where it was built."""


def filtered(template: Path, campaigns: Path) -> str:
    """The template as JSON, to be deployed from the same folder."""
    document = yaml_parse(template.read_text())
    resources = document["Resources"]
    gone = {name for name, each in resources.items() if each["Type"] in NO_RESOURCES or _is_math(each)}
    document["Resources"] = {name: each for name, each in resources.items() if name not in gone}
    return json.dumps(_without(document, gone, str(campaigns)))


def _is_math(resource: Any) -> bool:
    """Alarms on an expression over several metrics: it knows only those on one."""
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]


def _without(value: Any, gone: set[str], campaigns: str) -> Any:
    if isinstance(value, list):
        return [_without(each, gone, campaigns) for each in value]
    if isinstance(value, dict):
        if value.get("Ref") in gone:
            return ""
        return {key: _without(each, gone, campaigns) for key, each in value.items() if key not in NO_PROPERTIES}
    return campaigns if value == OPT else value
