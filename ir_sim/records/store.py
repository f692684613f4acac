"""The score log: open it, add runs, read them back.

A run is added in one transaction with its recording: all of it is on the disk, or nothing. The
chain (``chain``) makes later changes visible, ``verify`` finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, func, select, update

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.adding import Adder
from ir_sim.records.chain import Writer
from ir_sim.records.engine import LOCK_WAIT_S, connect_engine, log_url, reading, shown, writing
from ir_sim.records.keys import Anchor, Signer, data_home, load_signer, read_anchor, remember
from ir_sim.records.migrate import ensure_schema, require_schema
from ir_sim.records.people import (
    Person,
    erase_person,
    let_sign_in,
    place_person,
)
from ir_sim.records.reading import LoggedRun, RunFilter, stream_runs
from ir_sim.records.record import RunRecord
from ir_sim.records.roles import Viewer, viewer_of
from ir_sim.records.sign_in import hashed
from ir_sim.records.verify import Finding, verify_log

EVERY_RUN = RunFilter()


class NoLogError(RecordError):
    """Nothing was logged yet: there is no score log to read."""


def open_log(
    url: str | None = None,
    home: Path | None = None,
    *,
    read_only: bool = False,
    lock_wait_s: float = LOCK_WAIT_S,
) -> ScoreLog:
    """Open (and at the first use create) a score log.

    Args:
        url: A file, ``sqlite:///FILE`` or ``postgresql+psycopg://…``; by default ``IR_SIM_DB``, or
            ``scores.sqlite`` in the data folder.
        home: The data folder: ``IR_SIM_HOME`` or the platform's by default.
        read_only: Write nothing, make nothing.
        lock_wait_s: How long to wait for another writer, s.

    Raises:
        RecordError: One clear line: the log cannot be reached, is damaged, locked, read-only, of a
            newer version, or something else altogether.
    """
    folder = data_home(home)
    address = log_url(url, folder)
    if address.drivername == "sqlite":
        _prepare_file(address, read_only)
    engine = connect_engine(address, read_only=read_only, lock_wait_s=lock_wait_s)
    try:
        if read_only:
            require_schema(engine, shown(address))
            return ScoreLog(engine, shown(address), folder, None)
        signer = load_signer(folder)
        ensure_schema(engine, shown(address), signer, _now)
    except BaseException:
        engine.dispose()
        raise
    return ScoreLog(engine, shown(address), folder, signer)


class ScoreLog:
    """An open score log; use ``open_log``. A context manager.

    Attributes:
        name: Its address, without any password.
        home: The data folder of this workstation.
    """

    def __init__(self, engine: Engine, name: str, home: Path, signer: Signer | None) -> None:
        self.engine = engine
        self.name = name
        self.home = home
        self._signer = signer

    def __enter__(self) -> ScoreLog:
        """The log itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def add(
        self, record: RunRecord, irrun: bytes | None = None, *, origin: str | None = None
    ) -> bool:
        """Log a run with its recording.

        Args:
            record: The run.
            irrun: The recording; its hash must be the record's, or the record has none.
            origin: Where a synced run was first logged (canonical JSON), see ``transfer``.

        Returns:
            False if the log already has this run.

        Raises:
            RecordError: The log cannot be written (nothing was), or it has another run of this id.
        """
        return self.add_many([(record, irrun, origin)]) == 1

    def add_many(self, runs: Sequence[tuple[RunRecord, bytes | None, str | None]]) -> int:
        """Log several runs in one transaction: all or none; returns how many were new."""
        with self._writer() as writer:
            adder = Adder(writer)
            return sum(adder.add(*run) for run in runs)

    def runs(
        self, which: RunFilter = EVERY_RUN, *, newest: int | None = None
    ) -> Iterator[LoggedRun]:
        """Runs in the order of the chain, streamed."""
        with self.reading() as connection:
            yield from stream_runs(connection, which, newest=newest)

    def count(self) -> int:
        """How many runs there are, retracted ones included."""
        with self.reading() as connection:
            query = select(func.count()).select_from(schema.run)
            return int(connection.execute(query).scalar_one())

    def run(self, start: str) -> LoggedRun:
        """One run, by its id or the first letters of it.

        Raises:
            RecordError: There is none, or several.
        """
        with self.reading() as connection:
            condition = schema.run.c.run_id.startswith(start, autoescape=True)
            found = list(stream_runs(connection, EVERY_RUN, newest=2, where=condition))
        if len(found) == 1 and start:
            return found[0]
        what = "several runs begin with" if found else "no run"
        raise RecordError(f"{self.name}: {what} '{start}' in this score log")

    def recording(self, sha256: str) -> bytes | None:
        """A recording by its hash, or None."""
        with self.reading() as connection:
            query = select(schema.recording.c.data).where(schema.recording.c.sha256 == sha256)
            data = connection.execute(query).scalar()
        return None if data is None else bytes(data)

    def people(self) -> list[Person]:
        """Everyone in the log, erased people included."""
        columns = [schema.person.c[n] for n in Person.__dataclass_fields__]
        with self.reading() as connection:
            rows = connection.execute(select(*columns).order_by(schema.person.c.no))
            return [Person(*row) for row in rows]

    def viewer(self, pseudonym: str) -> Viewer:
        """How somebody sees the log.

        Raises:
            RecordError: Nobody has this pseudonym.
        """
        return viewer_of(self.people(), pseudonym)

    def place(self, pseudonym: str, **where: str | None) -> Person:
        """Set a person's cohort, level or role (see ``people.place_person``)."""
        with self._writer() as writer:
            return place_person(writer, pseudonym, **where)

    def let_sign_in(self, pseudonym: str, password: str | None) -> Person:
        """Give a person a password; None takes it away.

        Raises:
            RecordError: It is too short, or the log cannot be written.
        """
        kept = None if password is None else hashed(password)
        with self._writer() as writer:
            return let_sign_in(writer, pseudonym, kept)

    def erase(self, pseudonym: str) -> Person:
        """Remove a person's identity from the log; the chain stays valid."""
        with self._writer() as writer:
            erased = erase_person(writer, pseudonym)
        if self.engine.dialect.name == "sqlite":
            # The old pages must not stay readable in the write-ahead file either.
            with self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def retract(self, run_id: str, reason: str) -> bool:
        """Note that a run is not to count; False if it was retracted before.

        Raises:
            RecordError: There is no such run, or no reason.
        """
        if not reason.strip():
            raise RecordError("a retraction needs a reason")
        with self._writer() as writer:
            query = select(schema.run.c.seq, schema.run.c.retracted_seq)
            row = writer.connection.execute(query.where(schema.run.c.run_id == run_id)).first()
            if row is None:
                raise RecordError(f"{self.name}: no run '{run_id}' in this score log")
            if row.retracted_seq is not None:
                return False
            seq = writer.append("retraction", {"run_id": run_id, "reason": reason.strip()})
            writer.connection.execute(
                update(schema.run).where(schema.run.c.seq == row.seq).values(retracted_seq=seq)
            )
            return True

    def verify(self, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
        """Everything that does not agree with the chain, the signatures or this workstation."""
        with self.reading() as connection:
            store_id = connection.execute(select(schema.store.c.store_id)).scalar()
            anchor = read_anchor(self.home, str(store_id))
            return verify_log(connection, anchor, progress)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the log."""
        with reading(self.engine, self.name) as connection:
            yield connection

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        if self._signer is None:
            raise RecordError(f"{self.name}: the score log was opened for reading only")
        with writing(self.engine, self.name) as connection:
            writer = Writer(connection, self._signer, _now)
            before = writer.head
            yield writer
            if writer.head == before:
                return
            writer.close()
            store_id = str(connection.execute(select(schema.store.c.store_id)).scalar_one())
        remember(self.home, store_id, Anchor(writer.head.seq, writer.head.hash))


def _prepare_file(address: URL, read_only: bool) -> None:
    path = Path(str(address.database))
    try:
        if read_only:
            if not path.exists():
                raise NoLogError(f"{path}: there is no score log here yet")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordError(f"{path}: the score log cannot be opened: {reason}") from error
    if path.is_dir():
        raise RecordError(f"{path}: this is a folder, not a score log")


def _now() -> datetime:
    return datetime.now(UTC)
