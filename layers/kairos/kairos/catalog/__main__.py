"""`python -m kairos.catalog SRC OUT`: compiles a directory of campaigns for its layer."""

import sys
from pathlib import Path

from kairos.catalog.bundle import InvalidCampaigns, compile_directory


def main(arguments: list[str]) -> int:
    """0: written; 1: the campaigns are wrong; 2: called wrong."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m kairos.catalog SRC OUT\n")
        return 2
    try:
        bundle = compile_directory(arguments[0])
    except InvalidCampaigns as invalid:
        sys.stderr.write(f"{invalid}\n")
        return 1
    sys.stderr.writelines(f"{warning}\n" for warning in bundle.warnings)
    bundle.write(Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
