"""What the hot function pays for at its cold start."""

import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "layers" / "kairos"
PARTS = (
    "kairos.bootstrap", "kairos.service.evaluate", "kairos.domain.link", "kairos.adapters.dynamodb.customers",
    "kairos.adapters.dynamodb.messages", "kairos.adapters.queues", "kairos.adapters.archive",
    "kairos.adapters.contracts", "kairos.compiled", "kairos.service.hearing",
)  # fmt: skip
DEAR = {
    "pydantic",
    "jinja2",
    "jsonschema_rs",
    "yaml",
    "ruamel",
    "babel",
    "aws_xray_sdk",
    "kairos.adapters.ses",
    "kairos.service.deliver",
}


def test_evaluate_imports_nothing_that_only_others_need():
    program = f"import sys, {', '.join(PARTS)}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ENGINE, capture_output=True, text=True, check=True)
    assert not DEAR & set(run.stdout.split())
