"""The dose of a procedure as a DICOM X-Ray Radiation Dose SR (needs the extra ``dicom``).

Template TID 10001 (projection X-ray) of DICOM PS3.16: accumulated dose (TID 10002, 10004) and one
irradiation event (TID 10003) for each press of a pedal.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ir_sim.xray.dicom import Irradiation, Study, _save, base_dataset, irradiations, study_free_uid
from ir_sim.xray.dose import Dose
from ir_sim.xray.settings import SOURCE_IMAGE_CM, SOURCE_ISOCENTRE_CM, Exposure

if TYPE_CHECKING:
    from pydicom import Dataset

Code = tuple[str, str, str]

_GY = ("Gy", "UCUM", "Gy")
_GY_M2 = ("Gy.m2", "UCUM", "Gy.m2")
_SECOND = ("s", "UCUM", "s")
_DEGREE = ("deg", "UCUM", "deg")
_KV = ("kV", "UCUM", "kV")
_MA = ("mA", "UCUM", "mA")
_MM = ("mm", "UCUM", "mm")
_ONE = ("1", "UCUM", "no units")
_M2 = ("m2", "UCUM", "m2")
_PER_SECOND = ("{pulse}/s", "UCUM", "pulse/s")


def write_dose_report(path: Path, dose: Dose, exposures: list[Exposure], study: Study) -> None:
    """Write the dose report of a whole procedure.

    Args:
        path: Where to.
        dose: The machine's display at the end.
        exposures: All exposures, in order.
        study: What the procedure is called.

    Raises:
        ExportError: pydicom is missing or the file cannot be written.
    """
    sop_class = "1.2.840.10008.5.1.4.1.1.88.67"
    ds = base_dataset(study, sop_class, "SR", 9000, ("dose-report",))
    ds.SeriesDescription = "Radiation dose (simulated)"
    for unused in ("PatientOrientation", "Laterality", "AcquisitionDate", "AcquisitionTime"):
        delattr(ds, unused)
    ds.CompletionFlag = "COMPLETE"
    ds.VerificationFlag = "UNVERIFIED"
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.PerformedProcedureCodeSequence = []
    ds.ValueType = "CONTAINER"
    ds.ContinuityOfContent = "SEPARATE"
    ds.ConceptNameCodeSequence = [_code(("113701", "DCM", "X-Ray Radiation Dose Report"))]
    template = _empty()
    template.MappingResource = "DCMR"
    template.TemplateIdentifier = "10001"
    ds.ContentTemplateSequence = [template]
    procedure = _coded(
        ("121058", "DCM", "Procedure reported"), ("113704", "DCM", "Projection X-Ray"),
        "HAS CONCEPT MOD",
    )  # fmt: skip
    intent = _coded(
        ("363703001", "SCT", "Has Intent"), ("261004008", "SCT", "Diagnostic Intent"),
        "HAS CONCEPT MOD",
    )  # fmt: skip
    procedure.ContentSequence = [intent]
    scope = _coded(
        ("113705", "DCM", "Scope of Accumulation"), ("113014", "DCM", "Study"), "HAS OBS CONTEXT"
    )
    scope.ContentSequence = [
        _uid(("110180", "DCM", "Study Instance UID"), ds.StudyInstanceUID, "HAS PROPERTIES")
    ]
    observer = _coded(
        ("121005", "DCM", "Observer Type"), ("121007", "DCM", "Device"), "HAS OBS CONTEXT"
    )
    device = _uid(
        ("121012", "DCM", "Device Observer UID"), study_free_uid("device"), "HAS OBS CONTEXT"
    )
    name = _text(("121013", "DCM", "Device Observer Name"), "ir_sim", "HAS OBS CONTEXT")
    source = _coded(
        ("113854", "DCM", "Source of Dose Information"),
        ("113856", "DCM", "Automated Data Collection"),
    )
    events = [
        _event(k, irradiation, study) for k, irradiation in enumerate(irradiations(exposures), 1)
    ]
    accumulated = _accumulated(dose)
    ds.ContentSequence = [procedure, observer, device, name, scope, accumulated, *events, source]
    _save(ds, path)


def _accumulated(dose: Dose) -> Dataset:
    container = _container(("113702", "DCM", "Accumulated X-Ray Dose Data"))
    container.ContentSequence = [
        _plane(),
        _number(("113722", "DCM", "Dose Area Product Total"), 1e-4 * dose.kap_gy_cm2, _GY_M2),
        _number(("113725", "DCM", "Dose (RP) Total"), 1e-3 * dose.air_kerma_mgy, _GY),
        _number(
            ("113726", "DCM", "Fluoro Dose Area Product Total"),
            1e-4 * dose.kap_fluoro_gy_cm2, _GY_M2,
        ),
        _number(
            ("113728", "DCM", "Fluoro Dose (RP) Total"), 1e-3 * dose.air_kerma_fluoro_mgy, _GY
        ),
        _number(("113730", "DCM", "Total Fluoro Time"), dose.fluoro_time_s, _SECOND),
        _number(
            ("113727", "DCM", "Acquisition Dose Area Product Total"),
            1e-4 * dose.kap_acquire_gy_cm2, _GY_M2,
        ),
        _number(
            ("113729", "DCM", "Acquisition Dose (RP) Total"),
            1e-3 * dose.air_kerma_acquire_mgy, _GY,
        ),
        _number(("113855", "DCM", "Total Acquisition Time"), dose.acquire_time_s, _SECOND),
        _number(("113731", "DCM", "Total Number of Radiographic Frames"), dose.run_frames, _ONE),
        _reference_point(),
    ]  # fmt: skip
    return container


def _event(number: int, irradiation: Irradiation, study: Study) -> Dataset:
    first, shots = irradiation.first, irradiation.exposures
    s = first.settings
    acquired = first.kind == "acquire"
    started = study.when + datetime.timedelta(seconds=first.time_s)
    kind = ("113611", "DCM", "Stationary Acquisition") if acquired else (
        "44491008", "SCT", "Fluoroscopy")  # fmt: skip
    milliseconds = 80.0 if acquired else 12.0
    container = _container(("113706", "DCM", "Irradiation Event X-Ray Data"))
    rate = s.frame_rate if acquired else s.pulse_rate
    container.ContentSequence = [
        _plane(),
        _uid(("113769", "DCM", "Irradiation Event UID"), study.uid("event", number)),
        _datetime(("111526", "DCM", "DateTime Started"), started),
        _coded(("113721", "DCM", "Irradiation Event Type"), kind),
        _text(("125203", "DCM", "Acquisition Protocol"), s.mode if acquired else s.detail),
        _reference_point(),
        _number(
            ("122130", "DCM", "Dose Area Product"), 1e-4 * sum(e.kap_gy_cm2 for e in shots), _GY_M2
        ),
        _number(("113738", "DCM", "Dose (RP)"), 1e-3 * sum(e.air_kerma_mgy for e in shots), _GY),
        _number(("113790", "DCM", "Collimated Field Area"), 1e-4 * s.reference_area_cm2, _M2),
        _number(("112011", "DCM", "Positioner Primary Angle"), s.lao_deg, _DEGREE),
        _number(("112012", "DCM", "Positioner Secondary Angle"), s.cranial_deg, _DEGREE),
        _number(("113791", "DCM", "Pulse Rate"), rate, _PER_SECOND),
        _number(("113768", "DCM", "Number of Pulses"), len(shots), _ONE),
        _number(("113733", "DCM", "KVP"), first.kv, _KV),
        _number(
            ("113734", "DCM", "X-Ray Tube Current"), 1000.0 * first.ma_s / milliseconds, _MA
        ),
        _number(
            ("113750", "DCM", "Distance Source to Detector"), 10 * SOURCE_IMAGE_CM, _MM
        ),
        _number(
            ("113748", "DCM", "Distance Source to Isocenter"), 10 * SOURCE_ISOCENTRE_CM, _MM
        ),
        _coded(
            ("113745", "DCM", "Target Region"), ("818983003", "SCT", "Abdomen")
            if "abdomen" in study.title.lower() else ("38266002", "SCT", "Entire body"),
        ),
    ]  # fmt: skip
    return container


def _plane() -> Dataset:
    return _coded(
        ("113764", "DCM", "Acquisition Plane"), ("113622", "DCM", "Single Plane"),
        "HAS CONCEPT MOD",
    )  # fmt: skip


def _reference_point() -> Dataset:
    return _coded(
        ("113780", "DCM", "Reference Point Definition"),
        ("113860", "DCM", "15cm below BeamIsocenter"),
    )


def _empty() -> Dataset:
    from pydicom.dataset import Dataset  # noqa: PLC0415  extra

    return Dataset()


def _code(code: Code) -> Dataset:
    item = _empty()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code
    return item


def _item(kind: str, concept: Code, relation: str) -> Dataset:
    item = _empty()
    item.RelationshipType = relation
    item.ValueType = kind
    item.ConceptNameCodeSequence = [_code(concept)]
    return item


def _container(concept: Code) -> Dataset:
    item = _item("CONTAINER", concept, "CONTAINS")
    item.ContinuityOfContent = "SEPARATE"
    return item


def _coded(concept: Code, value: Code, relation: str = "CONTAINS") -> Dataset:
    item = _item("CODE", concept, relation)
    item.ConceptCodeSequence = [_code(value)]
    return item


def _uid(concept: Code, value: str, relation: str = "CONTAINS") -> Dataset:
    item = _item("UIDREF", concept, relation)
    item.UID = value
    return item


def _text(concept: Code, value: str, relation: str = "CONTAINS") -> Dataset:
    item = _item("TEXT", concept, relation)
    item.TextValue = value
    return item


def _datetime(concept: Code, value: datetime.datetime) -> Dataset:
    item = _item("DATETIME", concept, "CONTAINS")
    item.DateTime = value.strftime("%Y%m%d%H%M%S.%f")
    return item


def _number(concept: Code, value: float, unit: Code) -> Dataset:
    item = _item("NUM", concept, "CONTAINS")
    measured = _empty()
    measured.NumericValue = f"{value:.10g}"[:16]
    measured.MeasurementUnitsCodeSequence = [_code(unit)]
    item.MeasuredValueSequence = [measured]
    return item
