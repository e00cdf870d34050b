"""template.yaml as it is deployed: the same for every engine."""

from functools import cache
from pathlib import Path

from local.aws.template import Template


@cache
def template() -> Template:
    """Read once: that takes as long as several runs."""
    return Template(Path("template.yaml"), {})
