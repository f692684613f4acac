"""The program's window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ir_sim.app.start_check import pygame_problem

if TYPE_CHECKING:
    from ir_sim.scenario.patients import Grade

OK, BAD = 0, 2


def run_app(
    case: str | None = None,
    trainee: str | None = None,
    seed: int | None = None,
    *,
    demo: bool = False,
    db: str | None = None,
    replay: str | None = None,
    patient: int = 0,
    difficulty: Grade = "standard",
) -> int:
    """Open the window and stay until it is closed.

    Args:
        case: Go straight to the briefing of this case.
        trainee: Pseudonym.
        seed: Repeat this patient.
        demo: The expert plays.
        db: The score log.
        replay: Watch this recording.
        patient: Another patient within the case's variation.
        difficulty: ``standard``, ``easier`` or ``harder``.

    Returns:
        The exit code.

    Raises:
        IrSimError: The recording or the case cannot be used.
    """
    problem = pygame_problem()
    if problem is not None:
        print(f"ir-sim: {problem}", file=sys.stderr)
        return BAD
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")
    os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "ir-sim")
    import pygame  # noqa: PLC0415  # only once it is known to be sound

    from ir_sim.app import opening  # noqa: PLC0415

    pygame.init()
    try:
        opened = opening.Opening(case, trainee, seed, demo, db, replay, patient, difficulty)
        return opening.run(opened)
    finally:
        pygame.quit()


def run_replay(path: str, db: str | None = None) -> int:
    """Watch a recording."""
    return run_app(replay=path, db=db)


def run_author(path: Path) -> int:
    """Open the author's screen on a case's file and stay until it is closed.

    Raises:
        IrSimError: The file cannot be read.
    """
    problem = pygame_problem()
    if problem is not None:
        print(f"ir-sim: {problem}", file=sys.stderr)
        return BAD
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame  # noqa: PLC0415  # only once it is known to be sound

    from ir_sim.app import opening  # noqa: PLC0415

    pygame.init()
    try:
        return opening.write(path)
    finally:
        pygame.quit()
