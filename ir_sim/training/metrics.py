"""Measured quantities of a run, each with its unit, its reference and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ir_sim.simulation.state import DT_S, State
from ir_sim.training.case import Case
from ir_sim.training.moment import SAMPLE_S, Moment
from ir_sim.training.motion import mean_spectral_arc_length, path_length_mm, sub_movements
from ir_sim.training.score import Metric
from ir_sim.training.series import Series
from ir_sim.training.steps import StepWatch, TargetWatch

FEEDBACK = "feedback only; not scored"


@dataclass
class Tally:
    """What has to be counted as it happens.

    Attributes:
        started_tick: When the first device went in, or -1.
        finished_tick: When the procedure was ended, or -1.
        idle_fluoro_ticks: Fluoroscopy while nothing moved and nothing was injected.
        hints: Hints taken.
        runs: Acquisitions started.
        series: Ten rows a second.
    """

    started_tick: int = -1
    finished_tick: int = -1
    idle_fluoro_ticks: int = 0
    hints: int = 0
    runs: int = 0
    series: Series = field(default_factory=Series)

    def update(self, moment: Moment) -> None:
        """Count one tick."""
        tick = moment.state.tick
        if self.started_tick < 0 and moment.state.devices:
            self.started_tick = tick
        if self.finished_tick < 0 and moment.state.finished:
            self.finished_tick = tick
        still = not (moment.moving or moment.table_moving or moment.injecting)
        self.idle_fluoro_ticks += moment.state.pedal == "fluoro" and still
        self.hints += sum(action.kind == "hint" for action in moment.controls.actions)
        self.runs += sum(event.kind == "run_started" for event in moment.events)
        if moment.sampled:
            self.series.add(moment)

    def procedure_time_s(self, state: State) -> float:
        """From the first device to the end of the procedure, or to now."""
        if self.started_tick < 0:
            return 0.0
        end = self.finished_tick if self.finished_tick >= 0 else state.tick
        return (end - self.started_tick) * DT_S

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return {**vars(self), "series": self.series.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        self.series.restore(saved["series"])
        vars(self).update({k: v for k, v in saved.items() if k != "series"})


def metrics_of(
    case: Case, state: State, tally: Tally, steps: StepWatch, target: TargetWatch
) -> dict[str, Metric]:
    """Every metric of a run up to now; what is not known yet is left out."""
    base = case.scenario.scoring.baseline
    own = f"baseline of the case '{case.scenario.id}'"
    slot = case.scenario.task.target.device
    series, rate = tally.series, 1.0 / SAMPLE_S
    speed = series.tip_speed_mm_s(slot)
    path = path_length_mm(series.tip_xy_mm(slot))
    force = series.column("force_n")
    out = {
        "target_reached": Metric(
            float(target.reached_s is not None), "", 1.0, "task of the case", "Target reached"
        ),
        "procedure_time_s": Metric(
            tally.procedure_time_s(state), "s", base.procedure_time_s, own, "Procedure time"
        ),
        "fluoro_time_s": Metric(
            state.fluoro_time_s, "s", base.fluoro_time_s, own, "Fluoroscopy time"
        ),
        "acquire_time_s": Metric(state.acquire_time_s, "s", None, "", "Time filmed"),
        "kap_gy_cm2": Metric(
            state.kap_gy_cm2, "Gy cm²", base.kap_gy_cm2, own, "Kerma-area product (KAP)"
        ),
        "air_kerma_mgy": Metric(
            state.air_kerma_mgy,
            "mGy",
            base.air_kerma_mgy,
            own if base.air_kerma_mgy is not None else "",
            "Air kerma at the reference point (Ka,r)",
        ),
        "contrast_ml": Metric(state.contrast_ml, "mL", base.contrast_ml, own, "Contrast medium"),
        "contrast_limit_share": Metric(
            state.contrast_ml / case.contrast_limit_ml,
            "",
            1.0,
            case.contrast_limit_source,
            "Share of the patient's contrast limit",
        ),
        "frames": Metric(float(state.frames), "", None, "", "Pulses of X-rays"),
        "runs": Metric(float(tally.runs), "", None, "", "Runs filmed"),
        "idle_fluoro_s": Metric(
            tally.idle_fluoro_ticks * DT_S, "s", None, FEEDBACK, "Fluoroscopy while nothing moved"
        ),
        "steps_done": Metric(
            float(len(steps.done_s)), "", float(len(steps.steps)), "task of the case", "Steps done"
        ),
        "hints_taken": Metric(float(tally.hints), "", None, FEEDBACK, "Hints taken"),
        "path_length_mm": Metric(path, "mm", None, FEEDBACK, f"Way of the {slot}'s tip"),
        "wire_path_length_mm": Metric(
            path_length_mm(series.tip_xy_mm("wire")), "mm", None, FEEDBACK, "Way of the wire's tip"
        ),
        "sub_movements": Metric(
            float(sub_movements(speed, rate)), "", None, FEEDBACK, f"Sub-movements of the {slot}"
        ),
        "largest_wall_force_n": Metric(
            float(force.max()) if len(force) else 0.0, "N", None, FEEDBACK, "Largest wall force"
        ),
    }
    if target.reached_s is not None:
        since = max(tally.started_tick, 0) * DT_S
        out["time_to_target_s"] = Metric(
            target.reached_s - since, "s", None, FEEDBACK, "Time to the target"
        )
    smooth = mean_spectral_arc_length(speed, rate)
    if smooth is not None:
        out["spectral_arc_length"] = Metric(
            smooth, "", None, f"{FEEDBACK} (Duran 2015)", "Smoothness (spectral arc length)"
        )
    return out
