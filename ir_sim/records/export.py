"""Writing runs to CSV, JSON Lines, xAPI, Parquet or Excel: streamed, whole files or none."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from ir_sim.errors import RecordError
from ir_sim.records.columns import COLUMNS, for_spreadsheet, line_of, row_of
from ir_sim.records.reading import LoggedRun, RunFilter
from ir_sim.records.store import ScoreLog
from ir_sim.records.xapi import DEFAULT_ACTOR_HOME, statements_of
from ir_sim.simulation.recording import from_bytes

FORMATS = ("csv", "jsonl", "xapi", "events", "parquet", "xlsx")
#: Formats that cannot go to a terminal or a pipe.
BINARY = ("parquet", "xlsx")
#: Rows of a Parquet row group.
GROUP = 5000
#: Rows that a sheet of Excel holds, heading included.
SHEET = 1_048_576


def export(
    log: ScoreLog,
    which: RunFilter,
    form: str,
    path: Path | None,
    *,
    actor_home: str = DEFAULT_ACTOR_HOME,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write runs.

    Args:
        log: From where.
        which: Which runs.
        form: One of ``FORMATS``.
        path: The file; None for the standard output.
        actor_home: The account system that xAPI actors belong to (an address).
        progress: Called with how many runs were read.

    Returns:
        How many runs.

    Raises:
        RecordError: The format needs a package that is missing, or the file cannot be written.
    """
    counted = _Counted(log.runs(which), progress)
    if form == "parquet":
        _parquet(counted, _needed(path, form))
    elif form == "xlsx":
        _xlsx(counted, _needed(path, form))
    else:
        with _text_file(path) as file:
            if form == "csv":
                _csv(counted, file)
            elif form == "jsonl":
                file.writelines(line_of(run) + "\n" for run in counted)
            elif form == "xapi":
                _json_array((s for run in counted for s in statements_of(run, actor_home)), file)
            elif form == "events":
                _events(log, counted, file)
            else:
                raise RecordError(f"'{form}' is not a format: use {', '.join(FORMATS)}")
    return counted.count


class _Counted:
    """Runs, counted as they go by."""

    def __init__(self, runs: Iterator[LoggedRun], progress: Callable[[int], None] | None) -> None:
        self._runs, self._progress = runs, progress
        self.count = 0

    def __iter__(self) -> Iterator[LoggedRun]:
        for run in self._runs:
            self.count += 1
            if self._progress is not None and self.count % 1000 == 0:
                self._progress(self.count)
            yield run


def _needed(path: Path | None, form: str) -> Path:
    if path is None:
        raise RecordError(f"{form} needs a file: -o FILE.{form}")
    return path


def _csv(runs: Iterable[LoggedRun], file: IO[str]) -> None:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    for run in runs:
        writer.writerow([_csv_value(value) for value in row_of(run)])


def _csv_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return for_spreadsheet(value)


def _json_array(items: Iterable[dict[str, Any]], file: IO[str]) -> None:
    file.write("[")
    for number, item in enumerate(items):
        file.write(",\n" if number else "\n")
        json.dump(item, file, ensure_ascii=False)
    file.write("\n]\n")


def _events(log: ScoreLog, runs: Iterable[LoggedRun], file: IO[str]) -> None:
    """The timeline of every run whose recording the log keeps, an event a line."""
    for run in runs:
        data = log.recording(run.document["irrun_sha256"])
        if data is None:
            continue
        run_id = run.document["run_id"]
        for event in from_bytes(data, f"recording of run {run_id}").events:
            line = {"run_id": run_id, "time_s": round(event["tick"] / 60.0, 3), **event}
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _parquet(runs: Iterable[LoggedRun], path: Path) -> None:
    try:
        import pyarrow as arrow  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise _missing("parquet") from error
    kinds = {
        "text": arrow.string(),
        "number": arrow.float64(),
        "whole": arrow.int64(),
        "truth": arrow.bool_(),
    }
    fields = [arrow.field(c.name, kinds[c.kind], metadata={"meaning": c.meaning}) for c in COLUMNS]
    table_schema = arrow.schema(fields, metadata={"simulated": "true", "source": "ir_sim"})
    with _whole(path) as part, parquet.ParquetWriter(part, table_schema) as writer:
        for group in _groups(runs, GROUP):
            columns = list(zip(*(row_of(run) for run in group), strict=True))
            arrays = [
                arrow.array(values, type=field.type)
                for values, field in zip(columns, fields, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=table_schema))


def _xlsx(runs: Iterable[LoggedRun], path: Path) -> None:
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _missing("xlsx") from error
    book = Workbook(write_only=True)
    sheet, left, sheets = None, 0, 0
    for row in itertools.chain([None], map(row_of, runs)):
        if sheet is None or left == 0:
            sheets += 1
            sheet = book.create_sheet(f"runs {sheets}" if sheets > 1 else "runs")
            sheet.freeze_panes = "B2"
            sheet.append([column.name for column in COLUMNS])
            left = SHEET - 1
        if row is not None:
            sheet.append([_cell(value) for value in row])
            left -= 1
    about = book.create_sheet("columns")
    for line in (("column", "meaning"), *((c.name, c.meaning) for c in COLUMNS)):
        about.append(line)
    with _whole(path) as part:
        book.save(part)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        # Excel takes no control characters, and 32,767 letters a cell.
        value = "".join(c for c in value if c.isprintable() or c == "\n")[:32_000]
    return for_spreadsheet(value)


def _groups(runs: Iterable[LoggedRun], size: int) -> Iterator[list[LoggedRun]]:
    source = iter(runs)
    while group := list(itertools.islice(source, size)):
        yield group


def _missing(form: str) -> RecordError:
    return RecordError(f"{form} needs the extra 'export': pip install 'ir-sim[export]'")


@contextmanager
def _whole(path: Path) -> Iterator[str]:
    """A file beside the wanted one, which takes its place once it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        yield str(part)
        part.replace(path)
    except OSError as error:
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _text_file(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    with _whole(path) as part, open(part, "w", encoding="utf-8", newline="") as file:
        yield file
