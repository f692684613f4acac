"""The pressure line: a transducer on the hub of the innermost catheter whose lumen is free.

Drawn back across a narrowing, with the pressure recorded on either side, it gives the gradient.
"""

from __future__ import annotations

from ir_sim.simulation.timeline import Timeline, spoken
from ir_sim.treatment import Bench


class PressureLine:
    """Reads the pressure where the innermost lumen ends.

    Args:
        bench: Knows where that is.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def now_mmhg(self) -> float | None:
        """Pressure at this moment; None while something fills the lumen."""
        out = self._bench.outflow
        if out.blocked:
            return None
        return self._bench.circulation.pressure_mmhg(out.vessel, out.at_mm)

    def record(self, tick: int, timeline: Timeline) -> str:
        """Write the last beat's pressure into the report; returns why it cannot be."""
        out, circulation = self._bench.outflow, self._bench.circulation
        if out.blocked:
            return out.blocked
        systolic, diastolic = circulation.pulse_mmhg(out.vessel, out.at_mm)
        mean = circulation.mean_pressure_mmhg(out.vessel, out.at_mm)
        vessel = self._bench.tree.vessels[out.vessel].id
        text = (
            f"Pressure in the {spoken(vessel)}: {systolic:.0f}/{diastolic:.0f}, "
            f"mean {mean:.0f} mmHg."
        )
        data = {"at_mm": round(out.at_mm, 1), "systolic_mmhg": systolic}
        data |= {"diastolic_mmhg": diastolic, "mean_mmhg": mean}
        slot = None if out.slot == "sheath" else out.slot
        timeline.add(tick, "pressure_recorded", text, slot, vessel, **data)
        return ""
