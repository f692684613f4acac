"""The patient's chart and the tray in words, for the briefing."""

from __future__ import annotations

from collections.abc import Iterator

from ir_sim.scenario.device import Device
from ir_sim.scenario.model import Patient, Scenario

_LABS = {
    "inr": ("INR", ""),
    "platelets_10e9_l": ("Platelets", "× 10⁹/L"),
    "haemoglobin_g_dl": ("Haemoglobin", "g/dL"),
    "lactate_mmol_l": ("Lactate", "mmol/L"),
}


def patient_lines(patient: Patient, contrast_limit_ml: float | None) -> Iterator[tuple[str, str]]:
    """Name and value of each line of the chart."""
    who = {"f": "Woman", "m": "Man"}[patient.sex]
    yield "Patient", f"{who}, {patient.age} years"
    yield "Size", f"{patient.height_cm:g} cm, {patient.weight_kg:g} kg"
    yield "Allergies", ", ".join(patient.allergies) or "none known"
    kidney = f"eGFR {patient.egfr:g} mL/min/1.73 m²"
    if patient.creatinine_mg_dl is not None:
        kidney += f", creatinine {patient.creatinine_mg_dl:g} mg/dL"
    yield "Kidneys", kidney
    for name, value in patient.labs.items():
        words, unit = _LABS.get(name, (name.replace("_", " "), ""))
        yield words, f"{value:g} {unit}".strip()
    if contrast_limit_ml is not None:
        yield "Contrast limit", f"{contrast_limit_ml:.0f} mL"
    if patient.history:
        yield "History", patient.history


def size_of(device: Device) -> str:
    """Outer size as clinicians say it, and the length."""
    size = f"{device.diameter_in:.3f} in" if device.diameter_in else f"{device.diameter_fr:g} F"
    return f"{size}, {device.length_cm:g} cm"


def access_line(scenario: Scenario) -> str:
    """The sheath."""
    access = scenario.access
    vessel = access.vessel.replace("_", " ")
    return f"{access.sheath_fr:g} F sheath, {vessel}, {access.direction}"
