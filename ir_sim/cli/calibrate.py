"""The command that plays bots to find a case's baseline and pass mark."""

from __future__ import annotations

import argparse
import math
import multiprocessing
import multiprocessing.connection
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ir_sim.cli.words import Progress, command, table
from ir_sim.errors import IrSimError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ir_sim.training.bots import Played
    from ir_sim.training.calibrate import Calibration
    from ir_sim.training.kept_runs import KeptRuns

OK, NO = 0, 1


def add(commands: Any) -> None:
    """Register the command."""
    parser = command(
        commands,
        "calibrate",
        calibrate,
        "let bots of known skill play cases: baselines, pass marks, ranks",
        "ir-sim calibrate right-renal-selective --runs 5 --jobs 4\n"
        "ir-sim calibrate my-case.yaml --write\n"
        "ir-sim calibrate all --runs 20 --keep study.csv\n"
        "ir-sim calibrate all --runs 0 --keep study.csv\n"
        "ir-sim calibrate my-case.yaml --cluster tcp://scheduler:8786",
    )
    parser.add_argument(
        "cases",
        metavar="CASE",
        nargs="+",
        help="ids or files of cases; 'all' for every shipped one",
    )
    parser.add_argument(
        "--runs",
        type=_runs,
        default=3,
        metavar="N",
        help="runs of each bot (3); 0: tell what is kept",
    )
    parser.add_argument("--jobs", type=_count, metavar="J", help="processes (default: the cores)")
    parser.add_argument("--bots", metavar="NAMES", help="only these, with commas between")
    parser.add_argument(
        "--cluster", metavar="URL", help="a Dask scheduler, such as tcp://host:8786"
    )
    parser.add_argument(
        "--keep", metavar="FILE", help="write each run down at once; what is there is not replayed"
    )
    parser.add_argument("--write", action="store_true", help="put the baseline into CASE's file")


def calibrate(args: argparse.Namespace) -> int:
    """Play, then say what came of it."""
    from ir_sim.authoring.check import load_case
    from ir_sim.training.bots import STYLES
    from ir_sim.training.kept_runs import KeptRuns

    cases = _shipped() if args.cases == ["all"] else list(dict.fromkeys(args.cases))
    for case in cases:
        load_case(case)  # every case is looked at before the first is played
        if args.write and not Path(case).is_file():
            raise IrSimError(f"{case}: --write needs the file of the case, not its id")
    names = tuple(args.bots.split(",")) if args.bots else tuple(STYLES)
    for name in names:
        if name not in STYLES:
            raise IrSimError(f"no bot '{name}': one of {', '.join(STYLES)}")
    kept = KeptRuns(Path(args.keep)) if args.keep else None
    if args.runs == 0:
        found = _told(cases, args, names, kept)
    else:
        with workers(args.jobs, args.cluster) as executor:
            found = [_one(case, args, names, kept, executor) for case in cases]
    if len(found) > 1:
        print(summary(found))
    return OK if all(result.baseline for result in found) else NO


def _told(
    cases: Sequence[str], args: argparse.Namespace, names: tuple[str, ...], kept: KeptRuns | None
) -> list[Calibration]:
    """Say what came of runs that were kept, without playing any."""
    from ir_sim.authoring.check import load_case
    from ir_sim.training.kept_runs import played_on

    if kept is None:
        raise IrSimError("--runs 0 tells of kept runs: say with --keep FILE which")
    found = []
    for case in cases:
        scenario = load_case(case)
        known = kept.known(played_on(scenario))
        played = [known[key] for key in sorted(known) if key[0] in names]
        if played:
            found.append(_say(case, scenario.title, played, args))
    if not found:
        raise IrSimError(f"{kept.path}: no run of these cases, of this version and rubric")
    return found


def _one(
    case: str,
    args: argparse.Namespace,
    names: tuple[str, ...],
    kept: KeptRuns | None,
    executor: Executor,
) -> Calibration:
    """Play one case, and say what came of it."""
    from ir_sim.authoring.check import load_case
    from ir_sim.training.calibrate import run_all
    from ir_sim.training.kept_runs import played_on

    scenario = load_case(case)
    on = played_on(scenario)
    progress = Progress(f"calibrate {scenario.id}", len(names) * args.runs)

    def told(played: Played, done: int, of: int) -> None:
        progress.at(done, f"{done} of {of}: {played.bot} {played.total:.0f}")
        if kept is not None:
            kept.add(on, played)

    path = Path(case)
    where = str(path.resolve()) if path.is_file() else case
    known = kept.known(on) if kept is not None else {}
    played = run_all(where, executor, args.runs, names, told, known)
    progress.done()
    return _say(case, scenario.title, played, args)


