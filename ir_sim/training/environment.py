"""The simulator as a Gymnasium environment, for research on learning agents (extra ``gym``).

One action is held for ``TICKS`` ticks (0.1 s). What an agent sees is what a trainee could read off
the table and the monitor, as numbers: tips, hubs, forces, contrast and dose; or, with
``observe="picture"``, the monitor's picture.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.scenario.device import Device
from ir_sim.scenario.library import load
from ir_sim.simulation.controls import Action, Controls, Motion, Pedal
from ir_sim.training.session import Session

if TYPE_CHECKING:
    import gymnasium
    from gymnasium import spaces
else:
    try:
        import gymnasium
        from gymnasium import spaces
    except ImportError as error:
        raise ImportError("the environment needs gymnasium: pip install 'ir-sim[gym]'") from error

#: An action is held so many ticks; a hand's largest speed, mm/s and deg/s, and a syringe's, mL/s.
TICKS = 6
SPEED_MM_S, SPIN_DEG_S, TABLE_MM_S, SYRINGE_ML_S = 60.0, 180.0, 100.0, 6.0
#: What a second costs, a step of the task and the target bring, and an error costs by weight.
COST_PER_S, STEP_REWARD, TARGET_REWARD, ERROR_COST = 0.01, 1.0, 10.0, 0.5
#: Length unit of the observation, mm.
_SCALE_MM = 100.0
_SLOTS = ("catheter", "wire")

Observation = NDArray[Any]
_Base = gymnasium.Env[Observation, Observation]


class CatheterEnv(_Base):
    """Wire and catheter of a case, from the sheath to the target.

    Action: seven numbers in [-1, 1]: wire advance and rotation, catheter advance and rotation,
    table x and y, and foot: below -1/3 off, up to 1/3 fluoroscopy, above it fluoroscopy and
    contrast.

    Reward: the target's and each step's share, less time and errors (module constants). The
    episode ends when the target is reached or a critical error is made; it is cut off after
    ``longest_s``.

    Args:
        case: Id or path of a case.
        observe: ``numbers``, or ``picture`` (``size_px`` square, uint8).
        wire: Device; the tray's first by default.
        catheter: Device; the tray's first by default.
        longest_s: Longest episode, simulated seconds.
        size_px: Side of the picture.
        render_mode: ``rgb_array`` or None.

    Raises:
        ValueError: A device that is not on the tray, or an unknown kind of observation.
        ScenarioError: The case cannot be used.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012  # Gymnasium's name

    def __init__(
        self,
        case: str = "right-renal-selective",
        *,
        observe: str = "numbers",
        wire: str | None = None,
        catheter: str | None = None,
        longest_s: float = 300.0,
        size_px: int = 128,
        render_mode: str | None = None,
    ) -> None:
        if observe not in ("numbers", "picture"):
            raise ValueError(f"observe is numbers or picture, got '{observe}'")
        self.scenario = load(case)
        self.render_mode = render_mode
        self._observe, self._size_px, self._longest_s = observe, size_px, longest_s
        self._devices = {
            "wire": self._on_tray("wire", wire),
            "catheter": self._on_tray("catheter", catheter),
        }
        self.session: Session | None = None
        self.action_space = spaces.Box(-1.0, 1.0, (7,), np.float32)
        if observe == "picture":
            self.observation_space = spaces.Box(0, 255, (size_px, size_px), np.uint8)
        else:
            self.observation_space = spaces.Box(-np.inf, np.inf, (25,), np.float32)

    def _on_tray(self, slot: str, name: str | None) -> Device:
        fitting = {d.id: d for d in self.scenario.devices.values() if d.slot == slot}
        if name is not None and name not in fitting:
            known = ", ".join(fitting) or "none"
            raise ValueError(f"'{name}' is no {slot} of the tray: {known}")
        if not fitting:
            raise ValueError(f"the tray of '{self.scenario.id}' has no {slot}")
        return fitting[name] if name is not None else next(iter(fitting.values()))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """A fresh patient; the seed is the session's."""
        super().reset(seed=seed)
        chosen = seed if seed is not None else int(self.np_random.integers(2**31))
        self.session = session = Session(self.scenario, chosen)
        for action in session.case.right_answers("before"):
            session.step(Controls(actions=(action,)))
        mounts = [Action("mount", slot=s, device=self._devices[s].id) for s in ("wire", "catheter")]
        session.step(Controls(actions=tuple(mounts), pedal="fluoro"))
        return self._seen(session), self._info(session)

    def step(self, action: Observation) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Hold an action for a tenth of a second.

        Raises:
            ValueError: ``reset`` has not been called, or the action is not seven finite numbers.
        """
        session = self.session
        if session is None:
            raise ValueError("call reset before step")
        controls = _controls(action)
        first, errors = len(session.events), len(session.progress.errors)
        for _ in range(TICKS):
            session.step(controls)
        kinds = [event.kind for event in session.events[first:]]
        fresh = session.progress.errors[errors:]
        reached = session.progress.target_reached
        reward = STEP_REWARD * kinds.count("step_done") - COST_PER_S * TICKS / 60.0
        reward += TARGET_REWARD * ("target_reached" in kinds)
        reward -= ERROR_COST * sum(error.weight for error in fresh)
        over = reached or any(error.weight >= 5 for error in fresh)
        late = session.state.time_s >= self._longest_s
        return self._seen(session), float(reward), over, late and not over, self._info(session)

    def render(self) -> NDArray[np.uint8] | None:
        """(size, size, 3) what the monitor shows."""
        if self.render_mode != "rgb_array" or self.session is None:
            return None
        grey = self.session.picture(self._size_px)
        return np.repeat(grey[:, :, None], 3, axis=2)

    def _seen(self, session: Session) -> Observation:
        if self._observe == "picture":
            return session.picture(self._size_px)
        state, target = session.state, session.scenario.task.target
        centre = np.asarray(state.settings.centre_mm)
        numbers: list[float] = []
        for slot in _SLOTS:
            device = state.devices[slot]
            angle = math.radians(device.tip_rotation_deg)
            numbers += [
                *(device.tip_mm / _SCALE_MM),
                *device.tip_direction,
                device.inserted_mm / _SCALE_MM,
                math.cos(angle),
                math.sin(angle),
                min(float(device.wall_force_n.max()), 10.0),
            ]
        goal = session.tree.by_id[target.vessel].point_at(target.at_mm)
        numbers += [*(goal / _SCALE_MM), *(centre / _SCALE_MM)]
        numbers += [
            state.fluoro_time_s / 60.0,
            state.contrast_ml / 10.0,
            state.kap_gy_cm2 / 10.0,
            float(session.progress.index) / max(len(session.progress.steps), 1),
            session.progress.held_s,
        ]
        return np.asarray(numbers, np.float32)

    @staticmethod
    def _info(session: Session) -> dict[str, Any]:
        progress = session.progress
        return {
            "time_s": session.state.time_s,
            "steps_done": len(progress.done),
            "target_reached": progress.target_reached,
            "errors": [error.code for error in progress.errors],
            "score": session.score().total,
        }


def _controls(action: Observation) -> Controls:
    numbers = np.asarray(action, float).ravel()
    if numbers.shape != (7,) or not np.isfinite(numbers).all():
        raise ValueError(f"an action is seven finite numbers, got {action!r}")
    a = np.clip(numbers, -1.0, 1.0).tolist()
    motions = {
        "wire": Motion(SPEED_MM_S * a[0], SPIN_DEG_S * a[1]),
        "catheter": Motion(SPEED_MM_S * a[2], SPIN_DEG_S * a[3]),
    }
    pedal: Pedal = "off" if a[6] < -1.0 / 3.0 else "fluoro"
    inject = SYRINGE_ML_S * max(a[6] - 1.0 / 3.0, 0.0) * 1.5
    return Controls(motions, pedal, inject, (TABLE_MM_S * a[4], TABLE_MM_S * a[5]))
