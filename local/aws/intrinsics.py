"""CloudFormation's functions, as far as templates of this kind use them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING = object()


@dataclass(frozen=True)
class Resolver:
    """Turns a template's expressions into values; `known` holds parameters, pseudo parameters and physical ids."""

    conditions: Mapping[str, Any]
    known: dict[str, Any]
    attributes: dict[tuple[str, str], Any] = field(default_factory=dict)

    def holds(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        return bool(self(self.conditions[name]))

    def __call__(self, value: Any) -> Any:
        """The value with every function in it evaluated; what is not known raises KeyError."""
        if isinstance(value, list):
            return [found for item in value if (found := self(item)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if function := FUNCTIONS.get(name):
                return function(self, argument)
        return {key: found for key, item in value.items() if (found := self(item)) is not NOTHING}


def _ref(resolve: Resolver, name: str) -> Any:
    return NOTHING if name == "AWS::NoValue" else resolve.known[name]


def _get_att(resolve: Resolver, path: str | list[str]) -> Any:
    name, attribute = path.split(".", 1) if isinstance(path, str) else (path[0], ".".join(path[1:]))
    return resolve.attributes[name, attribute]


def _sub(resolve: Resolver, argument: str | list[Any]) -> str:
    text, local = (argument, {}) if isinstance(argument, str) else argument

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in local:
            return str(resolve(local[name]))
        return str(_get_att(resolve, name) if "." in name else _ref(resolve, name))

    return re.sub(r"\$\{([^}]+)\}", value, text)


def _if(resolve: Resolver, argument: list[Any]) -> Any:
    return resolve(argument[1] if resolve.holds(argument[0]) else argument[2])


def _equals(resolve: Resolver, argument: list[Any]) -> bool:
    left, right = (str(resolve(side)) for side in argument)
    return left == right


FUNCTIONS: dict[str, Callable[[Resolver, Any], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Condition": lambda resolve, name: resolve.holds(name),
    "Fn::Not": lambda resolve, argument: not resolve(argument[0]),
    "Fn::And": lambda resolve, argument: all(resolve(item) for item in argument),
    "Fn::Or": lambda resolve, argument: any(resolve(item) for item in argument),
    "Fn::Join": lambda resolve, argument: argument[0].join(str(item) for item in resolve(argument[1])),
    "Fn::Select": lambda resolve, argument: resolve(argument[1])[int(argument[0])],
    "Fn::Split": lambda resolve, argument: resolve(argument[1]).split(argument[0]),
}
