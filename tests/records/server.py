"""A PostgreSQL server for the tests: its own folder, a free loopback port, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PASSWORD = "s3cret-word"


class Server:
    """A running server.

    Args:
        binaries: Folder of ``initdb`` and ``postgres``.
        base: An empty folder.

    Raises:
        OSError, subprocess.SubprocessError: It does not start.
    """

    def __init__(self, binaries: Path, base: Path) -> None:
        self.binaries, self.base = binaries, base
        self.data = base / "data"
        self._user: int | None = None
        if os.geteuid() == 0:  # the server refuses to run as root
            self._user = pwd.getpwnam("nobody").pw_uid
            base.chmod(0o755)
            shutil.chown(base, self._user)
        word = base / "word"
        word.write_text(PASSWORD)
        if self._user is not None:
            shutil.chown(word, self._user)
        self._run(
            "initdb", "-D", self.data, "-U", "ir", "-A", "scram-sha-256", f"--pwfile={word}",
            "--no-sync", "-E", "UTF8", "--locale=C",
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._databases = 0
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.base / "log").open("ab") as out:
            self.process = subprocess.Popen(
                [
                    self.binaries / "postgres", "-D", self.data, "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-k", self.base,
                    "-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "fsync=off",
                ],
                stdout=out, stderr=out, user=self._user, cwd=self.base, process_group=0,
            )  # fmt: skip
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise OSError("the server stopped at once")
            if self._answers():
                return
            time.sleep(0.1)
        raise OSError("the server does not answer")

    def kill(self) -> None:
        """Kill -9 the server and all of its own children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        time.sleep(0.3)

    def stop(self) -> None:
        """Stop at once: what it holds is thrown away."""
        if self.process.poll() is None:
            self.kill()

    def url(self, database: str, password: str = PASSWORD) -> str:
        """The address of a database."""
        return f"postgresql+psycopg://ir:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """An empty database's address."""
        import psycopg

        self._databases += 1
        name = f"log{self._databases}"
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    @property
    def _admin(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=ir password={PASSWORD} dbname=postgres"

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._admin, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: object) -> None:
        subprocess.run(
            [self.binaries / program, *map(str, words)],
            check=True, capture_output=True, timeout=60, user=self._user, cwd=self.base,
        )  # fmt: skip
