"""Every route of the template is in the document of the API, and no other."""

from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from kairos.catalog.api.routes import ROUTES

ROOT = Path(__file__).parents[2]
RESOURCES: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]


def deployed() -> set[tuple[str, str]]:
    """Method and path of each route."""
    events = [
        event["Properties"]
        for each in RESOURCES.values()
        if each["Type"] == "AWS::Serverless::Function"
        for event in each["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    return {(event["Method"], event["Path"]) for event in events}


def test_every_route_is_documented_and_every_documented_one_deployed() -> None:
    documented = [(route.method, route.path) for route in ROUTES]
    assert set(documented) == deployed()
    assert len(documented) == len(set(documented)) == len({route.name for route in ROUTES})
