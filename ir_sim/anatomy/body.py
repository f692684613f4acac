"""The body behind the vessels: what a template's patient is made of, as seen along the beam.

All templates share one frame: mm, x to the right of the screen, y up, the origin at the
bifurcation of the aorta. A body knows its thickness at once (the automatic exposure needs it in
every tick); its layers are painted when a picture first asks for them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from ir_sim.scenario.model import Patient, Scenario
from ir_sim.scenario.shipped import shipped

Array = NDArray[np.float64]
Image = NDArray[np.float32]

#: Front-to-back thickness at a height in the body's frame (mm), relative to the trunk, in cm of
#: water: lungs are light, thighs thin (assumed from cross-sections of adults).
_AP_SHARE = (
    (-1020.0, 0.34), (-960.0, 0.33), (-900.0, 0.36), (-780.0, 0.47), (-640.0, 0.52),
    (-575.0, 0.52), (-520.0, 0.58), (-360.0, 0.72), (-240.0, 0.90), (-166.0, 1.0), (-60.0, 0.98),
    (40.0, 0.95), (120.0, 1.0), (190.0, 1.0), (235.0, 0.80), (330.0, 0.70), (380.0, 0.66),
    (430.0, 0.58), (480.0, 0.52), (530.0, 0.58), (565.0, 0.76), (600.0, 0.82), (690.0, 0.82),
    (715.0, 0.62), (728.0, 0.30), (738.0, 0.0),
)  # fmt: skip
#: Half width from side to side, relative to half the trunk's.
_WIDTH_SHARE = (
    (-200.0, 1.12), (-60.0, 1.10), (40.0, 0.97), (120.0, 0.95), (230.0, 1.0), (370.0, 1.05),
    (410.0, 0.85), (440.0, 0.44), (475.0, 0.36), (535.0, 0.38), (565.0, 0.44), (600.0, 0.48),
    (650.0, 0.50), (690.0, 0.46), (715.0, 0.32), (732.0, 0.14), (740.0, 0.02),
)  # fmt: skip
#: Half width of the trunk, mm: a constant and a share per cm of thickness (assumed).
_HALF_WIDTH_MM = (85.0, 3.6)
#: Below the groin two legs: middle line and half width, mm, by height.
_LEG = ((-1020.0, 72.0, 40.0), (-945.0, 72.0, 36.0), (-780.0, 76.0, 56.0), (-575.0, 80.0, 60.0),
        (-400.0, 90.0, 78.0), (-220.0, 98.0, 98.0))  # fmt: skip
_GROIN_MM = -215.0
#: The arms beside a chest: middle line and half width, mm, by height; as thick as wide (assumed).
_ARM = ((-90.0, 196.0, 0.0), (-60.0, 196.0, 27.0), (60.0, 192.0, 36.0), (150.0, 186.0, 40.0),
        (300.0, 180.0, 48.0), (350.0, 177.0, 49.0), (385.0, 170.0, 48.0), (402.0, 165.0, 43.0),
        (414.0, 160.0, 36.0), (424.0, 156.0, 26.0), (430.0, 152.0, 16.0),
        (433.0, 150.0, 0.0))  # fmt: skip


@dataclass(frozen=True)
class Window:
    """The part of the frame that a template paints, mm."""

    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True)
class Ellipse:
    """Outline of an organ.

    Attributes:
        centre_mm: Its middle.
        rx_mm: Half axis, to the right before tilting.
        ry_mm: Half axis, upwards before tilting.
        tilt_deg: Counter-clockwise.
    """

    centre_mm: tuple[float, float]
    rx_mm: float
    ry_mm: float
    tilt_deg: float = 0.0

    def holds(self, xy_mm: Array, slack_mm: float = 0.0) -> bool:
        """Whether a (2,) point lies inside, or within a slack of it."""
        dx, dy = xy_mm[0] - self.centre_mm[0], xy_mm[1] - self.centre_mm[1]
        c, s = np.cos(np.radians(self.tilt_deg)), np.sin(np.radians(self.tilt_deg))
        u = (dx * c + dy * s) / (self.rx_mm + slack_mm)
        v = (-dx * s + dy * c) / (self.ry_mm + slack_mm)
        return bool(u * u + v * v <= 1.0)


#: Organs whose outline a blush fills, in the body's frame.
_ORGANS: dict[str, tuple[Ellipse, ...]] = {
    "kidney": (Ellipse((-71, 85), 28, 54, -10), Ellipse((76, 97), 28, 55, 10)),
    "spleen": (Ellipse((108, 160), 28, 46, 28),),
}


@dataclass(frozen=True)
class Body:
    """A patient's body in one template.

    Attributes:
        template: Its name.
        window: What is painted of it.
        ap_cm: Thickness of the trunk, cm of water.
        age: Years; old bone is lighter.
        sex: ``f`` or ``m``.
        seed: Decides gas, stool and texture.
        staples: Rows of surgical staples: x and y of both ends, mm.
    """

    template: str
    window: Window
    ap_cm: float
    age: int
    sex: str
    seed: int
    staples: tuple[tuple[float, float, float, float], ...] = ()

    def thickness_cm(self, x_mm: ArrayLike, y_mm: ArrayLike, lao_deg: float = 0.0,
                     cranial_deg: float = 0.0) -> Array:  # fmt: skip
        """Water-equivalent thickness along the beam through points of the plane, cm.

        Args:
            x_mm: Any shape, with ``y_mm`` broadcast.
            y_mm: Height in the frame.
            lao_deg: Rotation of the C-arm, either sign.
            cranial_deg: Angulation, either sign.
        """
        x, y = np.broadcast_arrays(np.asarray(x_mm, float), np.asarray(y_mm, float))
        if self.template == "generic":
            return np.full(x.shape, self.ap_cm)
        half_ap = 0.5 * self.ap_cm * np.interp(y, *np.array(_AP_SHARE).T)
        half_trunk = _HALF_WIDTH_MM[0] + _HALF_WIDTH_MM[1] * self.ap_cm
        half_width = half_trunk * np.interp(y, *np.array(_WIDTH_SHARE).T)
        flat = np.interp(y, (430.0, 560.0), (3.2, 5.5))  # a skull is fuller than a trunk
        trunk = _ellipse(x, half_width, half_ap, lao_deg, flat)
        at, middle, width = np.array(_LEG).T
        size = self.ap_cm / 22.0
        leg_width = np.interp(y, at, width) * size
        leg = _ellipse(np.abs(x) - np.interp(y, at, middle), leg_width, half_ap, lao_deg, 2.6)
        if self.template == "thorax":
            at, middle, width = np.array(_ARM).T
            arm_width = np.interp(y, at, width, 0.0, 0.0) * size
            away = np.abs(x) - np.interp(y, at, middle)
            arm = _ellipse(away, arm_width, 0.1 * arm_width, lao_deg, 2.0)
            trunk = (trunk**4 + arm**4) ** 0.25  # grown together at the shoulder, smoothly
        down = np.clip((_GROIN_MM - y) / 60.0, 0.0, 1.0)
        return np.asarray((trunk * (1.0 - down) + leg * down) / np.cos(np.radians(cranial_deg)))

    @property
    def organs(self) -> dict[str, tuple[Ellipse, ...]]:
        """Outlines of organs by name; none in soft tissue of no particular place."""
        return {} if self.template == "generic" else _ORGANS

    @property
    def mineral(self) -> float:
        """Bone mineral relative to a young adult's (falls after 45, faster in women; assumed)."""
        loss = 0.006 if self.sex == "f" else 0.004
        return 1.0 - loss * min(max(self.age - 45, 0), 40)


