"""The project's template as CloudFormation sees it."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.aws.intrinsics import Resolver
from local.aws.names import ACCOUNT as ACCOUNT
from local.aws.names import REGION as REGION
from local.aws.names import STACK as STACK

CODE: Final = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
PSEUDO: Final = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/local",
}


logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of feature toggles only AWS has


class Template:
    """template.yaml, transformed; where the code of each function is on disk; and a resolver of its expressions."""

    def __init__(self, path: Path, parameters: Mapping[str, str]) -> None:
        source = yaml_parse(path.read_text())
        self.sources: dict[str, Path] = {}
        for name, resource in source["Resources"].items():
            if key := CODE.get(resource["Type"]):
                code = resource["Properties"].get(key, source.get("Globals", {}).get("Function", {}).get(key, "."))
                self.sources[name] = path.parent / code
                resource["Properties"][key] = "s3://local/code"
        given = {name: spec.get("Default", "") for name, spec in source.get("Parameters", {}).items()}
        given |= {name: value for name, value in parameters.items() if name in given}
        session = boto3.Session("local", "local", region_name=REGION)
        self.document: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(source, dict(given))
        lists = {name for name, spec in source.get("Parameters", {}).items() if "List" in spec["Type"]}
        self.parameters = given
        known = {name: value.split(",") if name in lists else value for name, value in given.items()}
        self.resolve = Resolver(self.document.get("Conditions", {}), {**PSEUDO, **known})

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Those whose condition holds, by logical id."""
        found: dict[str, dict[str, Any]] = self.document["Resources"]
        return {
            name: resource
            for name, resource in found.items()
            if "Condition" not in resource or self.resolve.holds(resource["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, unresolved, by logical id."""
        return {name: item.get("Properties", {}) for name, item in self.resources.items() if item["Type"] == kind}
