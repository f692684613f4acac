"""Through which holes a push on the syringe leaves the catheter."""

from __future__ import annotations

from ir_sim.flow import Circulation, Injection
from ir_sim.simulation.syringe import Syringe
from ir_sim.treatment import Bench

#: Side-holes over this length and more are so many places apart (infusion catheters), mm.
LONG_HOLES_MM, LONG_HOLES = 60.0, 6
#: A hole in clot that leaves less of the lumen's radius open lets nothing through (assumed).
OPEN_SHARE = 0.5


def jets_from(rate_ml_s: float, bench: Bench, syringe: Syringe) -> list[Injection]:
    """Where what is pushed leaves: long rows of side-holes lie in several vessels."""
    out = bench.outflow
    held = bench.devices.get(out.slot)
    if held is None or out.holes_mm < LONG_HOLES_MM:
        return [_jet(syringe, out.vessel, out.at_mm, rate_ml_s, out.holes_mm)]
    inside = min(out.holes_mm, held.inserted_mm)
    places = [bench.place(held, inside * k / LONG_HOLES) for k in range(LONG_HOLES + 1)]
    open_to = [place for place in places if _in_blood(bench.circulation, *place)] or places[:1]
    share = rate_ml_s / len(open_to)
    return [_jet(syringe, vessel, at, share) for vessel, at in open_to]


def _jet(
    syringe: Syringe, vessel: int, at_mm: float, rate_ml_s: float, holes_mm: float = 0.0
) -> Injection:
    mg_ml, medium = syringe.mg_ml, syringe.medium
    return Injection(vessel, at_mm, rate_ml_s, mg_ml, medium, holes_mm=holes_mm)


def _in_blood(circulation: Circulation, vessel: int, at_mm: float) -> bool:
    """Whether a hole lies in blood: what lies in clot lets nothing through."""
    sample = circulation.blood.plumbing.sample_at(vessel, at_mm)
    lumen = float(circulation.open_radius_mm[sample]) / float(circulation.radius_mm[sample])
    return lumen > OPEN_SHARE
