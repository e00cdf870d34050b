"""Templates into messages, with Jinja2."""

from kairos.adapters.rendering.renderer import JinjaRenderer as JinjaRenderer
