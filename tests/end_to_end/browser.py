"""A real Chromium, headless, where there is one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""It runs as root in a container, and asks nobody for anything but what the test shows it."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, until the block ends; skips by name where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no chromium on this machine")
    debug = os.environ.pop("DEBUG", None)  # playwright's driver would take it for its own
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=[*QUIET])
            yield browser
            browser.close()
    finally:
        if debug is not None:
            os.environ["DEBUG"] = debug
