"""Devices in the picture: tubes splatted by area, so that thin wires keep their mass.

A tube's attenuation is spread over strips across its axis by the exact integral of its chord and
from each strip to four picture elements by area. The integral across a wire equals mu pi r^2
however small the wire is against a picture element.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.beam import beam_quality
from ir_sim.xray.materials import attenuation_1_cm
from ir_sim.xray.pictures import Image
from ir_sim.xray.projection import Projection
from ir_sim.xray.scene import DeviceShape

Array = NDArray[np.float64]

#: Step along and across the axis, px.
_ALONG_PX = 0.75
_ACROSS_PX = 0.5
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
    splat = _Splat(line_integral.shape[0])
    for device in devices:
        if len(device.points_mm) < 2:
            continue
        at = projection.pixels(np.asarray(device.points_mm, float), device.z_mm) + shift_px
        space = np.asarray(device.points_mm, float)
        step = np.hypot(*np.diff(space, axis=0).T)
        z = np.broadcast_to(np.asarray(device.z_mm, float), (len(space),))
        step = np.hypot(step, np.diff(z))
        from_tip = np.concatenate([np.cumsum(step[::-1])[::-1], [0.0]])
        for piece in device.pieces:
            if piece.from_mm >= from_tip[0]:
                continue
            depth_cm = 0.16 * (piece.outer_mm - piece.inner_mm)
            mu = attenuation_1_cm(piece.material, kv, depth_cm)
            span = (piece.from_mm, piece.to_mm)
            splat.tube(at, from_tip, span, piece.outer_mm, piece.inner_mm, mu, projection.mm_per_px)
        if device.filling_mg_ml > 0.0 and device.lumen_mm > 0.0:
            mu = beam_quality(kv).iodine_cm2_g * 1e-3 * device.filling_mg_ml
            span = (0.0, np.inf)
            splat.tube(at, from_tip, span, device.lumen_mm, 0.0, mu, projection.mm_per_px)
    splat.add_to(line_integral)


class _Splat:
    """Collects strips of all tubes and adds them up at once."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.x: list[Array] = []
        self.y: list[Array] = []
        self.value: list[Array] = []

    def tube(
        self,
        at: Array,
        from_tip: Array,
        span: tuple[float, float],
        outer_mm: float,
        inner_mm: float,
        mu_cm: float,
        mm: float,
    ) -> None:
        """One piece of a device."""
        low, high = max(span[0], 0.0), min(span[1], float(from_tip[0]))
        if high <= low:
            return
        centre = _resampled(at, from_tip, low, high)
        outer = outer_mm / mm
        wide = max(outer, _THINNEST_PX)
        inside = (centre > -wide - 1).all(1) & (centre < self.n + wide + 1).all(1)
        if not inside.any():
            return
        tangent = np.gradient(centre, axis=0)
        length = np.hypot(tangent[:, 0], tangent[:, 1])
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1) / (length[:, None] + 1e-12)
        across_px = _ACROSS_PX if wide < 2.0 else 1.5 * _ACROSS_PX
        count = int(np.ceil(wide / across_px))
        offset = np.arange(-count, count + 1) * across_px
        edge = np.stack([offset - 0.5 * across_px, offset + 0.5 * across_px])
        across = np.diff(_chord_area(edge, outer), axis=0)[0]
        if inner_mm > 0.0:
            across -= np.diff(_chord_area(edge, inner_mm / mm), axis=0)[0]
        weight = length.copy()
        if len(weight) > 1:
            weight[[0, -1]] *= 0.5
        strip = across * mm * 0.1 * mu_cm
        keep = np.flatnonzero(inside)
        where = centre[keep, None, :] + normal[keep, None, :] * offset[None, :, None]
        self.x.append(where[..., 0].ravel())
        self.y.append(where[..., 1].ravel())
        self.value.append((weight[keep, None] * strip[None, :]).ravel())

    def add_to(self, image: Image) -> None:
        """Spread what was collected over the picture elements."""
        if not self.x:
            return
        n = self.n
        x, y, value = (np.concatenate(q) for q in (self.x, self.y, self.value))
        keep = (x > 0) & (x < n - 1.001) & (y > 0) & (y < n - 1.001)
        x, y, value = x[keep], y[keep], value[keep]
        if not len(x):
            return
        column, row = x.astype(np.int32), y.astype(np.int32)
        fx, fy = x - column, y - row
        x0, y0 = int(column.min()), int(row.min())
        w, h = int(column.max()) + 2 - x0, int(row.max()) + 2 - y0
        flat = (row - y0) * w + (column - x0)
        right, below = fx * value, fy * value
        both = fx * below
        total = np.bincount(flat, value - right - below + both, h * w)
        total += np.bincount(flat + 1, right - both, h * w)
        total += np.bincount(flat + w, below - both, h * w)
        total += np.bincount(flat + w + 1, both, h * w)
        image[y0 : y0 + h, x0 : x0 + w] += total.reshape(h, w).astype(np.float32)


def _resampled(at: Array, from_tip: Array, low: float, high: float) -> Array:
    """(m, 2) points from the hub's side to the tip of a span, evenly about ``_ALONG_PX`` apart."""
    s = from_tip[::-1]
    px, py = at[::-1, 0], at[::-1, 1]
    knots = np.unique(np.concatenate([[low, high], s[(s > low) & (s < high)]]))
    kx, ky = np.interp(knots, s, px), np.interp(knots, s, py)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(kx), np.diff(ky)))])
    count = max(2, int(length[-1] / _ALONG_PX) + 2)
    u = np.linspace(0.0, length[-1], count)
    return np.stack([np.interp(u, length, kx), np.interp(u, length, ky)], 1)


def _chord_area(offset: Array, radius: float) -> Array:
    """Integral of the chord of a disc from its middle to an offset (half the area at the rim)."""
    if radius < _THINNEST_PX:
        # thinner than a picture element: spread evenly over one, with the area kept
        share = np.clip(offset, -_THINNEST_PX, _THINNEST_PX) / (2 * _THINNEST_PX)
        return np.asarray(np.pi * radius**2 * share)
    c = np.clip(offset, -radius, radius)
    return np.asarray(c * np.sqrt(radius**2 - c**2) + radius**2 * np.arcsin(c / radius))
