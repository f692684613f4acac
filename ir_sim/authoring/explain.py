"""A case in prose, as a teacher would read it out before the session."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ir_sim.anatomy.vessel_tree import VesselTree, build_tree
from ir_sim.authoring.flows import resting_flows
from ir_sim.authoring.lesion_words import lesion_words, place_words
from ir_sim.scenario.model import Access, Scenario
from ir_sim.scenario.task import Condition, Step, Target

WIDTH = 88
_UNITS = {"_mg_dl": "mg/dL", "_g_dl": "g/dL", "_mmol_l": "mmol/L", "_ng_ml": "ng/mL"}
#: How other patients differ, and what a grade changes, by key.
BOUNDS = {
    "calibre_percent": "calibres (by up to {} %)",
    "tortuosity": "tortuosity (by up to {})",
    "position_mm": "ostia and courses (by up to {} mm)",
    "lesion_percent": "stenoses (by up to {} points)",
    "flow_percent": "flows (by up to {} %)",
    "heart_rate_bpm": "heart rate ({} a minute)",
    "mean_pressure_mmhg": "mean pressure ({} mmHg)",
    "age": "age ({} years)",
    "weight_kg": "weight ({} kg)",
    "egfr": "eGFR ({})",
    "variant": "variant ({})",
}
CHANGES = {
    "stenosis_percent": "stenoses changed by {} points",
    "calibre_percent": "calibres changed by {} %",
    "tortuosity": "tortuosity raised by {}",
    "hints": "hints: {}",
    "baseline_percent": "a baseline of {} %",
    "tray_add": "{} on the tray as well",
    "tray_remove": "{} off the tray",
}
_LABS = {"inr": "INR", "platelets_10e9_l": "platelets (10⁹/L)"}


def explain(scenario: Scenario) -> str:
    """Several paragraphs of plain text."""
    tree = build_tree(scenario.anatomy)
    blocks = [
        f"{scenario.title}\n{'=' * len(scenario.title)}",
        _wrap(_heading(scenario)),
        _wrap(scenario.briefing),
        _wrap(_patient(scenario)),
        "The trainee learns to\n" + _bullets(scenario.objectives),
        _wrap(_anatomy(scenario, tree)),
        _vessels(tree),
        _wrap(_access(scenario)),
        "On the tray\n" + _bullets([_device(scenario, name) for name in scenario.tray]),
        "The procedure\n" + _bullets([_step(step) for step in scenario.task.steps], numbered=True),
        _wrap(_forms(scenario)),
        _wrap(_scoring(scenario)),
        _wrap(_versions(scenario)),
    ]
    return "\n\n".join(block for block in blocks if block.strip())


def name_of(vessel: str) -> str:
    """``right_renal`` as ``right renal``."""
    return vessel.replace("_", " ").replace("-", " ")


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH)


def _bullets(items: list[str], *, numbered: bool = False) -> str:
    marks = [f"{i}. " if numbered else "- " for i in range(1, len(items) + 1)]
    return "\n".join(
        textwrap.fill(item, WIDTH, initial_indent="  " + mark, subsequent_indent="     ")
        for mark, item in zip(marks, items, strict=True)
    )


def _heading(scenario: Scenario) -> str:
    if scenario.review == "unreviewed":
        review = "No physician has reviewed its clinical content yet."
    else:
        review = f"Reviewed by {scenario.review.by} on {scenario.review.date.isoformat()}."
    return f"A simulated case for the {scenario.level} level ({scenario.id}). {review}"


def _patient(scenario: Scenario) -> str:
    p = scenario.patient
    who = {"f": "woman", "m": "man"}[p.sex]
    parts = [f"The patient is a {p.age}-year-old {who}, {p.weight_kg:g} kg, {p.height_cm:g} cm."]
    if p.history:
        parts.append(p.history)
    labs = [f"eGFR {p.egfr:g} mL/min/1.73 m²"]
    if p.creatinine_mg_dl is not None:
        labs.append(f"creatinine {p.creatinine_mg_dl:g} mg/dL")
    labs += [lab_words(lab, value) for lab, value in p.labs.items()]
    parts.append(f"Laboratory: {', '.join(labs)}.")
    parts.append(f"Allergies: {', '.join(p.allergies) if p.allergies else 'none known'}.")
    return " ".join(parts)


def _anatomy(scenario: Scenario, tree: VesselTree) -> str:
    heart = scenario.anatomy.heart
    diseased = [
        f"{lesion_words(lesion)} in the {name_of(v.id)}{place_words(lesion)}"
        for v in tree.vessels
        for lesion in v.lesions
    ]
    veins = any(v.vein for v in tree.vessels)
    sick = f" Disease: {'; '.join(diseased)}." if diseased else " No lesion is drawn."
    return (
        f"The anatomy has {len(tree.vessels)} vessels over {scenario.anatomy.body}. The heart "
        f"beats {heart.rate_bpm:g} times a minute; the mean pressure is "
        f"{heart.mean_pressure_mmhg:g} mmHg"
        + (f", the central venous pressure {heart.venous_pressure_mmhg:g} mmHg." if veins else ".")
        + sick
    )


def _vessels(tree: VesselTree) -> str:
    flows = resting_flows(tree)
    lines = ["Vessels (diameter at the ostium, length, resting flow)"]

    def walk(index: int, depth: int) -> Iterator[str]:
        v = tree.vessels[index]
        name = "  " * (depth + 1) + name_of(v.id)
        feeds = f" to the {name_of(v.outlet.organ)}" if v.outlet else ""
        if v.vein:
            feeds = _vein_words(tree, index)
        width = 2 * v.radius_at(0.0)
        yield f"{name:40} {width:4.1f} mm {v.length_mm:5.0f} mm {flows[v.id]:6.0f} mL/min{feeds}"
        for child in tree.children[index]:
            yield from walk(child, depth + 1)

    for vessel in tree.vessels:
        if vessel.parent < 0:
            if vessel.vein:
                lines.append("Veins (the flow is towards the heart)")
            lines += walk(vessel.index, 0)
    return "\n".join(lines)


def _vein_words(tree: VesselTree, index: int) -> str:
    """Where a vein's blood comes from and goes to."""
    v = tree.vessels[index]
    words = [f"from the {name_of(name)}" for name in v.drains]
    at_artery = v.parent >= 0 and not tree.vessels[v.parent].vein
    if at_artery:
        words.append(f"from the {name_of(tree.vessels[v.parent].id)}, a fistula")
    if v.outlet is not None or v.parent < 0:
        words.append(f"to the {name_of(v.outlet.organ if v.outlet else 'right-atrium')}")
    return " " + " ".join(words) if words else ""


