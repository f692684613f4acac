"""Runs as DICOM: X-ray angiographic multi-frame images (needs the extra ``dicom``).

Everything is marked as simulated: the patient's name, the series, the station. Unique identifiers
follow from the run's name, so that the same run gives the same file.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ir_sim.xray.export import ExportError, RunPictures
from ir_sim.xray.settings import (
    MAGNIFICATION,
    SOURCE_IMAGE_CM,
    SOURCE_ISOCENTRE_CM,
    Exposure,
)

if TYPE_CHECKING:
    from pydicom import Dataset

_VERSION = version("ir-sim")
MAKER = "ir_sim (training simulator)"
#: Root of identifiers that are a 128-bit number (DICOM PS3.5 B.2).
_UUID_ROOT = "2.25."


@dataclass(frozen=True)
class Study:
    """What a study is called.

    Attributes:
        run_id: Name of the run in the records; identifiers follow from it.
        title: Title of the case.
        pseudonym: The simulated patient.
        sex: ``f`` or ``m``.
        age: Years.
        when: Start of the procedure.
    """

    run_id: str
    title: str
    pseudonym: str
    sex: str
    age: int
    when: datetime.datetime

    def uid(self, *parts: object) -> str:
        """A unique identifier of something within the study."""
        key = "/".join(["ir_sim", self.run_id, *(str(p) for p in parts)])
        return _UUID_ROOT + str(int.from_bytes(hashlib.sha256(key.encode()).digest()[:15], "big"))


def write_run(path: Path, run: RunPictures, study: Study) -> None:
    """Write a run as an X-ray angiographic image with all its frames.

    Raises:
        ExportError: pydicom is missing or the file cannot be written.
    """
    from pydicom.uid import XRayAngiographicImageStorage  # noqa: PLC0415  extra

    first = run.exposures[0]
    s = first.settings
    number = first.run or first.number
    ds = base_dataset(study, XRayAngiographicImageStorage, "XA", number, ("xa", number))
    ds.SeriesDescription = f"Run {number} (simulated)"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SINGLE PLANE"]
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    _pixels(ds, run)
    ds.KVP = _decimal(first.kv)
    ds.RadiationSetting = "GR" if first.kind == "acquire" else "SC"
    exposure_ms = 80.0 if first.kind == "acquire" else 12.0
    ds.ExposureTime = round(exposure_ms)
    ds.XRayTubeCurrent = max(1, round(1000.0 * first.ma_s / exposure_ms))
    ds.Exposure = max(1, round(sum(e.ma_s for e in run.exposures)))
    ds.ImageAndFluoroscopyAreaDoseProduct = _decimal(10 * sum(e.kap_gy_cm2 for e in run.exposures))
    ds.PositionerMotion = "STATIC"
    ds.PositionerPrimaryAngle = _decimal(s.lao_deg)
    ds.PositionerSecondaryAngle = _decimal(s.cranial_deg)
    ds.DistanceSourceToDetector = _decimal(10 * SOURCE_IMAGE_CM)
    ds.DistanceSourceToPatient = _decimal(10 * SOURCE_ISOCENTRE_CM)
    ds.EstimatedRadiographicMagnificationFactor = _decimal(MAGNIFICATION)
    element = 10.0 * s.field_cm / 2**0.5 / run.frames.shape[2]
    ds.ImagerPixelSpacing = [_decimal(element), _decimal(element)]
    _collimator(ds, run)
    ds.RecommendedViewingMode = "NAT"
    _save(ds, path)


def base_dataset(
    study: Study, sop_class: str, modality: str, number: int, parts: tuple[object, ...]
) -> Dataset:
    """The parts that images and reports share: patient, study, series, equipment.

    Raises:
        ExportError: pydicom is missing.
    """
    try:
        from pydicom.dataset import Dataset, FileMetaDataset  # noqa: PLC0415  extra
        from pydicom.uid import ExplicitVRLittleEndian  # noqa: PLC0415
    except ImportError as error:
        raise ExportError("DICOM needs pydicom: pip install 'ir-sim[dicom]'") from error
    ds: Any = Dataset()
    meta: Any = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = study.uid(*parts)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = study_free_uid("implementation")
    meta.ImplementationVersionName = f"IR_SIM_{_VERSION}"[:16]
    ds.file_meta = meta
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID = study.uid("study")
    ds.SeriesInstanceUID = study.uid("series", *parts)
    ds.StudyID = "1"
    ds.SeriesNumber = number
    ds.InstanceNumber = 1
    ds.Modality = modality
    ds.PatientName = f"Simulated^{study.pseudonym}"
    ds.PatientID = f"SIM-{study.pseudonym}"
    ds.PatientBirthDate = ""
    ds.PatientSex = study.sex.upper()
    ds.PatientAge = f"{study.age:03d}Y"
    ds.AccessionNumber = ""
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = f"{study.title} (simulated training)"[:64]
    for name in ("Study", "Series", "Content", "Acquisition"):
        setattr(ds, f"{name}Date", study.when.strftime("%Y%m%d"))
        setattr(ds, f"{name}Time", study.when.strftime("%H%M%S"))
    ds.PatientOrientation = ["L", "F"]
    ds.Laterality = ""
    ds.Manufacturer = MAKER
    ds.ManufacturerModelName = "ir_sim"
    ds.SoftwareVersions = _VERSION
    ds.DeviceSerialNumber = "0"
    ds.InstitutionName = "Simulated"
    found: Dataset = ds
    return found


def study_free_uid(name: str) -> str:
    """An identifier that belongs to the program, not to a study."""
    digest = hashlib.sha256(f"ir_sim/{name}".encode()).digest()[:15]
    return _UUID_ROOT + str(int.from_bytes(digest, "big"))


def _pixels(ds: Dataset, run: RunPictures) -> None:
    count, rows, columns = run.frames.shape
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = rows, columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
    ds.PixelRepresentation = 0
    ds.PixelIntensityRelationship = "DISP"
    ds.NumberOfFrames = count
    ds.FrameTime = _decimal(run.frame_time_ms)
    ds.FrameIncrementPointer = 0x00181063
    ds.CineRate = max(1, round(1000.0 / run.frame_time_ms))
    ds.RecommendedDisplayFrameRate = ds.CineRate
    ds.WindowCenter, ds.WindowWidth = "128", "256"
    data = np.ascontiguousarray(run.frames).tobytes()
    ds.PixelData = data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OB"


def _collimator(ds: Dataset, run: RunPictures) -> None:
    """Edges of the open field, in columns and rows counted from 1."""
    left, right, bottom, top = run.exposures[0].settings.blades
    rows, columns = run.frames.shape[1:]
    ds.CollimatorShape = "RECTANGULAR"
    ds.CollimatorLeftVerticalEdge = round(left * columns)
    ds.CollimatorRightVerticalEdge = columns + 1 - round(right * columns)
    ds.CollimatorUpperHorizontalEdge = round(top * rows)
    ds.CollimatorLowerHorizontalEdge = rows + 1 - round(bottom * rows)


def _decimal(value: float) -> str:
    """A DICOM decimal string: at most 16 characters."""
    return f"{value:.10g}"[:16]


def _save(ds: Any, path: Path) -> None:
    try:
        ds.save_as(path, enforce_file_format=True)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True)
class Irradiation:
    """One press of a pedal: its exposures, in order."""

    exposures: tuple[Exposure, ...]

    @property
    def first(self) -> Exposure:
        """The first exposure."""
        return self.exposures[0]


def irradiations(exposures: list[Exposure]) -> list[Irradiation]:
    """Exposures by press of the pedal: a new run, the other pedal or a pause begins a new one."""
    groups: list[list[Exposure]] = []
    for exposure in exposures:
        last = groups[-1][-1] if groups else None
        same = last is not None and (last.kind, last.run) == (exposure.kind, exposure.run)
        # a pause of two periods: the pedal was up
        pause = 2.2 / (exposure.settings.pulse_rate if exposure.kind == "fluoro" else 1.0)
        if last is not None and same and exposure.time_s - last.time_s <= pause:
            groups[-1].append(exposure)
        else:
            groups.append([exposure])
    return [Irradiation(tuple(group)) for group in groups]
