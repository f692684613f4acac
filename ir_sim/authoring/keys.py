"""Every key of a case in an author's words: for the reference, and for editors through the schema.

The names on the left are the blocks of ``ir_sim.scenario`` and their keys.
"""

from __future__ import annotations

#: What a block is for.
BLOCKS = {
    "Scenario": "The case itself: the keys at the left margin of the file.",
    "Review": "Who checked the clinical content; until then write `review: unreviewed`.",
    "Patient": "The simulated patient. Never a real one.",
    "Anatomy": "Body and vessels.",
    "Heart": "The heart that drives the flow.",
    "Vessel": "One vessel. A smooth curve runs through its points, from the heart outwards.",
    "Outlet": "What the end of a vessel feeds. A vessel that ends in branches needs none.",
    "Stenosis": "A narrow stretch of a vessel.",
    "Occlusion": "A stretch that is shut; a wire can probe it.",
    "Aneurysm": "A wide stretch all round, or a `sac` on one side.",
    "Sac": "The sac of an aneurysm. It is a vessel of its own, named `<vessel>_sac`, that targets, "
    "steps and endpoints may name.",
    "Thrombus": "Clot in a vessel.",
    "Bleed": "A hole from which blood leaves from the start. For a false aneurysm draw an aneurysm "
    "with a `sac` beside it.",
    "Tumour": "A hypervascular mass with a feeding artery of its own, named `<vessel>_tumour`. To "
    "draw the feeder yourself, write `outlet: {organ: tumour}` on it instead.",
    "Fibroid": "A fibroid with a feeding artery of its own, named `<vessel>_fibroid`.",
    "Fistula": "A short way from an artery into a vein.",
    "Spasm": "The whole vessel is contracted; nitroglycerin, verapamil or time relax it.",
    "Dissection": "A lifted intima narrows the lumen over a stretch.",
    "Access": "Where the introducer sheath enters.",
    "Assistant": "Somebody at the other groin, for two balloons that kiss in a bifurcation: a "
    "balloon-expandable stent lies ready across the origin of the other vessel, and is inflated "
    "together with the trainee's balloon when the trainee asks for it. Its upper edge stands at "
    "`edge_mm`; from there it reaches its own length down the vessel.",
    "Task": "What is to be done.",
    "Target": "Where a device must be to have reached the target.",
    "Step": "One step of the procedure. Steps are meant to be done in order.",
    "Condition": "When a step counts as done. Exactly one of these keys.",
    "TipAt": "The tip of a device lies in a vessel.",
    "Mounted": "A device of the tray is in place.",
    "Injected": "Contrast has been given while the catheter's tip was in a vessel.",
    "Filmed": "A run (an acquisition) shows a vessel that was filled through the catheter's tip.",
    "Happened": "The timeline holds an event of a kind, such as `balloon_inflated`.",
    "Endpoint": "What a treatment must come to: a measure of a vessel, `at_most` or `at_least`.",
    "Scoring": "How a run is rated.",
    "Baseline": "The case's own reference: what a practised operator needs.",
    "Variation": "How far another patient of this case may differ. `ir-sim play CASE --patient 3` "
    "plays the third; the same number is the same patient on every machine, and the recording "
    "holds the whole patient.",
    "Difficulty": "The case made easier or harder: `ir-sim play CASE --difficulty harder`. Every "
    "case has both; this block changes what they mean. Where the whole change cannot be played, "
    "less of it is made.",
    "Change": "What the easier or the harder version changes; what is left out stays.",
    "Underlay": "A picture (an angiogram, say) under the vessels in `ir-sim preview`, to trace. A "
    "trainee never sees it.",
    "Checklist": "Forms before the puncture and after the last film.",
    "Question": "A question of your own for a form.",
    "Choice": "One answer to a question.",
}

