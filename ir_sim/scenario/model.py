"""The scenario language, format 1: what a case file may say.

Lengths in mm, vessel positions in the plane of the picture: x to the right of the screen (the
patient's left), y up (cranial), optional z towards the viewer (anterior). Units ride in the names.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from ir_sim.scenario.checklist import Checklist
from ir_sim.scenario.device import Device
from ir_sim.scenario.fields import Finite, Line, Model, Name, NonNegative, Positive, Text
from ir_sim.scenario.lesions import Lesion, grown
from ir_sim.scenario.patients import Difficulty, Variation
from ir_sim.scenario.supply import Supply
from ir_sim.scenario.task import Task
from ir_sim.scenario.yaml_source import Source

Level = Literal["beginner", "intermediate", "advanced"]
#: Both ends of a row, each x and y in mm.
Row = Annotated[
    list[Annotated[list[Finite], Field(min_length=2, max_length=2)]],
    Field(min_length=2, max_length=2),
]
#: x, y, radius and optionally z, all in mm.
Point = Annotated[list[Finite], Field(min_length=3, max_length=4)]


class Review(Model):
    """Who checked the clinical content, and when."""

    by: Line
    date: Annotated[datetime.date, Field(strict=False)]


class Patient(Model):
    """The simulated patient; never a real one."""

    age: Annotated[int, Field(ge=0, le=120)]
    sex: Literal["f", "m"]
    weight_kg: Annotated[float, Field(ge=1, le=400, allow_inf_nan=False)]
    height_cm: Annotated[float, Field(ge=40, le=230, allow_inf_nan=False)] = 170.0
    thickness_cm: Annotated[float, Field(ge=5, le=50, allow_inf_nan=False)] | None = None
    egfr: Annotated[float, Field(ge=0, le=200, allow_inf_nan=False)] = 90.0
    creatinine_mg_dl: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)] | None = None
    allergies: list[Line] = []
    labs: dict[Name, Finite] = {}
    history: Text = ""


class Heart(Model):
    """The heart that drives the flow."""

    rate_bpm: Annotated[float, Field(ge=20, le=220, allow_inf_nan=False)] = 72.0
    mean_pressure_mmhg: Annotated[float, Field(ge=30, le=200, allow_inf_nan=False)] = 92.0
    venous_pressure_mmhg: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 5.0


class Outlet(Model):
    """What the end of a vessel feeds."""

    organ: Name
    flow_ml_min: Positive | None = None
    volume_ml: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None
    capacity_ml: Positive | None = None


class Vessel(Model):
    """A vessel: a smooth curve through its points, from the heart outwards.

    ``at_mm`` is where it leaves its parent, as arclength along the parent; without it the nearest
    place is taken. The vessel's own arclength 0 is its ostium.

    A vein (``kind``; a child is of its parent's kind) is drawn in the same way, from the heart
    outwards, and its blood runs the other way: a vein without a parent begins at the right atrium
    (or in what its ``outlet`` says), and the ends of the tree take blood in. A vein whose parent is
    an artery begins at the anastomosis of a dialysis fistula and runs towards the heart.

    ``drains`` names arteries whose organs' blood a vein takes in; ``inflow_ml_min`` says how much
    comes from what is not drawn.
    """

    id: Name
    parent: Name | None = None
    at_mm: NonNegative | None = None
    points: Annotated[list[Point], Field(min_length=2)]
    kind: Literal["artery", "vein"] | None = None
    outlet: Outlet | None = None
    drains: list[Name] = []
    inflow_ml_min: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None
    calcium_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    lesions: list[Lesion] = []


class Anatomy(Model):
    """Body and vessels; a template's, if one is named, with those written here over them."""

    body: Name
    template: Name | None = None
    age: Annotated[float, Field(ge=0, le=120, allow_inf_nan=False)] | None = None
    calibre: Annotated[float, Field(ge=0.5, le=1.6, allow_inf_nan=False)] = 1.0
    tortuosity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    variant: Name | list[Name] = []
    heart: Heart = Heart()
    staples: Annotated[list[Row], Field(max_length=40)] = []
    vessels: Annotated[list[Vessel], Field(min_length=1, max_length=2000)]

    @property
    def names(self) -> list[str]:
        """Every vessel that a target or a step can name: drawn, then grown by lesions."""
        own = [vessel.id for vessel in self.vessels]
        return own + [name for v in self.vessels for name, _ in grown(v.id, v.lesions)]

    @cached_property
    def veins(self) -> frozenset[str]:
        """Ids of the vessels that are veins: by their own word, or as their parents are."""
        specs = {vessel.id: vessel for vessel in self.vessels}

        def is_vein(name: str) -> bool:
            seen: set[str] = set()
            while name in specs and name not in seen:
                seen.add(name)
                spec = specs[name]
                if spec.kind is not None:
                    return spec.kind == "vein"
                name = spec.parent or ""
            return False

        return frozenset(name for name in specs if is_vein(name))


class Access(Model):
    """Where the introducer sheath enters; its mouth lies ``sheath_mm`` further on."""

    vessel: Name
    at_mm: NonNegative
    sheath_fr: Annotated[float, Field(ge=3, le=30, allow_inf_nan=False)]
    sheath_mm: Annotated[float, Field(ge=5, le=900, allow_inf_nan=False)] = 80.0
    direction: Literal["retrograde", "antegrade"] = "retrograde"


class Assistant(Model):
    """A second pair of hands at the other groin, for the other vessel of a bifurcation.

    A balloon-expandable stent lies ready across the vessel's origin. Its upper edge stands
    ``edge_mm`` above the bifurcation (below it, if negative); from there it reaches its own length
    down the vessel. It is inflated together with the trainee's balloon, when the trainee says so.
    """

    device: Name
    vessel: Name
    edge_mm: Annotated[float, Field(ge=-10, le=6, allow_inf_nan=False)] = 2.0
    access: Access


class Baseline(Model):
    """The case's own reference figures: what a practised operator needs."""

    procedure_time_s: Positive = 300.0
    fluoro_time_s: Positive = 120.0
    contrast_ml: Positive = 30.0
    kap_gy_cm2: Positive = 15.0
    air_kerma_mgy: Positive | None = None


class Underlay(Model):
    """A picture under the vessels on the author's screen, to trace; a trainee never sees it."""

    file: Line
    mm_per_px: Positive
    centre_mm: Annotated[list[Finite], Field(min_length=2, max_length=2)] = [0.0, 0.0]


class Scoring(Model):
    """Which rubric rates the run, and against what."""

    rubric: Name = "default"
    baseline: Baseline = Baseline()


class Scenario(Model):
    """A training case, as its author wrote it.

    Attributes:
        source: The parsed text, for messages that point into it.
        sha256: Hash of the text, hexadecimal; names this version of the case in every record.
        devices: The tray's devices by id.
        assistant_device: The assistant's device, or None.
    """

    format: Literal[1]
    extends: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    id: Name
    title: Line
    level: Level
    objectives: Annotated[list[Line], Field(min_length=1, max_length=12)]
    review: Literal["unreviewed"] | Review = "unreviewed"
    briefing: Text = ""
    patient: Patient
    anatomy: Anatomy
    access: Access
    assistant: Assistant | None = None
    tray: Annotated[list[Name], Field(min_length=1, max_length=40)]
    task: Task
    scoring: Scoring = Scoring()
    checklist: Checklist | None = None
    variation: Variation | None = None
    difficulty: Difficulty | None = None
    underlay: Underlay | None = None
    _source: Source = PrivateAttr()
    _devices: Mapping[str, Device] = PrivateAttr(default_factory=dict)
    _supplies: Mapping[str, Supply] = PrivateAttr(default_factory=dict)
    _assistant_device: Device | None = PrivateAttr(default=None)

    def bound(
        self,
        source: Source,
        devices: Mapping[str, Device],
        supplies: Mapping[str, Supply] | None = None,
        assistant_device: Device | None = None,
    ) -> Scenario:
        """This case with its text, its tray's devices and supplies, and the assistant's device."""
        self._source, self._assistant_device = source, assistant_device
        self._devices, self._supplies = dict(devices), dict(supplies or {})
        return self

    @property
    def source(self) -> Source:
        """The parsed text."""
        return self._source

    @property
    def text(self) -> str:
        """The YAML text: the author's, or all in one where it takes parts from elsewhere."""
        return self._source.resolved or self._source.text

    @property
    def sha256(self) -> str:
        """Hash of the text's UTF-8 bytes, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def devices(self) -> Mapping[str, Device]:
        """The tray's devices by id."""
        return self._devices

    @property
    def assistant_device(self) -> Device | None:
        """The device in the assistant's hands; None where there is no assistant."""
        return self._assistant_device

    @property
    def supplies(self) -> Mapping[str, Supply]:
        """The tray's supplies (coils, particles, liquids) by id."""
        return self._supplies
