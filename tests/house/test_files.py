"""What no file of the repository may be or hold."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    """The repository's files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


FILES = tracked()
PYTHON = [file for file in FILES if file.suffix == ".py"]


def test_no_python_file_has_grown_beyond_300_lines() -> None:
    grown = {
        file.relative_to(ROOT).as_posix(): lines
        for file in PYTHON
        if (lines := len(file.read_text().splitlines())) > 300
    }
    assert not grown


@pytest.mark.parametrize(
    "lock",
    [*sorted(ROOT.glob("requirements*.lock")), ROOT / "layers/kairos/requirements.txt"],
    ids=lambda lock: lock.name,
)
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|--index|--extra-index|--find-links|file:", text)
    pinned = re.findall(r"^[\w.\[\]-]+==\S+", text, re.MULTILINE)
    assert pinned
    assert text.count("--hash=sha256:") >= len(pinned)


def test_every_lint_ignore_says_why() -> None:
    silent = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in PYTHON
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.search(r"#\s*(noqa|type:\s*ignore)", line)
        and not re.search(r"#\s*(noqa|type:\s*ignore)[^#]*\s{1,2}(#\s*\S|\S+ \S+ )", line)
    ]
    assert not silent


def test_nothing_is_left_to_do_in_a_comment() -> None:
    marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
    assert not [
        file.relative_to(ROOT).as_posix()
        for file in PYTHON
        if marks.search(file.read_text()) and file != Path(__file__)
    ]


def test_the_layer_keeps_botocore_s_data_of_every_service_that_is_called() -> None:
    kept = re.search(r"^AWS_SERVICES := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert kept
    called = {"xray"}  # by the tracer
    for file in (ROOT / "layers/kairos/kairos").rglob("*.py"):
        called |= set(re.findall(r"""client\(\s*["']([a-z0-9-]+)["']""", file.read_text()))
    assert called <= set(kept[1].split("|"))


def test_the_changelog_has_a_chapter_for_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert re.search(rf"^## ({re.escape(version[1])}|Unreleased)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