_MIDDLE = "Its middle, as distance from the vessel's origin, mm."
_PLACE = "Where it leaves, as distance from the vessel's origin, mm."
_HARDNESS = "How the plaque gives way to a balloon: soft, fibrous or calcified."
_SIDE = "To which side of the picture: left (the patient's left), right, up or down."
_BED = {
    "flow_ml_min": "Its flow at rest, mL/min.",
    "volume_ml": "Its volume, mL: how large the blush is.",
    "capacity_ml": "Particles that fill it, mL packed; follows from the flow if left out.",
    "feeder_mm": "Length of its feeding artery, mm.",
    "side": _SIDE,
}
_LESION_KEYS = {
    **{
        f"{kind}.id": "A name, so that a case that extends this one can change it."
        for kind in (
            "Stenosis",
            "Occlusion",
            "Aneurysm",
            "Thrombus",
            "Bleed",
            "Tumour",
            "Fibroid",
            "Fistula",
            "Spasm",
            "Dissection",
        )
    },
    **{
        f"{kind}.{key}": words
        for kind in ("Stenosis", "Occlusion", "Aneurysm", "Thrombus", "Dissection")
        for key, words in (("at_mm", _MIDDLE), ("length_mm", "Its length, mm."))
    },
    **{f"{kind}.at_mm": _PLACE for kind in ("Bleed", "Tumour", "Fibroid", "Fistula")},
    **{f"{kind}.{key}": words for kind in ("Tumour", "Fibroid") for key, words in _BED.items()},
    "Stenosis.kind": "stenosis",
    "Stenosis.diameter_percent": "How much narrower than the healthy diameter, percent. Either "
    "this or diameter_mm.",
    "Stenosis.diameter_mm": "Diameter at the worst place, mm.",
    "Stenosis.hardness": _HARDNESS,
    "Occlusion.kind": "occlusion",
    "Occlusion.hardness": _HARDNESS,
    "Aneurysm.kind": "aneurysm",
    "Aneurysm.diameter_percent": "How much wider than the healthy diameter, percent. One of this, "
    "diameter_mm or sac.",
    "Aneurysm.diameter_mm": "Diameter at the widest place, mm.",
    "Aneurysm.sac": "A sac on one side instead of a wide stretch.",
    "Sac.neck_mm": "Width of the neck, mm.",
    "Sac.dome_mm": "Width of the dome, mm.",
    "Sac.height_mm": "From neck to dome, mm; 1.2 times the width if left out.",
    "Sac.side": _SIDE,
    "Thrombus.kind": "thrombus",
    "Thrombus.occlusion_percent": "Share of the lumen's area that it fills, percent.",
    "Thrombus.age_h": "Its age, hours; 12 if left out. Old clot is firm.",
    "Thrombus.age_days": "Its age in days, instead of age_h.",
    "Thrombus.fibrin_percent": "Share of fibrin, percent; more is firmer and slower to dissolve.",
    "Bleed.kind": "bleed",
    "Bleed.flow_ml_min": "What leaves at the start, mL/min; angiography shows 0.5 to 1 and more.",
    "Bleed.into": "tissue (it fills up and presses back) or cavity (bowel, belly, skin).",
    "Tumour.kind": "tumour",
    "Fibroid.kind": "fibroid",
    "Fistula.kind": "fistula",
    "Fistula.flow_ml_min": "What flows through it at rest, mL/min.",
    "Fistula.to": "What it leads into: a drawn vein by its id, or `vein` for one not drawn.",
    "Fistula.to_at_mm": "Where in that vein, from its origin, mm; the nearest place if left out.",
    "Spasm.kind": "spasm",
    "Spasm.diameter_percent": "How much narrower than its relaxed diameter, percent.",
    "Dissection.kind": "dissection",
    "Dissection.diameter_percent": "How much narrower than the healthy diameter, percent.",
}

