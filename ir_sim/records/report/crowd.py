"""The runs that somebody sees by name, and those that bands are made of, worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ir_sim.records.reading import RunFilter
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.gather import Gathered, gather
from ir_sim.records.report.model import Counted, Progress, counted_runs, progress_of
from ir_sim.records.roles import Viewer
from ir_sim.records.store import ScoreLog


@dataclass(frozen=True, eq=False)
class Crowd:
    """Runs with what was worked out of them."""

    data: Gathered
    counted: Counted
    found: list[Progress]


@dataclass(frozen=True, eq=False)
class View:
    """What somebody sees.

    Attributes:
        own: The runs shown by name.
        beside: The runs that bands are of; ``own`` unless the viewer is a resident.
        which: The filter of the runs shown by name, retracted ones left out.
    """

    own: Crowd
    beside: Crowd
    which: RunFilter


def view_of(
    log: ScoreLog,
    which: RunFilter,
    viewer: Viewer,
    mode: str,
    test: LearningCusum,
    progress: Callable[[float], None] = lambda _share: None,
) -> View:
    """Read and work out what somebody sees.

    Args:
        log: From where.
        which: Which runs.
        viewer: Who looks.
        mode: ``all``, ``assessment`` or ``practice``.
        test: LC-CUSUM.
        progress: Called with the share that is done.

    Raises:
        RecordError: The log cannot be read, or the viewer may not narrow it like this.
    """
    everyone = log.people()
    ours, others = viewer.own(which, everyone), viewer.beside(which, everyone)
    with log.reading() as connection:
        own = _crowd(connection, ours, mode, test, progress)
        beside = own if others is None else _crowd(connection, others, mode, test, progress)
    practice = {"all": None, "assessment": False, "practice": True}[mode]
    return View(own, beside, replace(ours, retracted=False, practice=practice))


def _crowd(
    connection: Connection,
    which: RunFilter,
    mode: str,
    test: LearningCusum,
    progress: Callable[[float], None],
) -> Crowd:
    data = gather(connection, which, mode, progress)
    counted = counted_runs(data)
    found = progress_of(data, counted, test)
    found.sort(key=lambda p: (data.people[p.person_no].shown, p.series))
    return Crowd(data, counted, found)