def _access(scenario: Scenario) -> str:
    a, target = scenario.access, scenario.task.target
    return _way_in(a, target) + _assistant(scenario)


def _assistant(scenario: Scenario) -> str:
    """Who stands at the other groin, with what."""
    helper, device = scenario.assistant, scenario.assistant_device
    if helper is None or device is None:
        return ""
    where = "above" if helper.edge_mm >= 0.0 else "below"
    return (
        f" An assistant has a stent ready across the origin of the {name_of(helper.vessel)} "
        f"({device.title}), its upper edge {abs(helper.edge_mm):g} mm {where} the bifurcation, "
        f"through a {helper.access.sheath_fr:g} French sheath in the "
        f"{name_of(helper.access.vessel)}."
    )


def _way_in(a: Access, target: Target) -> str:
    return (
        f"Access: {a.direction} through the {name_of(a.vessel)} with a {a.sheath_fr:g} French "
        f"sheath whose mouth lies {a.sheath_mm:g} mm further in. The target is the "
        f"{name_of(target.vessel)}, at least {target.at_mm:g} mm beyond its ostium, with the "
        f"{target.device}, held for {target.hold_s:g} s."
    )


def _device(scenario: Scenario, name: str) -> str:
    article = scenario.devices.get(name) or scenario.supplies[name]
    return f"{article.title} ({name})"


