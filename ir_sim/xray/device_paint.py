"""Devices in the picture: tubes splatted by area, so that thin wires keep their mass.

A tube's attenuation is spread over strips across its axis by the exact integral of its chord and
from each strip to four picture elements by area. The integral across a wire equals mu pi r^2
however small the wire is against a picture element.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.beam import beam_quality
from ir_sim.xray.materials import attenuation_1_cm
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.scene import DeviceShape

Array = NDArray[np.float64]
Small = NDArray[np.float32]

#: Step along and across the axis, px.
_ALONG_PX = 0.9
_ACROSS_PX = 0.5
#: A device is followed so far beyond the picture, px.
_BESIDE_PX = 40.0
#: Radius below which a tube is spread over one picture element, px.
_THINNEST_PX = 0.5


def paint_devices(
    line_integral: Image,
    devices: Sequence[DeviceShape],
    projection: Projection,
    kv: float,
    shift_px: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Add devices to a picture of line integrals.

    Args:
        line_integral: (n, n), changed in place.
        devices: What lies there.
        projection: Of this picture.
        kv: Tube voltage.
        shift_px: Columns and rows by which the patient has moved.
    """
    parts = [
        _strips(line_integral.shape[0], device, projection, kv, shift_px)
        for device in devices
        if len(device.points_mm) >= 2
    ]
    seen = [part for part in parts if part is not None]
    if seen:
        x, y, value = (np.concatenate(q) for q in zip(*seen, strict=True))
        _splat(line_integral, x, y, value)


def _strips(
    n: int,
    device: DeviceShape,
    projection: Projection,
    kv: float,
    shift_px: tuple[float, float],
) -> tuple[Small, Small, Small] | None:
    """Column, row and value of a device's strips: all its pieces share one grid of them."""
    space = np.asarray(device.points_mm, float)
    z = np.broadcast_to(np.asarray(device.z_mm, float), (len(space),))
    mm = projection.mm_per_px
    at, from_tip = _near_field(n, projection.pixels(space, z) + shift_px, _from_tip(space, z))
    course = _resampled(at, from_tip)
    widest = max([p.outer_mm for p in device.pieces] + [device.lumen_mm]) / mm
    wide = max(widest, _THINNEST_PX)
    seen = ((course.at > -wide - 1) & (course.at < n + wide + 1)).all(1)
    if not seen.any():
        return None
    across_px = _ACROSS_PX if wide < 2.0 else 1.5 * _ACROSS_PX
    count = int(np.ceil(wide / across_px))
    offset = np.arange(-count, count + 1) * across_px
    edge = np.stack([offset - 0.5 * across_px, offset + 0.5 * across_px])
    value = np.zeros((len(course.at), len(offset)), np.float32)
    for piece in device.pieces:
        mu = attenuation_1_cm(piece.material, kv, 0.16 * (piece.outer_mm - piece.inner_mm))
        across = np.diff(_chord_area(edge, piece.outer_mm / mm), axis=0)[0]
        if piece.inner_mm > 0.0:
            across = across - np.diff(_chord_area(edge, piece.inner_mm / mm), axis=0)[0]
        course.add(value, (piece.from_mm, piece.to_mm), across * (mm * 0.1 * mu))
    if device.filling_mg_ml > 0.0 and device.lumen_mm > 0.0:
        mu = beam_quality(kv).iodine_cm2_g * 1e-3 * device.filling_mg_ml
        across = np.diff(_chord_area(edge, device.lumen_mm / mm), axis=0)[0]
        course.add(value, (0.0, np.inf), across * (mm * 0.1 * mu))
    middle = course.at[seen].astype(np.float32)
    normal = course.normal[seen].astype(np.float32)
    aside = offset.astype(np.float32)
    x = middle[:, 0, None] + normal[:, 0, None] * aside
    y = middle[:, 1, None] + normal[:, 1, None] * aside
    return x.ravel(), y.ravel(), value[seen].ravel()