def _ellipse(
    x: Array, half_width: Array, half_ap_cm: Array, lao_deg: float, power: Array | float
) -> Array:
    """Chord of an ellipse; turned, it is seen along another direction."""
    a, b = np.maximum(half_width, 1.0), np.maximum(10.0 * half_ap_cm, 1e-6)
    turn = np.radians(lao_deg)
    seen = np.hypot(a * np.cos(turn), b * np.sin(turn))
    u = np.clip(np.abs(x) / seen, 0.0, 1.0)
    # flatter than an ellipse in the middle, as trunks are
    return np.asarray(0.2 * a * b / seen * (1.0 - u**power) ** 0.5)


def template_names() -> tuple[str, ...]:
    """The shipped templates."""
    return tuple(sorted(path.stem for path in (shipped("assets") / "bodies").glob("*.yaml")))


@cache
def _window(template: str) -> Window:
    path = shipped("assets") / "bodies" / f"{template}.yaml"
    return Window(
        **{k: float(v) for k, v in yaml.safe_load(path.read_text("utf-8"))["window_mm"].items()}
    )


def build_body(template: str, patient: Patient | None = None, seed: int = 0) -> Body:
    """The body of a patient.

    The trunk's thickness follows from weight and height as that of a cylinder of water of the same
    weight and length (Lindskoug 1992, Radiat Prot Dosim 43:111), a little flattened.

    Args:
        template: One of ``template_names``.
        patient: A standard 70 kg adult where None.
        seed: Varies gas and texture between patients of one size.

    Raises:
        ValueError: No such template.
    """
    if template not in template_names():
        raise ValueError(f"no body template '{template}': one of {', '.join(template_names())}")
    if patient is None:
        return Body(template, _window(template), 22.0, 55, "m", seed)
    ap = patient.thickness_cm
    if ap is None:
        cylinder = 2.0 * (1000.0 * patient.weight_kg / (np.pi * patient.height_cm)) ** 0.5
        ap = 0.95 * cylinder
    key = f"{template} {patient.age} {patient.sex} {patient.weight_kg:g} {seed}"
    own = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
    return Body(template, _window(template), float(ap), patient.age, patient.sex, own)


def body_of(scenario: Scenario, seed: int = 0) -> Body:
    """The body of a case's patient."""
    body = build_body(scenario.anatomy.body, scenario.patient, seed)
    rows = tuple((a[0], a[1], b[0], b[1]) for a, b in scenario.anatomy.staples)
    return replace(body, staples=rows)