def _step(step: Step) -> str:
    return f"{step.do} [{condition_words(step.when)}]"


def condition_words(when: Condition) -> str:
    """What the timeline waits for, in words."""
    if when.tip_at is not None:
        at = f" at {when.tip_at.at_mm:g} mm" if when.tip_at.at_mm else ""
        return f"tip of the {when.tip_at.device} in the {name_of(when.tip_at.vessel)}{at}"
    if when.mounted is not None:
        return f"{when.mounted.device} {when.mounted.id or ''} in place".replace("  ", " ")
    if when.injected is not None:
        i = when.injected
        return f"at least {i.at_least_ml:g} mL injected in the {name_of(i.vessel)}"
    if when.filmed is not None:
        f = when.filmed
        return f"the {name_of(f.vessel)} filmed with at least {f.at_least_ml:g} mL"
    if when.removed is not None:
        return f"{when.removed} out"
    if when.happened is not None:
        where = f" in the {name_of(when.happened.vessel)}" if when.happened.vessel else ""
        return f"{when.happened.kind.replace('_', ' ')}{where}"
    if when.endpoint is not None:
        return when.endpoint.words
    if when.drug is not None:
        return f"{when.drug} given"
    return "target reached"


def _versions(scenario: Scenario) -> str:
    """Where the case comes from, and what other patients and grades change."""
    said = []
    if scenario.extends is not None:
        said.append(f"The case is written over '{scenario.extends}'.")
    anatomy = scenario.anatomy
    if anatomy.template is not None:
        words = [anatomy.variant] if isinstance(anatomy.variant, str) else anatomy.variant
        variant = f" ({', '.join(map(name_of, words))})" if words else ""
        said.append(f"Its vessels are those of the template '{anatomy.template}'{variant}.")
    bounds = scenario.variation
    if bounds is not None:
        known = bounds.model_dump(exclude_defaults=True)
        parts = [BOUNDS[key].format(_bound(value)) for key, value in known.items()]
        said.append(f"Other patients differ in {', '.join(parts)}.")
    grades = scenario.difficulty
    for grade in ("easier", "harder") if grades is not None else ():
        change = getattr(grades, grade).model_dump(exclude_defaults=True)
        parts = [CHANGES[key].format(_bound(value)) for key, value in change.items()]
        said.append(f"The {grade} version has {', '.join(parts) or 'nothing that differs'}.")
    return " ".join(said)


def lab_words(lab: str, value: float) -> str:
    """A laboratory value with its name and unit."""
    for ending, unit in _UNITS.items():
        if lab.endswith(ending):
            return f"{name_of(lab.removesuffix(ending))} {value:g} {unit}"
    return f"{_LABS.get(lab, name_of(lab))} {value:g}"


def _bound(value: object) -> str:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, float) for v in value):
        return f"{value[0]:g} to {value[1]:g}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _forms(scenario: Scenario) -> str:
    forms = scenario.checklist
    if forms is None:
        return ""
    before = f"asks before the puncture about {_listed(forms.before)}" if forms.before else ""
    after = f"asks at the end about {_listed(forms.after)}" if forms.after else ""
    heparin = " Heparin is due before treatment." if forms.heparin else ""
    asks = " and ".join(part for part in (before, after) if part) or "asks nothing"
    return f"The case {asks}; its bleeding risk is taken as {forms.risk}.{heparin}"


def _listed(names: list[str]) -> str:
    return ", ".join(name_of(name) for name in names)


def _scoring(scenario: Scenario) -> str:
    b = scenario.scoring.baseline
    return (
        f"A practised operator needs about {b.procedure_time_s:g} s, {b.fluoro_time_s:g} s of "
        f"fluoroscopy, {b.contrast_ml:g} mL of contrast and {b.kap_gy_cm2:g} Gy·cm² (the case's "
        f"baseline); the rubric is '{scenario.scoring.rubric}'."
    )