KEYS = {
    "Scenario.format": "Version of the language: always 1.",
    "Scenario.extends": "A case's id, a file beside this one, or an anatomy's name, over which "
    "this case is written: keys stand over keys, vessels, steps and questions over those with the "
    "same `id`; `{id: x, remove: yes}` takes one away. `id` and `review` are never taken over.",
    "Scenario.variation": "How far other patients may differ.",
    "Scenario.difficulty": "What easier and harder mean.",
    "Scenario.underlay": "A picture to trace while authoring.",
    "Underlay.file": "The picture's file, beside the case.",
    "Underlay.mm_per_px": "Size of one of its pixels in the patient, mm.",
    "Underlay.centre_mm": "Where its middle lies: x and y, mm.",
    "Scenario.id": "Name of the case in files and logs; name the file the same, with .yaml.",
    "Scenario.title": "One line that people read.",
    "Scenario.level": "How hard it is.",
    "Scenario.objectives": "What the trainee learns, one line each.",
    "Scenario.review": "`unreviewed`, or who checked the clinical content.",
    "Scenario.briefing": "A paragraph that the trainee reads before the start.",
    "Scenario.patient": "The chart.",
    "Scenario.anatomy": "Body and vessels.",
    "Scenario.access": "The sheath.",
    "Scenario.assistant": "Somebody who helps at the other groin (kissing stents).",
    "Scenario.tray": "Ids of the devices and supplies on the table; their reference is below.",
    "Scenario.task": "Target and steps.",
    "Scenario.scoring": "Rubric and baseline.",
    "Scenario.checklist": "Forms that are filled in before and after.",
    "Review.by": "Name of the physician.",
    "Review.date": "Year-month-day.",
    "Patient.age": "Years.",
    "Patient.sex": "f or m.",
    "Patient.weight_kg": "Body weight, kg.",
    "Patient.height_cm": "Height, cm.",
    "Patient.thickness_cm": "Thickness of the body where it is filmed, cm; follows from weight and "
    "height if it is left out. More thickness, more dose.",
    "Patient.egfr": "Kidney function, mL/min/1.73 m²; sets the contrast limit.",
    "Patient.creatinine_mg_dl": "Creatinine, mg/dL.",
    "Patient.allergies": "In words; an allergy to contrast is recognised.",
    "Patient.labs": "Further values: `inr`, `platelets_10e9_l`, or any name with a number.",
    "Patient.history": "A sentence or two.",
    "Anatomy.body": "Background: abdomen-pelvis, thorax, head-neck, pelvis-leg or generic.",
    "Anatomy.template": "A named anatomy; the vessels written here stand over its vessels.",
    "Anatomy.age": "Age for which the template is shaped, years; the patient's if left out. Age "
    "widens and bends the aorta.",
    "Anatomy.calibre": "Multiplies every radius of the template.",
    "Anatomy.tortuosity": "0 as drawn, 1 very tortuous.",
    "Anatomy.variant": "A variant of the template, or a list of them.",
    "Anatomy.heart": "Rate and pressure.",
    "Anatomy.vessels": "The vessel tree; exactly one vessel (the root) has no parent.",
    "Heart.rate_bpm": "Beats a minute.",
    "Heart.mean_pressure_mmhg": "Mean arterial pressure, mmHg.",
    "Heart.venous_pressure_mmhg": "Mean central venous pressure, mmHg.",
    "Vessel.id": "Its name: lower case, digits, `_`; `right_renal` is shown as right renal.",
    "Vessel.parent": "The vessel it leaves, nearer to the heart.",
    "Vessel.at_mm": "Where it leaves, as distance along the parent from its origin, mm; the place "
    "nearest to the first point if left out.",
    "Vessel.points": "`[x, y, radius]` or `[x, y, radius, z]` in mm, from the heart outwards. x to "
    "the right of the screen (the patient's left), y up (cranial), z towards the viewer "
    "(anterior). The origin lies at the bifurcation of the aorta. A branch's first point lies on "
    "its parent's wall.",
    "Vessel.kind": "artery or vein; as its parent is, an artery if it has none. A vein is drawn "
    "from the heart outwards too; without a parent it begins at the right atrium. A vein whose "
    "parent is an artery begins at the anastomosis of a dialysis fistula and runs towards the "
    "heart; its last vein has `outlet: {organ: right-atrium}`.",
    "Vessel.outlet": "What its end feeds. On a vein without a parent: what its beginning feeds "
    "(`{organ: liver}` for the portal vein), the right atrium if left out.",
    "Vessel.drains": "Of a vein: arteries (or veins, such as the portal vein) whose organs' blood "
    "flows into its end. Contrast comes through, late and thin.",
    "Vessel.calcium_percent": "How much of its wall is calcified, %: seen before any contrast is "
    "given. (A lesion with `hardness: calcified` has chalk of its own.)",
    "Anatomy.staples": "Rows of surgical staples, seen on every picture: of each row both ends, "
    "as `[[x, y], [x, y]]`, mm.",
    "Vessel.inflow_ml_min": "Of a vein: what flows into its end from what is not drawn, mL/min; "
    "0.1 m/s by its calibre if left out. Where it begins at an artery: what the fistula carries, "
    "1000 if left out.",
    "Vessel.lesions": "Its diseases.",
    "Outlet.organ": "kidney, liver, spleen, bowel, colon, stomach, pancreas, brain, muscle, "
    "pelvis, uterus, tumour ...; `other` if none fits, `none` for a blind end.",
    "Outlet.flow_ml_min": "Flow at rest, mL/min; follows from organ and calibre if left out.",
    "Outlet.volume_ml": "Volume of tissue that blushes, mL; the organ's usual size if left out.",
    "Outlet.capacity_ml": "Particles that fill its capillaries, mL packed; follows from the flow "
    "if left out.",
    **_LESION_KEYS,
    "Access.vessel": "The punctured vessel.",
    "Access.at_mm": "Where, as distance from that vessel's origin, mm.",
    "Access.sheath_fr": "Size of the sheath, French; catheters must fit it.",
    "Access.sheath_mm": "Length inside the vessel, mm; devices come out at its mouth.",
    "Access.direction": "retrograde (towards the vessel's origin: the heart, or the anastomosis "
    "of a fistula) or antegrade (on along it).",
    "Assistant.device": "Id of a balloon-expandable stent of the catalogue; it need not be on the "
    "tray.",
    "Assistant.vessel": "The vessel across whose origin it lies: it parts from the trainee's way "
    "at the end of their common parent.",
    "Assistant.edge_mm": "How far the stent's upper edge stands above the bifurcation, in the "
    "parent, mm; negative: below it.",
    "Assistant.access": "The assistant's sheath, in the other groin.",
    "Task.target": "Where to go.",
    "Task.steps": "The procedure, in order.",
    "Task.endpoints": "What the treatment must come to; the case cannot be passed otherwise.",
    "Task.side": "left or right, if the order names a side; the wrong side is an error.",
    "Task.catheter_without_wire": "refused: nothing is put in but over a wire that is already "
    "in the vessel, or through a catheter that is.",
    "Target.vessel": "The vessel.",
    "Target.at_mm": "At least so far beyond its origin, mm.",
    "Target.to_mm": "At most so far beyond its origin, mm; the whole vessel if left out.",
    "Target.device": "Which device: guide, catheter, microcatheter or wire.",
    "Target.hold_s": "For how long it must stay, s.",
    "Step.id": "Its name.",
    "Step.do": "What the trainee reads.",
    "Step.when": "When it counts as done.",
    "Step.hint": "Shown if the trainee asks for help.",
    "Step.weight": "Its share of the points for steps, 1 to 5.",
    "Condition.tip_at": "The tip of a device is in a vessel.",
    "Condition.mounted": "A device is in place.",
    "Condition.injected": "Contrast was injected in a vessel.",
    "Condition.filmed": "A run shows a vessel.",
    "Condition.removed": "A device was taken out.",
    "Condition.happened": "A treatment's event is on the timeline (`balloon_inflated`, say).",
    "Condition.endpoint": "A treatment has come to an endpoint.",
    "Condition.drug": "A drug was given.",
    "Condition.target_reached": "`true`: the target is reached and held.",
    "TipAt.vessel": "The vessel.",
    "TipAt.at_mm": "At least so far beyond its origin, mm.",
    "TipAt.to_mm": "At most so far beyond its origin, mm; the whole vessel if left out.",
    "TipAt.device": "guide, catheter, microcatheter or wire.",
    "Mounted.device": "guide, catheter, microcatheter or wire.",
    "Mounted.id": "A certain device of the tray; any if left out.",
    "Injected.vessel": "The vessel.",
    "Injected.at_least_ml": "Least volume, mL.",
    "Filmed.vessel": "The vessel.",
    "Filmed.at_least_ml": "Least contrast given during the run, mL.",
    "Scoring.rubric": "Which rubric: `default`, or one of your own.",
    "Scoring.baseline": "What a practised operator needs.",
    "Baseline.procedure_time_s": "From start to finish, s.",
    "Baseline.fluoro_time_s": "Fluoroscopy, s.",
    "Baseline.contrast_ml": "Contrast, mL.",
    "Baseline.air_kerma_mgy": "Air kerma at the reference point (Ka,r), mGy.",
    "Baseline.kap_gy_cm2": "Kerma-area product, Gy·cm².",
    "Variation.calibre_percent": "All calibres, up to so much wider or narrower, percent.",
    "Variation.tortuosity": "Up to so much more tortuous, 0 to 1.",
    "Variation.position_mm": "Ostia and courses up to so far elsewhere, mm.",
    "Variation.lesion_percent": "Stenoses up to so many points tighter or wider, percent.",
    "Variation.flow_percent": "Flows of the organs up to so much more or less, percent.",
    "Variation.heart_rate_bpm": "From and to, beats a minute.",
    "Variation.mean_pressure_mmhg": "From and to, mmHg.",
    "Variation.age": "From and to, years.",
    "Variation.weight_kg": "From and to, kg.",
    "Variation.egfr": "From and to, mL/min/1.73 m².",
    "Variation.variant": "Variants of the template, one of which is drawn.",
    "Difficulty.easier": "Wider stenoses (15 points), wider vessels (8 %) and a baseline of 140 % "
    "if left out.",
    "Difficulty.harder": "Tighter stenoses (12 points), narrower (8 %) and more tortuous (0.3) "
    "vessels, no hints and a baseline of 80 % if left out.",
    "Change.stenosis_percent": "Points added to every stenosis, percent; negative takes away.",
    "Change.calibre_percent": "All calibres wider, percent; negative is narrower.",
    "Change.tortuosity": "So much more tortuous, 0 to 1.",
    "Change.hints": "Whether the steps keep their hints.",
    "Change.baseline_percent": "Time, dose and contrast that a practised operator is given, "
    "percent of the case's baseline.",
    "Change.tray_add": "Further devices on the tray.",
    "Change.tray_remove": "Devices taken off the tray.",
    "Checklist.risk": "Bleeding risk of the procedure: low or high; sets the limits of the labs.",
    "Checklist.heparin": "Whether heparin must be given before treatment.",
    "Checklist.before": "Ids of the questions before the puncture.",
    "Checklist.after": "Ids of the questions after the last film.",
    "Checklist.questions": "Questions of your own.",
    "Question.id": "Its name, to list under before or after.",
    "Question.topic": "What it checks.",
    "Question.ask": "The words. In braces, here and in choices and why, facts that are filled in: "
    "`{age}`, `{sex}`, `{allergies}`, `{inr}`, `{platelets}`, `{egfr}`, `{risk}`, `{access}`, "
    "`{site}` (groin, arm, neck) and `{press}` (how that puncture is closed).",
    "Question.choices": "The answers, two to eight.",
    "Question.why": "Shown after the answer.",
    "Question.source": "Where that comes from.",
    "Question.weight": "Its share, 1 to 5.",
    "Choice.id": "Its name.",
    "Choice.text": "The words.",
    "Choice.right": "Whether it is right.",
    "Choice.right_if": "Rules over the patient that make it right.",
    "Happened.kind": "Kind of the event.",
    "Happened.vessel": "The vessel in which it happened; any if left out.",
    "Happened.times": "How many such events.",
    "Endpoint.measure": "What is measured: `residual_percent`, `gradient_mmhg`, "
    "`flow_share_percent`, `bleed_ml_min`, `tici`, `lysis_percent`, `packing_percent`, "
    "`clearing_beats` or `flow_ml_min`.",
    "Endpoint.vessel": "The vessel that is measured.",
    "Endpoint.at_most": "The measure may be at most this.",
    "Endpoint.at_least": "The measure must be at least this.",
}
