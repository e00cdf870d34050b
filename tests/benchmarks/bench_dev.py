"""How soon `kairos dev` is ready, beside the import of the libraries that it stands on."""

import subprocess
import sys
import time
from collections.abc import Callable

from tests.end_to_end.dev_client import Dev

RUNS = 5
LIBRARIES = "import boto3, moto.server, pydantic, jinja2, ruamel.yaml"


def ready() -> None:
    Dev("--clock", "virtual").stop()


def imported() -> None:
    subprocess.run([sys.executable, "-c", LIBRARIES], check=True)


def seconds(work: Callable[[], None]) -> float:
    """The quickest of some runs: what else the machine does only adds."""
    return min(_once(work) for _ in range(RUNS))


def _once(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    started, libraries = seconds(ready), seconds(imported)
    print(
        f"kairos dev is ready, and stopped again, in {started:.1f} s (promised: ready in 10), {started / libraries:.1f} × ",
        end="",
    )
    print(f"the import of its libraries ({libraries:.1f} s)")


if __name__ == "__main__":
    main()
