"""Bleeds, fistulas and false lumens that a case draws: open before the trainee begins.

A leak is a conductance. It is chosen so that at the pressures of the first beat the leak carries
what the author stated; it then follows pressure, upstream occlusion and the tissue that fills up.
"""

from __future__ import annotations

from ir_sim.anatomy import Vessel, VesselTree
from ir_sim.anatomy.vessel_tree import nearest_s
from ir_sim.flow.edits import Edits
from ir_sim.flow.supply import VENOUS_MMHG
from ir_sim.scenario.lesions import Bleed, Dissection, Fistula, span_mm

#: A leak is dimensioned for at least this pressure, mmHg: behind a closed stenosis there is none.
_LEAST_DRIVE_MMHG = 10.0

LesionKey = tuple[int, int]


def shunted_ml_s(tree: VesselTree) -> float:
    """What all drawn fistulas take from the heart; it gives so much more than at rest."""
    return sum(
        lesion.flow_ml_min / 60.0
        for vessel in tree.vessels
        for lesion in vessel.lesions
        if isinstance(lesion, Fistula)
    )


def open_false_lumens(circulation: Edits) -> None:
    """A false lumen beside every drawn dissection."""
    for vessel in circulation.tree.vessels:
        for lesion in vessel.lesions:
            if isinstance(lesion, Dissection):
                circulation.contents.false_lumens.open(vessel.index, *span_mm(lesion))


def _vein_of(circulation: Edits, artery: Vessel, lesion: Fistula) -> tuple[str, float] | None:
    """The drawn vein that a fistula leads into, and where; the nearest place if none is stated."""
    vein = circulation.tree.by_id.get(lesion.to)
    if vein is None or not vein.vein:
        return None
    if lesion.to_at_mm is not None:
        return vein.id, min(lesion.to_at_mm, vein.length_mm)
    return vein.id, nearest_s(vein, artery.point_at(lesion.at_mm))


def open_leaks(circulation: Edits) -> dict[LesionKey, int]:
    """Open every drawn bleed and fistula.

    Returns:
        (vessel index, place among the vessel's lesions): the leak's row.
    """
    rows: dict[LesionKey, int] = {}
    for vessel in circulation.tree.vessels:
        for place, lesion in enumerate(vessel.lesions):
            if not isinstance(lesion, Bleed | Fistula):
                continue
            at = min(lesion.at_mm, vessel.length_mm)
            here = circulation.mean_pressure_mmhg(vessel.index, at)
            if isinstance(lesion, Fistula):
                into = _vein_of(circulation, vessel, lesion)
                row = circulation.add_fistula(vessel.index, at, into)
                there = VENOUS_MMHG if into is None else circulation.mean_pressure_mmhg(*into)
                drive = here - there
            elif lesion.into == "cavity":  # bowel, peritoneum, skin: nothing presses back
                row, drive = circulation.add_bleed(vessel.index, at, 0.0), here
            else:
                row, drive = circulation.add_bleed(vessel.index, at), here
            rate = lesion.flow_ml_min / 60.0 * 100.0 / max(drive, _LEAST_DRIVE_MMHG)
            circulation.open_leak(row, rate)
            rows[vessel.index, place] = row
    return rows
