"""`python -m kairos` is `kairos`: the command line, where it is installed."""

import sys
from importlib.metadata import entry_points


def main() -> int:
    """Runs the console script; 2 where there is only the engine."""
    for script in entry_points(group="console_scripts", name="kairos"):
        script.load()()
        return 0
    sys.stderr.write("kairos: the command line is not installed here\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
