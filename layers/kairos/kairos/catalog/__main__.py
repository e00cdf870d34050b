"""`python -m kairos.catalog CAMPAIGNS EVENTS OUT`: compiles campaigns, and all of events that functions load, for their layer."""

import sys
from pathlib import Path

from kairos.catalog.bundle import InvalidCampaigns, compile_directory
from kairos.catalog.events import write_events
from kairos.catalog.problems import InvalidEvents


def main(arguments: list[str]) -> int:
    """0: written; 1: a file is wrong; 2: called wrong."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m kairos.catalog CAMPAIGNS EVENTS OUT\n")
        return 2
    campaigns, events, out = map(Path, arguments)
    try:
        bundle = compile_directory(campaigns)
        write_events(events, out, bundle.catalog["policy"]["topics"])
    except (InvalidCampaigns, InvalidEvents) as invalid:
        sys.stderr.write(f"{invalid}\n")
        return 1
    sys.stderr.writelines(f"{warning}\n" for warning in bundle.warnings)
    bundle.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
