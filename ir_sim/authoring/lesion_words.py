"""A lesion in the words of a report."""

from __future__ import annotations

from ir_sim.scenario.lesions import (
    HOURS_PER_DAY,
    Aneurysm,
    AnyLesion,
    Bleed,
    Dissection,
    Fibroid,
    Fistula,
    Occlusion,
    Spasm,
    Stenosis,
    Thrombus,
    Tumour,
)


def lesion_words(lesion: AnyLesion) -> str:
    """``a calcified stenosis of 60 % diameter``: without the place."""
    match lesion:
        case Stenosis():
            return f"a {lesion.hardness} stenosis" + _size(lesion)
        case Aneurysm():
            if lesion.sac is not None:
                sac = lesion.sac
                return (
                    f"a sac of {sac.dome_mm:g} x {sac.length_mm:.3g} mm with a neck of "
                    f"{sac.neck_mm:g} mm"
                )
            return "an aneurysm" + _size(lesion)
        case Occlusion():
            return f"a {lesion.hardness} occlusion of {lesion.length_mm:g} mm"
        case Thrombus():
            return (
                f"a thrombus of {lesion.length_mm:g} mm, {_age(lesion.hours)} old, that fills "
                f"{lesion.occlusion_percent:g} % of the lumen"
            )
        case Bleed():
            return f"a bleed of {lesion.flow_ml_min:g} mL/min into the {lesion.into}"
        case Tumour() | Fibroid():
            return (
                f"a {lesion.kind} of {lesion.volume_ml:g} mL fed by {lesion.flow_ml_min:g} mL/min"
            )
        case Fistula():
            vein = "a vein" if lesion.to == "vein" else f"the {lesion.to.replace('_', ' ')}"
            return f"a fistula of {lesion.flow_ml_min:g} mL/min into {vein}"
        case Spasm():
            return f"a spasm of {lesion.diameter_percent:g} %"
        case Dissection():
            return f"a dissection of {lesion.length_mm:g} mm"


def place_words(lesion: AnyLesion) -> str:
    """``at 12 mm``, or nothing for what concerns the whole vessel."""
    return "" if isinstance(lesion, Spasm) else f" at {lesion.at_mm:g} mm"


def _size(lesion: Stenosis | Aneurysm) -> str:
    if lesion.diameter_mm is not None:
        return f" of {lesion.diameter_mm:g} mm"
    return f" of {lesion.diameter_percent:g} % diameter"


def _age(hours: float) -> str:
    return f"{hours:g} h" if hours < 2 * HOURS_PER_DAY else f"{hours / HOURS_PER_DAY:.3g} days"
