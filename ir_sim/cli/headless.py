"""Runs without a window: the expert's demonstration, and the check of a recording."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from PIL import Image

from ir_sim.cli.words import Progress, table
from ir_sim.errors import IrSimError
from ir_sim.scenario.patients import Grade
from ir_sim.training.score import Score

OK, NO = 0, 1
#: A demonstration that takes longer than this is given up, s of simulated time.
LONGEST_S = 1800.0


def headless_demo(
    case: str, out: str, seed: int, patient: int = 0, difficulty: Grade = "standard"
) -> int:
    """The expert plays a case and leaves recording, pictures and score in a folder."""
    from ir_sim.authoring.check import load_case
    from ir_sim.cli.film import Film
    from ir_sim.training.autopilot import Autopilot
    from ir_sim.training.session import Session

    scenario = load_case(case, patient, difficulty)
    folder = _folder(out)
    session = Session(scenario, seed)
    expert = Autopilot(session)
    film = Film(session)
    baseline = scenario.scoring.baseline.procedure_time_s
    progress = Progress(scenario.id, baseline)
    state = session.state
    while not state.finished and state.time_s < LONGEST_S:
        state = session.step(expert.controls())
        film.see(state)
        progress.at(min(state.time_s, 0.99 * baseline), f"{state.time_s:.0f} s")
    progress.done()
    score = session.score()
    session.save(folder / "run.irrun")
    Image.fromarray(film.fluoroscopy()).save(folder / "picture.png")
    files = ["run.irrun", "picture.png", "score.json"]
    run = film.best_run()
    if run is not None:
        Image.fromarray(run).save(folder / "film.png")
        files.append("film.png")
    if film.save(folder / "run.webp"):
        files.append("run.webp")
    text = json.dumps(score.as_dict(), indent=2, ensure_ascii=False) + "\n"
    (folder / "score.json").write_text(text, encoding="utf-8")
    (folder / "debrief.html").write_text(session.debrief_page(trainee="expert"), encoding="utf-8")
    files.append("debrief.html")
    digest = hashlib.sha256((folder / "run.irrun").read_bytes()).hexdigest()
    print(f"{scenario.title}: the expert's run, simulated")
    print(summary(score))
    print(f"wrote {', '.join(files)} in {folder}")
    print(f"run.irrun has the SHA-256 {digest}")
    return OK


def check_recording(file: str, rubric: str | None, page: str | None = None) -> int:
    """Run a recording again, compare every state that it recorded, and rate it.

    Args:
        file: The recording.
        rubric: Rate by this one; the case's own if None.
        page: Write the debrief to this file, as one HTML page.
    """
    from ir_sim.simulation.recording import read
    from ir_sim.training.rubric import load_rubric
    from ir_sim.training.session import Session, differs

    recording = read(file)
    chosen = load_rubric(rubric) if rubric is not None else None
    session = Session.from_recording(recording, chosen)
    known = dict(recording.hashes)
    progress = Progress(Path(file).name, max(recording.ticks, 1))
    compared, wrong_at = 0, None
    for tick, controls in enumerate(recording.controls(), 1):
        state = session.step(controls)
        progress.at(tick)
        if state.tick in known:
            compared += 1
            if session.recording.hashes[-1] != (state.tick, known[state.tick]):
                wrong_at = state.time_s
                break
    progress.done()
    seconds = session.state.time_s
    print(
        f"{session.scenario.title} ({session.scenario.id}), seed {recording.header.get('seed', 0)}"
    )
    if wrong_at is not None:
        why = differs(recording) or "the file was changed, or this machine computes otherwise"
        print(f"differs from the recording at {wrong_at:.1f} s: {why}")
        return NO
    ended = "" if recording.finished else "; the run was cut off"
    print(f"bit-identical: {compared} states over {seconds:.0f} s compared{ended}")
    was = recording.result or {}
    if chosen is not None and "total" in was:
        print(f"recorded: {was['total']:.0f} of 100 by '{was.get('rubric', '')}'")
        print(f"rated again by '{chosen.id}':")
    print(summary(session.score()))
    if page is not None:
        try:
            Path(page).write_text(session.debrief_page(), encoding="utf-8")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise IrSimError(f"{page}: cannot be written: {reason}") from error
        print(f"wrote {page}")
    return OK


def summary(score: Score) -> str:
    """A score in a few lines."""
    verdict = "passed" if score.passed else "not passed"
    lines = [f"score {score.total:.0f} of 100, {verdict}"]
    if not score.gate.open:
        lines.append("  because: " + "; ".join(score.gate.reasons))
    rows = [
        (part.label, f"{part.points:.1f} of {part.out_of:.0f}", part.because)
        for part in score.parts
    ]
    lines.append(table(rows, indent="  "))
    lines += [f"  error at {error.time_s:.0f} s: {error.text}" for error in score.errors]
    return "\n".join(lines)


def _folder(out: str) -> Path:
    path = Path(out)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IrSimError(
            f"{out}: cannot be made: {(error.strerror or str(error)).lower()}"
        ) from error
    return path
