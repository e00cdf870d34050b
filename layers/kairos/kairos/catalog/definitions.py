"""What a directory of campaigns defines, and what is wrong with it."""

from dataclasses import dataclass, field

from kairos.catalog.problems import Problem
from kairos.catalog.source import Source
from kairos.catalog.templates import Folder
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy


@dataclass(slots=True)
class Definitions:
    """As far as it can be read, with every problem."""

    policy: Policy | None = None
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)  # by campaign; "" is the policy's
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that forbid compiling."""
        return [problem for problem in self.problems if problem.severity == "error"]
