"""Logs to test on: SQLite always, PostgreSQL where a server can be started here."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from ir_sim.records.store import open_log


def _binaries() -> Path | None:
    """The folder of PostgreSQL's server programs."""
    found = shutil.which("postgres")
    if found:
        folder = Path(found).resolve().parent
        if (folder / "initdb").exists():
            return folder
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    return None


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of our own on a free loopback port; skips where there is none."""
    folder = _binaries()
    if folder is None:
        pytest.skip("no PostgreSQL server programs here")
    pytest.importorskip("psycopg")
    from tests.records.server import Server

    base = Path(tempfile.mkdtemp(prefix="ir-pg-"))
    try:
        server = Server(folder, base)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(base, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    yield server
    server.stop()
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty log, on both kinds of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.sqlite'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def log(url, tmp_path):
    """An open, empty log."""
    os.environ.pop("IR_SIM_DB", None)
    with open_log(url, tmp_path / "home") as opened:
        yield opened
