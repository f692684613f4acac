"""A new case to start from: complete, playable, with a remark at every block."""

from __future__ import annotations

import re
from pathlib import Path

from ir_sim.errors import IrSimError
from ir_sim.scenario.library import own_folder, own_scenarios, shipped_scenarios
from ir_sim.scenario.templates import template_names, title_of, variants_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")

#: Every coordinate below is in mm in the plane of the picture; x grows to the screen's right, which
#: is the patient's left, y upwards.
_TEXT = """\
# {title}: a training case for ir_sim.
# Lengths in mm. x grows to the right of the screen (the patient's LEFT), y upwards (cranial).
# Look at it while you write:   ir-sim preview {name}.yaml
# Check it:                     ir-sim validate {name}.yaml
# Play it:                      ir-sim play {name}.yaml
format: 1
id: {name}
title: {title}
level: beginner                 # beginner, intermediate or advanced
objectives:
  - Engage the target vessel
review: unreviewed              # later: {{by: Dr A. Name, date: 2027-01-31}}
briefing: >-
  Who the patient is and why the procedure is done; the trainee reads it before the start.
patient: {{age: 60, sex: m, weight_kg: 78, height_cm: 175, egfr: 80, allergies: []}}
anatomy:
  body: abdomen-pelvis          # bones, gas and soft tissue behind the vessels
  heart: {{rate_bpm: 72, mean_pressure_mmhg: 92}}
  vessels:
    # points: [x, y, RADIUS] or [x, y, RADIUS, z], from the heart outwards; a smooth curve runs
    # through them. A branch's first point lies on its parent's wall.
    - id: aorta
      points: [[4, 300, 10.5], [6, 200, 10], [4, 100, 9.2], [0, 0, 8.5]]
    - id: right_renal
      parent: aorta
      points: [[-6, 104, 3.1], [-22, 98, 2.9], [-44, 96, 2.6]]
      outlet: {{organ: kidney, flow_ml_min: 480}}
    - id: left_renal
      parent: aorta
      points: [[14, 108, 3.1], [30, 105, 2.9], [52, 103, 2.6]]
      outlet: {{organ: kidney, flow_ml_min: 480}}
    - id: right_common_iliac
      parent: aorta
      points: [[-12, -20, 5.3], [-34, -50, 5.0], [-52, -84, 4.4]]
    - id: right_common_femoral
      parent: right_common_iliac
      points: [[-70, -130, 4.1], [-82, -170, 3.9], [-86, -210, 3.8]]
      outlet: {{organ: muscle, flow_ml_min: 350}}
    - id: left_common_iliac
      parent: aorta
      points: [[12, -20, 5.3], [34, -50, 5.0], [52, -84, 4.4]]
      outlet: {{organ: muscle, flow_ml_min: 350}}
access: {{vessel: right_common_femoral, at_mm: 100, sheath_fr: 6, sheath_mm: 70}}
tray: [wire-035-bentson, wire-035-angled, catheter-5f-cobra2, catheter-5f-pigtail]
task:
  target: {{vessel: right_renal, at_mm: 3}}     # where the catheter's tip must be
  steps:
    - id: wire-up
      do: Advance the wire into the aorta
      when: {{tip_at: {{device: wire, vessel: aorta}}}}
    - id: engage
      do: Engage the right renal artery
      when: {{tip_at: {{device: catheter, vessel: right_renal, at_mm: 3}}}}
    - id: confirm
      do: Confirm with a small test injection
      when: {{injected: {{vessel: right_renal, at_least_ml: 2}}}}
scoring:
  rubric: default
  # What a practised operator needs; measure it with: ir-sim demo {name}.yaml --headless
  baseline: {{procedure_time_s: 300, fluoro_time_s: 110, contrast_ml: 25, kap_gy_cm2: 12}}
"""


