"""Players of known skill, made from the expert by delay, tremor, hesitation and bad habits.

They stand in for people where many runs are needed: to see whether a rubric ranks skill rightly,
and to set a case's baseline. How they differ is assumed; what is asked of them is only an order.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ir_sim.errors import IrSimError
from ir_sim.scenario.library import load
from ir_sim.training.autopilot import Autopilot
from ir_sim.training.expert import EXPERT, Style
from ir_sim.training.session import Session

#: A bot that is not done by then gives up, s.
LONGEST_S = 1200.0

STYLES: Mapping[str, Style] = {
    "expert": EXPERT,
    "senior": Style(
        tempo=0.6, pause_s=4.5, delay_s=0.05, tremor=0.1, idle_foot=0.4, keeps_view=0.7,
        film_ml=9.0, puff_ml=4.0, pulse_rate=15.0,
    ),
    "junior": Style(
        tempo=0.55, pause_s=6.5, delay_s=0.12, tremor=0.25, idle_foot=0.6, keeps_view=0.85,
        misjudges=0.3, collimates=False, film_ml=14.0, puff_ml=6.0, puffs=2, pulse_rate=15.0,
        slips=0.05,
    ),
    "novice": Style(
        patience_s=600.0,
        tempo=0.45, pause_s=8.0, delay_s=0.25, tremor=0.45, idle_foot=0.85, blind=0.15,
        keeps_view=1.3, misjudges=0.5, bare=0.5, collimates=False, film_ml=20.0, puff_ml=8.0,
        puffs=3, films=2, pulse_rate=30.0, slips=0.15,
    ),
    "reckless": Style(
        patience_s=150.0,
        tempo=1.6, pause_s=0.3, delay_s=0.3, tremor=0.7, idle_foot=1.0, blind=0.8, keeps_view=2.2,
        misjudges=0.6, bare=1.0, collimates=False, film_ml=30.0, film_ml_s=6.0, puff_ml=12.0,
        puffs=2, films=3, pulse_rate=30.0, slips=0.6,
    ),
}  # fmt: skip
#: Skill, from 1.
GRADES: Mapping[str, int] = {"expert": 5, "senior": 4, "junior": 3, "novice": 2, "reckless": 1}
#: Those who should pass, and those who should not (contrasting groups).
SKILLED, UNSKILLED = ("expert", "senior"), ("novice", "reckless")


@dataclass(frozen=True)
class Played:
    """A bot's run, as plain data.

    Attributes:
        case: Id of the case.
        bot: Who played.
        seed: Of the session and of the bot's own chance.
        grade: The bot's skill.
        total: Score.
        passed: Whether it passed.
        reached: Whether the target was reached.
        finished: Whether the case was ended.
        metrics: Every figure.
        errors: Codes of the errors, in order.
    """

    case: str
    bot: str
    seed: int
    grade: int
    total: float
    passed: bool
    reached: bool
    finished: bool
    metrics: Mapping[str, float]
    errors: tuple[str, ...]


def bot(session: Session, name: str, seed: int = 0) -> Autopilot:
    """A player of known skill for a fresh session.

    Raises:
        ValueError: No bot of that name.
    """
    if name not in STYLES:
        raise ValueError(f"no bot '{name}': one of {', '.join(STYLES)}")
    chance = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return Autopilot(session, STYLES[name], chance)


def play_bot(
    case: str,
    name: str,
    seed: int = 0,
    longest_s: float = LONGEST_S,
    progress: Callable[[float], None] | None = None,
) -> Played:
    """Let a bot play a case to its end.

    Args:
        case: Id or path of the case.
        name: Who plays.
        seed: Of the session and of the bot's chance.
        longest_s: When it gives up, simulated seconds.
        progress: Told the simulated time now and then.

    Raises:
        IrSimError: The case cannot be used, or the bot asked for what cannot be done.
    """
    session = Session(load(case), seed)
    player = bot(session, name, seed)
    state = session.state
    try:
        while not state.finished and state.time_s < longest_s:
            state = session.step(player.controls())
            if progress is not None and state.tick % 600 == 0:
                progress(state.time_s)
    except ValueError as error:
        raise IrSimError(f"{case}: the {name} bot, seed {seed}: {error}") from error
    score = session.score()
    return Played(
        case=session.scenario.id,
        bot=name,
        seed=seed,
        grade=GRADES[name],
        total=score.total,
        passed=score.passed,
        reached=session.progress.target_reached,
        finished=state.finished,
        metrics={key: metric.value for key, metric in score.metrics.items()},
        errors=tuple(error.code for error in score.errors),
    )