def _say(case: str, title: str, played: Sequence[Played], args: argparse.Namespace) -> Calibration:
    """What runs of one case say, printed, and written where that is wished."""
    from ir_sim.training.calibrate import calibrate as judged

    result = judged(played)
    print(f"{title} ({result.case}): {len(played)} runs by bots, simulated")
    print(told_by(result), flush=True)
    if args.write and result.baseline:
        _write(Path(case), result)
    return result


def _shipped() -> list[str]:
    from ir_sim.scenario.library import shipped_scenarios

    return sorted(shipped_scenarios())


def told_by(result: Calibration) -> str:
    """A calibration in a few lines."""
    rows = [("bot", "runs", "score", "target", "passed")]
    for group in result.groups:
        score = f"{group.mean:.1f} ± {group.sd:.1f}"
        shares = f"{group.reached:.0%}", f"{group.passed:.0%}"
        rows.append((group.bot, str(group.runs), score, *shares))
    lines = [table(rows, indent="  ")]
    if not math.isnan(result.rank_correlation):
        lines.append(f"rank correlation of skill and score: {result.rank_correlation:.2f}")
        alone = result.fluoro_correlation
        lines.append(f"of skill and (short) fluoroscopy time alone: {alone:.2f}")
    if not math.isnan(result.pass_mark):
        lines.append(f"pass mark where skilled and unskilled bots cross: {result.pass_mark:.0f}")
    if result.baseline:
        figures = ", ".join(f"{name}: {value:g}" for name, value in result.baseline.items())
        lines.append(f"baseline: {{{figures}}}")
    else:
        lines.append("no baseline: no skilled bot reached the target")
    lines.append("Bots are not people: check the figures with runs of practised operators.")
    return "\n".join(lines)


def summary(found: Sequence[Calibration]) -> str:
    """Several calibrations, a line each: what the score ranks, and what fluoroscopy time alone."""
    rows: list[tuple[str, ...]] = [
        ("case", "runs", "expert passed", "skill, score", "skill, fluoro", "pass mark")
    ]
    for result in found:
        runs = sum(group.runs for group in result.groups)
        expert = next((g for g in result.groups if g.bot == "expert"), None)
        passed = f"{round(expert.passed * expert.runs)} of {expert.runs}" if expert else "-"
        figures = (result.rank_correlation, result.fluoro_correlation)
        mark = "-" if math.isnan(result.pass_mark) else f"{result.pass_mark:.0f}"
        rows.append((result.case, str(runs), passed, *(f"{x:.2f}" for x in figures), mark))
    return table(rows)


@contextmanager
def workers(jobs: int | None, cluster: str | None = None) -> Iterator[Executor]:
    """A pool of processes on this machine, or the executor of a cluster.

    Args:
        jobs: Processes; None for as many as there are cores.
        cluster: Address of a Dask scheduler.

    Raises:
        IrSimError: Dask is missing, or no scheduler answers.
    """
    if cluster is None:
        jobs = min(jobs or os.cpu_count() or 1, 61)
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=fresh, initializer=_end_with_parent) as pool:
            yield pool
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise IrSimError("--cluster needs Dask: pip install 'ir-sim[cluster]'") from error
    try:
        client = Client(cluster, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise IrSimError(f"{cluster}: no Dask scheduler answers there ({error})") from error
    with client:
        yield client.get_executor(retries=2, pure=False)


def _end_with_parent() -> None:
    """Let a worker whose parent was killed end too, rather than wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        multiprocessing.connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _write(path: Path, result: Calibration) -> None:
    from ir_sim.training.calibrate import write_baseline

    text = path.read_text(encoding="utf-8")
    try:
        after = write_baseline(text, result.baseline)
    except IrSimError as error:
        raise IrSimError(f"{path}: {error}") from error
    path.write_text(after, encoding="utf-8")
    print(f"wrote the baseline into {path}")


def _runs(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError(f"a number from 1 to 10,000 is needed, got {text}")
    return number
