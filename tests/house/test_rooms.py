"""Who may know whom."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "layers" / "kairos" / "kairos"
STDLIB = sys.stdlib_module_names

ALLOWED = {
    "domain": {"kairos.domain"},
    "domain/language": {"kairos.domain", "pydantic", "pydantic_core"},
    # MJML, CSS and plain text are worked off when campaigns are compiled, on a laptop and never on Lambda
    "catalog": {
        "kairos.catalog",
        "kairos.domain",
        "pydantic",
        "pydantic_core",
        "ruamel",
        "yaml",
        "orjson",
        "jinja2",
        "aws_croniter",
        "babel",
        "css_inline",
        "inscriptis",
        "jsonschema_rs",
        "mrml",
    },
    "service": {"kairos.service", "kairos.domain", "kairos.catalog", "orjson"},
    "adapters": {
        "kairos.domain",
        "kairos.service.ports",
        "boto3",
        "botocore",
        "jinja2",
        "markupsafe",
        "phonenumbers",
        "babel",
        "email_validator",
        "jsonschema_rs",
        "orjson",
    },
    "functions": {"kairos.bootstrap", "aws_lambda_powertools"},
}


def room_of(file: Path) -> str | None:
    """The innermost room with a rule of its own."""
    if file.is_relative_to(ROOT / "functions"):
        return "functions"
    inner = file.relative_to(ENGINE).parent.as_posix()
    return next((room for room in sorted(ALLOWED, key=len, reverse=True) if f"{inner}/".startswith(f"{room}/")), None)


def imports_of(file: Path) -> Iterator[tuple[int, str]]:
    """Each module that a file imports, type-checking blocks included."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            if node.module == "kairos" or node.module == "kairos.service":
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module or ""


def sources() -> list[Path]:
    return sorted([*ENGINE.rglob("*.py"), *ROOT.glob("functions/*/*.py")])


def own_adapter(file: Path, module: str) -> bool:
    """Whether the module is of the same adapter package, or the connection that all adapters share."""
    inner = file.relative_to(ENGINE / "adapters")
    package = f"kairos.adapters.{inner.parts[0].removesuffix('.py')}"
    return module == package or module.startswith(f"{package}.")


def may(file: Path, room: str, module: str) -> bool:
    """Whether a file of that room may import the module."""
    if module.split(".")[0] in STDLIB:
        return True
    if room == "adapters" and module.startswith("mypy_boto3_"):
        return True  # types; ruff sees that nothing but annotations uses them
    if room == "adapters" and module.startswith("kairos.adapters"):
        return own_adapter(file, module) or module == "kairos.adapters.aws"
    return any(module == allowed or module.startswith(f"{allowed}.") for allowed in ALLOWED[room])


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_imports_only_what_its_room_may_know(file: Path) -> None:
    room = room_of(file)
    broken = [f"{line}: {module}" for line, module in imports_of(file) if room and not may(file, room, module)]
    assert not broken, f"{file.relative_to(ROOT)} may not import {broken}"


def test_nothing_that_is_deployed_knows_local() -> None:
    knows = [file for file in sources() for _, module in imports_of(file) if module.split(".")[0] == "local"]
    assert not knows


def test_the_domain_has_no_clock_no_chance_and_no_environment() -> None:
    told = {"time", "random", "secrets", "os", "uuid", "socket", "threading"}
    broken = [
        f"{file.relative_to(ROOT)}:{line} {module}"
        for file in sorted((ENGINE / "domain").rglob("*.py"))
        for line, module in imports_of(file)
        if module.split(".")[0] in told
    ]
    assert not broken


def test_only_bootstrap_knows_both_services_and_adapters() -> None:
    both = [
        file.relative_to(ENGINE).as_posix()
        for file in sorted(ENGINE.rglob("*.py"))
        for names in [{module for _, module in imports_of(file)}]
        if any(name.startswith("kairos.adapters") for name in names)
        and file.parts[-2] != "adapters"
        and not file.is_relative_to(ENGINE / "adapters")
    ]
    parts = {"outlets.py", "forgetting.py"}  # of the first: who sends, and who forgets
    assert set(both) <= {"bootstrap.py", *parts}
