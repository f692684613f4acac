"""What is left or blown up in a vessel, as shapes that X-rays see: stents, coils, balloons, chalk.

Each function makes ``DeviceShape``s from a centreline in mm; depth is towards the viewer, so that
the shapes turn with the C-arm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ir_sim.xray.scene import DeviceShape, Piece

Array = NDArray[np.float64]

#: Longer than any shape here, mm.
_WHOLE = 1.0e4
#: A plaque is no wider than this round the wall, mm (assumed).
_WIDEST_MM = 5.0


def stent(
    points_mm: Array,
    radius_mm: float | Array,
    material: str = "nitinol",
    strut_mm: float = 0.11,
    ring_mm: float = 2.6,
    crowns: int = 8,
) -> tuple[DeviceShape, ...]:
    """Zigzag rings along a centreline, joined by short bridges, with tantalum marks at both ends.

    Args:
        points_mm: (n, 2) centreline of the stent, n >= 2.
        radius_mm: Of the opened stent, or (n,) at each point of the centreline.
        material: Of the struts (``nitinol``, ``cobalt-chromium``, ``steel``).
        strut_mm: Half width of a strut.
        ring_mm: Distance from ring to ring.
        crowns: Peaks of a ring.

    Raises:
        ValueError: The centreline has no length.
    """
    length = _length(points_mm)
    piece = (Piece(0.0, _WHOLE, strut_mm, 0.0, material),)
    count = max(1, int(length / ring_mm))
    steps = np.hypot(*np.diff(np.asarray(points_mm, float), axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    wide = np.broadcast_to(np.asarray(radius_mm, float), along.shape)

    def radius_at(s: Array) -> Array:
        return np.asarray(np.interp(s, along, wide))

    angle = np.linspace(0.0, 2.0 * np.pi, 4 * crowns + 1)
    zigzag = 0.40 * ring_mm * np.abs(((angle * crowns / np.pi) % 2.0) - 1.0) * 2.0 - 0.4 * ring_mm
    mark = (Piece(0.0, _WHOLE, 0.16, 0.0, "tantalum"),)
    wires: list[tuple[Array, Array, tuple[Piece, ...]]] = []  # arclengths, angles, material
    for k in range(count):
        s = (k + 0.5) * length / count + zigzag
        wires.append((s, angle + (k % 2) * np.pi / crowns, piece))
        if k + 1 < count:
            ends = np.array([(k + 0.9) * length / count, (k + 1.1) * length / count])
            wires += [(ends, np.full(2, theta), piece) for theta in (0.4, 0.4 + 2.1, 0.4 + 4.2)]
    for s0 in (0.3, length - 0.3):
        ends = np.array([s0 - 0.3, s0 + 0.3])
        wires += [(ends, np.full(2, theta), mark) for theta in (0.0, 1.57, 3.14, 4.71)]
    s = np.concatenate([at for at, _, _ in wires])
    xy, z = _on_tube(points_mm, s, radius_at(s), np.concatenate([turned for _, turned, _ in wires]))
    stop = np.cumsum([len(at) for at, _, _ in wires]).tolist()
    parts = zip([0, *stop], stop, wires, strict=False)
    return tuple(DeviceShape(xy[i:j], of, z[i:j]) for i, j, (_, _, of) in parts)


def coil(
    points_mm: Array,
    vessel_radius_mm: float,
    length_mm: float,
    seed: int = 0,
    wire_mm: float = 0.15,
) -> DeviceShape:
    """A platinum coil packed into a length of vessel.

    Args:
        points_mm: (n, 2) centreline of the packed length.
        vessel_radius_mm: That holds it.
        length_mm: Of the coil when straight.
        seed: Of its loops.
        wire_mm: Half thickness of its primary winding.
    """
    rng = np.random.default_rng(seed)
    packed = _length(points_mm)
    loop = 2.0 * np.pi * 0.85 * vessel_radius_mm
    turns = max(1.0, length_mm / loop)
    count = int(24 * turns) + 2
    t = np.linspace(0.0, 1.0, count)
    wander = np.interp(t, np.linspace(0, 1, 12), rng.normal(0.0, 0.10 * packed, 12))
    s = np.clip(packed * t + wander, 0.0, packed)
    grow = np.interp(t, np.linspace(0, 1, 20), rng.uniform(0.55, 0.95, 20))
    drift = np.interp(t, np.linspace(0, 1, 16), rng.normal(0.0, 1.6, 16))
    xy, z = _on_tube(points_mm, s, vessel_radius_mm * grow, 2 * np.pi * turns * t + drift)
    # seen along the vessel the loops lie aslant, not edge-on
    slant = 0.5 * vessel_radius_mm * np.sin(2 * np.pi * turns * t + 0.7 * drift)
    xy = xy + slant[:, None] * _tangent(points_mm)
    return DeviceShape(xy, (Piece(0.0, _WHOLE, wire_mm, 0.0, "platinum-coil"),), z)


def balloon(points_mm: Array, radius_mm: float, contrast: bool = True) -> tuple[DeviceShape, ...]:
    """A balloon along a centreline, blown up with half-strength contrast, and its two marks.

    Args:
        points_mm: (n, 2) centreline of the balloon.
        radius_mm: Now.
        contrast: Whether contrast fills it (else the bare polymer shows, hardly).
    """
    length = _length(points_mm)
    inside = "balloon-contrast" if contrast else "balloon"
    shoulder = min(0.25 * length, 1.6 * radius_mm)
    steps = 9
    pieces = [Piece(shoulder, length - shoulder, radius_mm, 0.0, inside)]
    for k in range(steps):
        low, high = shoulder * k / steps, shoulder * (k + 1) / steps
        share = np.sqrt(1.0 - (1.0 - (k + 0.5) / steps) ** 2)
        r = max(float(share) * radius_mm, 0.05)
        pieces.append(Piece(low, high, r, 0.0, inside))
        pieces.append(Piece(length - high, length - low, r, 0.0, inside))
    marks = [
        Piece(at - 0.5, at + 0.5, 0.55, 0.42, "platinum") for at in (shoulder, length - shoulder)
    ]
    return (DeviceShape(np.asarray(points_mm, float), tuple(pieces + marks)),)


def calcification(
    points_mm: Array, radius_mm: float | Array, share: float = 0.5, seed: int = 0
) -> tuple[DeviceShape, ...]:
    """Plaques of chalk in the wall along a centreline.

    Args:
        points_mm: (n, 2) centreline.
        radius_mm: Of the vessel, or (n,) at each point of the centreline.
        share: Of the wall's length that is calcified, 0 to 1.
        seed: Where.
    """
    rng = np.random.default_rng(seed)
    length = _length(points_mm)
    steps = np.hypot(*np.diff(np.asarray(points_mm, float), axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    calibre = np.broadcast_to(np.asarray(radius_mm, float), along.shape)
    shapes = []
    for _ in range(round(share * length / 2.2)):
        s0, long = rng.uniform(0.0, length), rng.uniform(1.0, 6.0)
        s = np.clip(np.linspace(s0, s0 + long, 6), 0.0, length)
        way = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.12, 6))
        thick = float(rng.uniform(0.25, 0.7))
        radius = np.interp(s, along, calibre)
        wide = float(radius.mean())
        # a plaque is a sheet that follows the wall: seen edge-on its rows lie behind one another
        rows = 1 + int(min(rng.uniform(0.3, 1.1) * wide, _WIDEST_MM) / (1.6 * thick))
        for row in range(rows):
            theta = way + 1.6 * thick / wide * (row - 0.5 * (rows - 1))
            xy, z = _on_tube(points_mm, s, radius * 1.03, theta)
            xy = xy + np.linspace(0.0, 1e-3, 6)[:, None]
            shapes.append(DeviceShape(xy, (Piece(0, _WHOLE, thick, 0.0, "calcification"),), z))
    return tuple(shapes)


def staples(start_mm: Array, end_mm: Array, count: int = 8, z_mm: float = 40.0) -> tuple[
    DeviceShape, ...
]:  # fmt: skip
    """A row of titanium staples: small flat B shapes, as left by a bowel stapler."""
    way = np.linspace(np.asarray(start_mm, float), np.asarray(end_mm, float), count)
    piece = (Piece(0.0, _WHOLE, 0.13, 0.0, "titanium"),)
    bent = np.array([(-1.6, 0.0), (-1.7, 1.0), (-0.6, 1.2), (0.0, 0.3), (0.6, 1.2), (1.7, 1.0),
                     (1.6, 0.0), (-1.6, 0.0)])  # fmt: skip
    return tuple(DeviceShape(at + bent, piece, z_mm) for at in way)


def _length(points_mm: Array) -> float:
    length = float(np.hypot(*np.diff(np.asarray(points_mm, float), axis=0).T).sum())
    if length <= 0.0:
        raise ValueError("the centreline has no length")
    return length


def _tangent(points_mm: Array) -> Array:
    d = np.asarray(points_mm, float)[-1] - np.asarray(points_mm, float)[0]
    return np.asarray(d / max(float(np.hypot(*d)), 1e-9))


def _on_tube(
    points_mm: Array, s: Array, radius_mm: Array | float, angle: Array
) -> tuple[Array, Array]:
    """(m, 2) and (m,) points at arclengths and angles on a tube round a centreline."""
    p = np.asarray(points_mm, float)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
    middle = np.stack([np.interp(s, at, p[:, k]) for k in (0, 1)], 1)
    direction = np.gradient(p, at, axis=0)
    along = np.stack([np.interp(s, at, direction[:, k]) for k in (0, 1)], 1)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-12
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    aside = radius_mm * np.cos(angle)
    return middle + normal * np.asarray(aside)[:, None], np.asarray(radius_mm * np.sin(angle))