@dataclass(frozen=True, eq=False)
class _Course:
    """A device's axis in the picture, evenly sampled.

    Attributes:
        at: (n, 2) column and row, hub first.
        normal: (n, 2) unit vectors across.
        length_px: (n,) length that each sample stands for.
        near_mm: (n,) end of that length towards the tip, distance from the tip; ``far_mm`` the
            other end.
    """

    at: Array
    normal: Array
    length_px: Array
    near_mm: Array
    far_mm: Array

    def add(self, value: Small, span_mm: tuple[float, float], across: Array) -> None:
        """Add a piece's strips where it lies, in shares where it begins and ends."""
        first = int(np.searchsorted(-self.near_mm, -span_mm[1], side="left"))
        last = int(np.searchsorted(-self.far_mm, -span_mm[0], side="left"))
        if last <= first:
            return
        near, far = self.near_mm[first:last], self.far_mm[first:last]
        share = np.minimum(far, span_mm[1]) - np.maximum(near, span_mm[0])
        share = np.clip(share / np.maximum(far - near, 1e-9), 0.0, 1.0)
        value[first:last] += (share * self.length_px[first:last])[:, None] * across[None, :]


def _near_field(n: int, at: Array, from_tip: Array) -> tuple[Array, Array]:
    """An axis without the ends that lie outside the picture."""
    near = np.flatnonzero(((at > -_BESIDE_PX) & (at < n + _BESIDE_PX)).all(1))
    if not len(near):
        return at, from_tip
    part = slice(max(int(near[0]) - 1, 0), min(int(near[-1]) + 2, len(at)))
    return at[part], from_tip[part]


def _from_tip(space: Array, z: Array) -> Array:
    """(n,) distance of each point from the tip along the device, mm."""
    dx, dy = np.diff(space, axis=0).T
    step = np.sqrt(dx * dx + dy * dy + np.diff(z) ** 2)
    return np.concatenate([np.cumsum(step[::-1])[::-1], [0.0]])


def _resampled(at: Array, from_tip: Array) -> _Course:
    """The axis sampled about every ``_ALONG_PX``."""
    s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    count = max(2, int(s[-1] / _ALONG_PX) + 1)
    edges = np.linspace(0.0, s[-1], count + 1)
    middle = 0.5 * (edges[1:] + edges[:-1])
    xy = np.stack([np.interp(middle, s, at[:, 0]), np.interp(middle, s, at[:, 1])], 1)
    step = np.gradient(xy, axis=0)
    length = np.hypot(step[:, 0], step[:, 1]) + 1e-12
    normal = np.stack([-step[:, 1] / length, step[:, 0] / length], 1)
    mm = np.interp(edges, s, from_tip)
    whole = np.full(count, s[-1] / count)
    return _Course(xy, normal, whole, mm[1:], mm[:-1])


def _splat(image: Image, x: Small, y: Small, value: Small) -> None:
    """Spread values over four picture elements each, by area."""
    n = image.shape[0]
    keep = (x > 0) & (x < n - 1.01) & (y > 0) & (y < n - 1.01)
    if not keep.all():
        x, y, value = x[keep], y[keep], value[keep]
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - column.astype(np.float32), y - row.astype(np.float32)
    flat = (row * np.int32(n) + column).astype(np.int64)
    right, below = fx * value, fy * value
    both = fx * below
    out = image.reshape(-1)
    np.add.at(out, flat, value - right - below + both)
    np.add.at(out, flat + 1, right - both)
    np.add.at(out, flat + n, below - both)
    np.add.at(out, flat + (n + 1), both)


def _chord_area(offset: Array, radius: float) -> Array:
    """Integral of the chord of a disc from its middle to an offset (half the area at the rim)."""
    if radius < _THINNEST_PX:
        # thinner than a picture element: spread evenly over one, with the area kept
        share = np.clip(offset, -_THINNEST_PX, _THINNEST_PX) / (2 * _THINNEST_PX)
        return np.asarray(np.pi * radius**2 * share)
    c = np.clip(offset, -radius, radius)
    # rounding may carry an offset a hair beyond the rim
    chord = np.sqrt(np.maximum(radius**2 - c**2, 0.0))
    return np.asarray(c * chord + radius**2 * np.arcsin(np.clip(c / radius, -1.0, 1.0)))
