"""What bandit and semgrep say of the code, and that each of our own rules can say something."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
RULES = ROOT / ".ci" / "semgrep.yaml"
SCAN = Path(sys.prefix, "scan", "bin")
CODE = ["layers/kairos/kairos", "functions", "local"]

needs_semgrep = pytest.mark.skipif(not (SCAN / "semgrep").exists(), reason="semgrep has no build for this machine")
needs_bandit = pytest.mark.skipif(not (SCAN / "bandit").exists(), reason="comes with semgrep, which is not here")

BROKEN = {
    "aws-only-in-adapters": ("kairos/service/a.py", "import boto3\n"),
    "no-clock-chance-or-environment-in-domain": (
        "kairos/domain/a.py", "from datetime import datetime\n\nnow = datetime.now()\n"
    ),
    "no-event-in-a-log": (
        "kairos/service/b.py", "import logging\n\nlog = logging.getLogger()\n\n\ndef f(event):\n    log.info('%s', event)\n"
    ),
    "no-built-dynamodb-expression": (
        "kairos/adapters/a.py", "def f(client, name):\n    client.update_item(UpdateExpression=f'SET {name} = :v')\n"
    ),
    "templates-only-in-the-sandbox": (
        "kairos/adapters/b.py", "from jinja2 import Environment\n\nmade = Environment(autoescape=True)\n"
    ),
    "no-code-from-data": ("kairos/domain/b.py", "def f(body):\n    return eval(body)\n"),
    "secrets-compared-in-constant-time": (
        "kairos/domain/c.py", "import hmac\n\n\ndef f(key, body, mac):\n    return mac == hmac.digest(key, body, 'sha256')\n"
    ),
    "no-parsing-of-json-from-outside-but-by-strict-json": (
        "kairos/service/c.py", "import json\n\n\ndef f(body):\n    return json.loads(body)\n"
    ),
}  # fmt: skip


LOG, UPDATE, KEY = (
    "import logging\n\nlog = logging.getLogger()\n\n\n",
    "def f(client, name):\n    ",
    "import hmac\n\n\n",
)
OTHERWISE = {
    "no-event-in-a-log": [
        LOG + "def f(event):\n    log.info('heard', extra={'event': event})\n",
        LOG + "def f(event):\n    log.warning('heard', event=event)\n",
        LOG + "def f(event):\n    log.error(f'{event}')\n",
        LOG + "def f(customer):\n    log.info('%s', customer.profile)\n",
    ],
    "no-built-dynamodb-expression": [
        UPDATE + "client.update_item(UpdateExpression='SET {} = :v'.format(name))\n",
        UPDATE + "client.query(KeyConditionExpression='%s = :v' % name)\n",
        UPDATE + "client.put(**{'ConditionExpression': f'{name} = :v'})\n",
    ],
    "secrets-compared-in-constant-time": [
        KEY + "def f(key, body, mac):\n    return hmac.new(key, body, 'sha256').hexdigest() == mac\n",
        KEY + "def f(key, body, mac):\n    if mac != hmac.digest(key, body, 'sha256'):\n        raise ValueError\n",
    ],
}
"""The same error as somebody else would make it."""

OPTIONS = ["--metrics=off", "--disable-version-check", "--quiet", "--json", "--no-git-ignore"]


def semgrep(root: Path, home: Path, *targets: str) -> Any:
    """Its report; `home` is where it keeps its notes."""
    command: list[str | Path] = [SCAN / "semgrep", "scan", *OPTIONS, "--config", RULES, *targets]
    environment = {"PATH": f"{SCAN}:/usr/bin:/bin", "HOME": str(home)}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert ran.stdout, ran.stderr
    return json.loads(ran.stdout)


def found(report: Any) -> set[tuple[str, str]]:
    return {(each["check_id"].rsplit(".", 1)[-1], each["path"]) for each in report["results"]}


@needs_bandit
def test_bandit_finds_nothing_that_is_not_justified() -> None:
    ran = subprocess.run(
        [SCAN / "bandit", "-q", "-c", "pyproject.toml", "-r", *CODE], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout


@needs_semgrep
def test_our_own_rules_find_nothing(tmp_path: Path) -> None:
    report = semgrep(ROOT, tmp_path, *CODE)
    assert not report["errors"]
    assert len(report["paths"]["scanned"]) > 150, "it looked at nothing"
    assert not found(report)


@needs_semgrep
def test_each_rule_finds_what_it_is_for(tmp_path: Path) -> None:
    for where, text in BROKEN.values():
        file = tmp_path / "layers" / "kairos" / where
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert found(semgrep(tmp_path, tmp_path, ".")) == {
        (rule, f"layers/kairos/{where}") for rule, (where, _) in BROKEN.items()
    }


@needs_semgrep
def test_a_rule_knows_its_error_in_other_words(tmp_path: Path) -> None:
    expected = set()
    for rule, texts in OTHERWISE.items():
        for number, text in enumerate(texts):
            file = tmp_path / "layers" / "kairos" / "kairos" / "service" / f"{rule}_{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            expected.add((rule, file.relative_to(tmp_path).as_posix()))
    assert found(semgrep(tmp_path, tmp_path, ".")) == expected


def test_every_rule_is_broken_once_on_purpose() -> None:
    assert {rule["id"] for rule in YAML(typ="safe").load(RULES)["rules"]} == set(BROKEN)
