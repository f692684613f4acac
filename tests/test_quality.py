"""Style, types and the one-way arrows between rooms: part of the one command that checks all."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
CHECKS = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "mypy": [PYTHON, "-m", "mypy"],
    "lint-imports": [
        PYTHON,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ],
}


@pytest.mark.parametrize("name", CHECKS)
def test_quality(name):
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_readme_and_the_build_run_the_same_command():
    (line,) = [row for row in (ROOT / ".ci/run").read_text().splitlines() if "pytest" in row]
    assert line in (ROOT / "README.md").read_text().splitlines()