#: Where to go in a case over a template: target and how deep (where its lumen is its own), access
#: and the catheter that gets there.
_TEMPLATE_TASKS = {
    "abdominal-aorta": ("right_renal", 3, 22, 70, "catheter-5f-cobra2"),
    "renal": ("left_renal", 3, 22, 70, "catheter-5f-cobra2"),
    "hepatic": ("common_hepatic", 3, 22, 70, "catheter-5f-cobra2"),
    "arch": ("left_common_carotid", 3, 22, 70, "catheter-5f-vertebral"),
    "pelvis-legs": ("left_common_iliac", 12, 20, 60, "catheter-5f-cobra2"),
}
_TEMPLATE_ANATOMY = """\
anatomy:
  template: {template}        # {shows}
  # age: 70                     # shapes the aorta; the patient's age if left out
  # calibre: 1.0                # multiplies every radius
  # tortuosity: 0.0             # up to 1
  # variant: {variant}
  heart: {{rate_bpm: 72, mean_pressure_mmhg: 92}}
  vessels:
    # What is written here stands over the template's vessels, by id.
    - id: {target}
      lesions: [{{kind: stenosis, at_mm: {lesion}, length_mm: 8, diameter_percent: 50}}]
access: {{vessel: right_common_femoral, at_mm: {at}, sheath_fr: 6, sheath_mm: {sheath}}}
tray: [wire-035-bentson, wire-035-angled, {catheter}]
task:
  target: {{vessel: {target}, at_mm: {deep}}}     # where the catheter's tip must be
  steps:
    - id: engage
      do: Engage the {words}
      when: {{tip_at: {{device: catheter, vessel: {target}, at_mm: {deep}}}}}
    - id: confirm
      do: Confirm with a small test injection
      when: {{injected: {{vessel: {target}, at_least_ml: 2}}}}
# How far other patients differ: ir-sim play {name}.yaml --patient 2
variation: {{calibre_percent: 8, tortuosity: 0.2, heart_rate_bpm: [60, 90]}}
"""


def new_over_template(name: str, template: str, title: str | None = None) -> str:
    """The text of a new case over an anatomical template.

    Args:
        name: Its id.
        template: The template's name.
        title: One line for people; made from the id by default.

    Raises:
        IrSimError: The name cannot be an id, or there is no such template.
    """
    if template not in template_names():
        known = ", ".join(template_names())
        raise IrSimError(f"no anatomical template '{template}'; there are {known}")
    whole = new_case(name, title)
    target, deep, at, sheath, catheter = _TEMPLATE_TASKS[template]
    anatomy = _TEMPLATE_ANATOMY.format(
        name=name,
        template=template,
        shows=title_of(template),
        variant=" or ".join(variants_of(template)),
        target=target,
        words=target.replace("_", " "),
        deep=deep,
        lesion=deep + 9,
        at=at,
        sheath=sheath,
        catheter=catheter,
    )
    return whole[: whole.index("anatomy:\n")] + anatomy + whole[whole.index("scoring:\n") :]


def new_case(name: str, title: str | None = None) -> str:
    """The text of a new case.

    Args:
        name: Its id.
        title: One line for people; made from the id by default.

    Raises:
        IrSimError: The name cannot be an id.
    """
    if not _NAME.fullmatch(name):
        raise IrSimError(
            f"'{name}' cannot name a case: lower-case letters, digits, '-' and '_', "
            "such as left-renal-stenosis"
        )
    words = (title or name.replace("-", " ").replace("_", " ").capitalize()).strip()
    if len(words) > 300 or "\n" in words or not words:
        raise IrSimError("a title is one line of at most 300 characters")
    if re.search(r"[:#\"'\[\]{}&*!|>%@`,]", words) or not words[0].isalpha():
        quoted = words.replace("'", "''")
        return _TEXT.format(name=name, title=words).replace(
            f"\ntitle: {words}", f"\ntitle: '{quoted}'"
        )
    return _TEXT.format(name=name, title=words)


def own_copy(case: str) -> Path:
    """The file in which an author changes a case: an own case's, or a copy of a shipped one.

    The copy is named ``my-`` and the case's id and lies among the own cases; if it is there
    already, it is gone on with.

    Args:
        case: Id of a case, or the path of its file.

    Raises:
        IrSimError: There is no such case, or the copy cannot be written.
    """
    if case in own_scenarios():
        return own_scenarios()[case]
    if Path(case).is_file():
        return Path(case)
    if case not in shipped_scenarios():
        raise IrSimError(f"no case '{case}' to change")
    name = f"my-{case}"
    path = own_folder() / f"{name}.yaml"
    if path.exists():
        return path
    text = shipped_scenarios()[case].read_text(encoding="utf-8")
    text = re.sub(r"(?m)^id:.*$", f"id: {name}", text, count=1)
    text = re.sub(r"(?m)^review: \{.*\}$", "review: unreviewed", text, count=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise IrSimError(f"{path}: cannot be written: {error.strerror or error}") from error
    return path
