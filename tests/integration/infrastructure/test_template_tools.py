"""What AWS's own and others' tools say of the template."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "template.yaml"
BUILT = ROOT / "build" / "sam" / "build"  # build.toml comes to lie beside it
LIMIT = 250 * 1024 * 1024
"""Unzipped, all layers of a function and its own code together."""
AARCH64 = 183
"""Lambda's arm64 in an ELF header: EM_AARCH64, two bytes at 18."""


def tool(environment: str, *command: str | Path) -> "subprocess.CompletedProcess[str]":
    """A program of one of the environments under .venv/."""
    program = Path(sys.prefix, environment, "bin", str(command[0]))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    settings = {**kept, "VENV": sys.prefix, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
    return subprocess.run([program, *command[1:]], cwd=ROOT, env=settings, capture_output=True, text=True)


def test_sam_validates_and_lints_the_template() -> None:
    ran = tool("sam", "sam", "validate", "--lint", "--template", TEMPLATE)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_cfn_lint_finds_nothing() -> None:
    ran = tool(".", "cfn-lint", TEMPLATE)
    assert ran.returncode == 0, ran.stdout


def test_the_serverless_rules_find_nothing() -> None:
    known = [
        "ES6000",  # wants a dead-letter queue for dead-letter queues
        "ES7000",  # wants one for the alarms' e-mail, too
        "WS1004",  # looks for log groups by Lambda's default name; tests/house looks for ours
    ]
    ran = tool(
        "checkov", "cfn-lint", TEMPLATE, "--append-rules", "cfn_lint_serverless.rules", "--ignore-checks", *known
    )
    assert ran.returncode == 0, ran.stdout


def test_checkov_finds_nothing_that_is_not_justified_in_place() -> None:
    options = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    ran = tool("checkov", "checkov", "--file", TEMPLATE, *options)
    assert ran.returncode == 0, ran.stdout
    assert (counts := re.search(r"Passed checks: (\d+), Failed checks: 0", ran.stdout))
    assert int(counts[1]) > 50, "it looked at nothing"


@pytest.fixture(scope="module")
def built() -> Path:
    ran = tool("sam", "sam", "build", "--build-dir", BUILT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return BUILT


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def machine(library: Path) -> int:
    """What a shared library was compiled for; its name need not say so."""
    return int.from_bytes(library.read_bytes()[18:20], "little")


def test_sam_build_makes_layers_for_the_target(built: Path) -> None:
    compiled = {file.name: machine(file) for file in (built / "DependenciesLayer").rglob("*.so")}
    assert compiled
    assert set(compiled.values()) == {AARCH64}, compiled
    assert size(built / "DependenciesLayer") + size(built / "EngineLayer") + size(built / "CampaignsLayer") < LIMIT


def test_the_campaigns_layer_holds_the_compiled_bundle(built: Path) -> None:
    files = {
        file.relative_to(built / "CampaignsLayer").as_posix() for file in (built / "CampaignsLayer").rglob("*.json")
    }
    names = ("catalog", "contracts", "mapping", "openapi", "pages", "shopify", "templates")
    assert files == {f"campaigns/{name}.json" for name in names}


def test_bytecode_outlives_the_dates_that_a_zip_forgets(built: Path) -> None:
    bytecode = sorted((built / "EngineLayer").rglob("*.pyc"))
    if not bytecode:
        pytest.skip("no Python 3.13 here to compile the layers with")
    flags = int.from_bytes(bytecode[0].read_bytes()[4:8], "little")
    assert flags == 0b01, "checked by hash, and the hash not looked at: unchecked-hash"
