"""What becomes of the puncture on the ward: it follows from the answers given and from the heparin.

The forms ask when the sheath comes out and how the hole is closed; the hole, the clotting time and
the minutes decide (``treatment.access_laws``).
"""

from __future__ import annotations

from collections.abc import Sequence

from ir_sim.flow.systemic import BLOOD_ML_KG
from ir_sim.scenario import puncture
from ir_sim.scenario.model import Scenario
from ir_sim.simulation.events import Event
from ir_sim.treatment import access_laws as laws

#: Minutes of compression behind the answers to the standard question ``haemostasis``; who looks
#: again presses until it is dry, unless the sheath came out under heparin.
PRESSED_MIN = {"two-minutes": 2.0, "plaster": 0.0, "compress": 15.0}
#: Answers to ``sheath-out`` with which the clotting time has come down by then.
_WAITED = ("when-clotting", "next-day")


def haematoma(scenario: Scenario, events: Sequence[Event], act_s: float, tick: int) -> Event | None:
    """The puncture some hours after the end of a case that asked about it; None if all is well.

    Args:
        scenario: The case.
        events: Its timeline.
        act_s: Clotting time at the end.
        tick: Of the end.
    """
    said = [e.data for e in events if e.kind == "answered"]
    first = {d["question"]: str(d["answer"]) for d in reversed(said)}
    if "haemostasis" not in first or first["haemostasis"] not in PRESSED_MIN:
        return None
    waited = first.get("sheath-out") in _WAITED or "sheath-out" not in first
    if first["haemostasis"] == "compress" and waited:
        return None  # pressed and looked at until it was dry
    act = min(act_s, laws.SAFE_ACT_S) if waited and "sheath-out" in first else act_s
    fr, pressed = scenario.access.sheath_fr, PRESSED_MIN[first["haemostasis"]]
    vein = puncture.kind(scenario.access.vessel) == "vein"
    ml = laws.haematoma_ml(fr, act, pressed, vein=vein)
    if ml < laws.COUNTS_ML:
        return None
    share = 100.0 * ml / (BLOOD_ML_KG * scenario.patient.weight_kg)
    text = (
        f"On the ward the {puncture.site(scenario.access.vessel)} swells: {ml:.0f} mL "
        f"({share:.0f} % of the blood). At an ACT of {act:.0f} s {fr:g} French need "
        f"{laws.needed_min(fr, act, vein=vein):.0f} min of compression."
    )
    data = {"ml": round(ml), "act_s": round(act), "pressed_min": pressed, "share": round(share, 1)}
    return Event(tick, "access_haematoma", text, vessel=scenario.access.vessel, data=data)
