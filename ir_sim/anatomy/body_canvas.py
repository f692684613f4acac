"""Tools for painting a body: bones as shell and core, soft tissue as rounded thicknesses."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.body import Window
from ir_sim.anatomy.curve import smooth_curve

Array = NDArray[np.float64]
Points = Array | Sequence[tuple[float, float]]

#: Mineral of cortical bone, g/cm3 (hydroxyapatite; ICRU 44 cortical bone holds 1.1).
CORTEX_G_CM3 = 1.15


class Canvas:
    """One sheet of a body, painted in mm.

    Attributes:
        image: (h, w) float32, row 0 at the top.
    """

    def __init__(self, window: Window, mm: float) -> None:
        self.window, self.mm = window, mm
        width = round((window.right - window.left) / mm)
        height = round((window.top - window.bottom) / mm)
        self.image = np.zeros((height, width), np.float32)

    def pixels(self, points: Array) -> Array:
        """(n, 2) column and row of (n, 2) points in mm."""
        column = (points[:, 0] - self.window.left) / self.mm - 0.5
        row = (self.window.top - points[:, 1]) / self.mm - 0.5
        return np.stack([column, row], 1)

    def solid(
        self,
        outlines: Sequence[Points],
        rounding: float,
        cortex: float,
        core: float,
        share: float = 1.0,
        union: bool = False,
    ) -> None:
        """A bone seen face on: a shell of cortex round a spongy core, its edges rounded.

        Args:
            outlines: Closed curves in mm; later ones are holes, or parts if ``union``.
            rounding: Half the bone's depth, and the width of its rounded edge, mm.
            cortex: Thickness of the shell, mm.
            core: Mineral of the core, g/cm3.
            share: Scales the whole.
            union: Whether the outlines are parts of one bone.
        """
        found = self._inside(outlines, union)
        if found is None:
            return
        cover, depth, rows, columns = found
        from_edge = rounding - np.minimum(depth, rounding)
        outer = _chord(from_edge, rounding)
        inner = _chord(np.minimum(from_edge, rounding), rounding - cortex)
        g_cm2 = 0.1 * (CORTEX_G_CM3 * (outer - inner) + core * inner)
        self.image[rows, columns] += (share * g_cm2 * cover).astype(np.float32)

    def tissue(
        self, outlines: Sequence[Points], cm: float, rounding: float, union: bool = False
    ) -> None:
        """Soft tissue (or gas, negative) of a given thickness with rounded edges."""
        found = self._inside(outlines, union)
        if found is None:
            return
        cover, depth, rows, columns = found
        shape = _chord(rounding - np.minimum(depth, rounding), rounding) / (2.0 * rounding)
        self.image[rows, columns] += (cm * shape * cover).astype(np.float32)

    def rod(
        self,
        points: Points,
        radius: float | Sequence[float],
        cortex: float,
        core: float = 0.12,
        share: float = 1.0,
        fade: float = 0.12,
    ) -> None:
        """A long bone or a ridge: a tube of cortex along a curve; open ends fade out."""
        p = np.asarray(points, float)
        closed = float(np.hypot(*(p[0] - p[-1]))) < 0.5
        curve = outline(p[:-1]) if closed else curve_through(p)
        step = 0.8 * self.mm
        length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
        count = max(int(length[-1] / step), 4)
        u = np.linspace(0.0, length[-1], count)
        x, y = (np.interp(u, length, curve[:, k]) for k in (0, 1))
        t = np.linspace(0.0, 1.0, count)
        r = np.interp(t, np.linspace(0.0, 1.0, np.size(radius)), np.atleast_1d(radius))
        normal = np.stack([-np.gradient(y), np.gradient(x)], 1)
        along = np.hypot(normal[:, 0], normal[:, 1])
        normal /= along[:, None] + 1e-12
        widest = float(r.max())
        across = np.arange(-widest, widest + step, step)
        outer = _chord(across[None, :], r[:, None])
        inner = _chord(across[None, :], np.maximum(r - cortex, 0.0)[:, None])
        ends = np.ones(count) if closed else np.clip(np.minimum(t, 1.0 - t) / fade, 0.0, 1.0) ** 0.7
        g_cm2 = 0.1 * share * (CORTEX_G_CM3 * (outer - inner) + core * inner) * ends[:, None]
        cell = (along[:, None] * step) / self.mm**2
        where = np.stack([x, y], 1)[:, None, :] + normal[:, None, :] * across[None, :, None]
        self._splat(self.pixels(where.reshape(-1, 2)), (g_cm2 * cell).ravel())

    def blurred(self, sigma_mm: float) -> None:
        """Soften everything painted so far: no drawn outline survives in a real picture."""
        cv2.GaussianBlur(self.image, (0, 0), sigma_mm / self.mm, dst=self.image)

    def textured(self, rng: np.random.Generator, scales_mm: Sequence[float],
                 shares: Sequence[float]) -> None:  # fmt: skip
        """Multiply by 1 plus noise of given scales: trabeculae, stool."""
        self.image *= 1.0 + grain(self.image.shape, self.mm, rng, scales_mm, shares)

    def _inside(
        self, outlines: Sequence[Points], union: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], slice, slice] | None:
        curves = [self.pixels(np.asarray(o, float)) for o in outlines]
        height, width = self.image.shape
        low = np.floor(np.min([c.min(0) for c in curves], 0)).astype(int) - 6
        high = np.ceil(np.max([c.max(0) for c in curves], 0)).astype(int) + 6
        seen_low = np.clip(low, 0, (width, height))
        seen_high = np.clip(high, 0, (width, height))
        if (seen_high - seen_low < 2).any() or (high - low > 8000).any():
            return None
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        fixed = [np.round((c - low) * 16).astype(np.int32) for c in curves]
        for group in [[c] for c in fixed] if union else [fixed]:
            cv2.fillPoly(mask, group, 255, cv2.LINE_AA, 4)
        depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 5) * self.mm
        cut = np.s_[
            seen_low[1] - low[1] : seen_high[1] - low[1],
            seen_low[0] - low[0] : seen_high[0] - low[0],
        ]
        rows, columns = slice(seen_low[1], seen_high[1]), slice(seen_low[0], seen_high[0])
        cover = mask[cut].astype(np.float32) / 255.0
        return cover, np.asarray(depth[cut], np.float32), rows, columns

    def _splat(self, at: Array, value: Array) -> None:
        height, width = self.image.shape
        keep = (at[:, 0] > 0) & (at[:, 0] < width - 1) & (at[:, 1] > 0) & (at[:, 1] < height - 1)
        at, value = at[keep], value[keep]
        if not len(at):
            return
        whole = at.astype(np.int64)
        low = whole.min(0)
        w, h = whole.max(0) - low + 2
        fx, fy = (at - whole).T
        flat = (whole[:, 1] - low[1]) * w + whole[:, 0] - low[0]
        total = np.zeros(int(w * h))
        for dx, dy, share in (
            (0, 0, (1 - fx) * (1 - fy)),
            (1, 0, fx * (1 - fy)),
            (0, 1, (1 - fx) * fy),
            (1, 1, fx * fy),
        ):
            total += np.bincount(flat + dx + dy * w, share * value, int(w * h))
        part = np.s_[low[1] : low[1] + h, low[0] : low[0] + w]
        self.image[part] += total.reshape(int(h), int(w)).astype(np.float32)


def grain(
    shape: tuple[int, ...],
    mm: float,
    rng: np.random.Generator,
    scales_mm: Sequence[float],
    shares: Sequence[float],
) -> NDArray[np.float32]:
    """(h, w) smooth noise with the given feature sizes and standard deviations."""
    out = np.zeros(shape[:2], np.float32)
    for scale, share in zip(scales_mm, shares, strict=True):
        h, w = (max(4, int(side * mm / scale)) for side in shape[:2])
        coarse = rng.standard_normal((h, w)).astype(np.float32)
        fine = cv2.resize(coarse, shape[1::-1], interpolation=cv2.INTER_CUBIC)
        out += share * fine
    return out


def outline(points: Points) -> Array:
    """(m, 2) smooth closed curve through points."""
    p = np.asarray(points, float)
    p = np.vstack([p[-2:], p, p[:3]])
    curve = curve_through(p)
    start = int(np.argmin(np.hypot(*(curve[: len(curve) // 2] - p[2]).T)))
    end = len(curve) // 2 + int(np.argmin(np.hypot(*(curve[len(curve) // 2 :] - p[-3]).T)))
    return curve[start:end]


def curve_through(points: Points) -> Array:
    """(m, 2) smooth open curve through points, a sample every half mm."""
    p = np.asarray(points, float)
    return smooth_curve(np.column_stack([p, np.ones(len(p))]), 0.5)[:, :2]


def ellipse(
    x: float, y: float, rx: float, ry: float, tilt_deg: float = 0.0, count: int = 64
) -> Array:
    """(count, 2) points round an ellipse."""
    t = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    a, b, r = rx * np.cos(t), ry * np.sin(t), np.radians(tilt_deg)
    return np.stack([x + a * np.cos(r) - b * np.sin(r), y + a * np.sin(r) + b * np.cos(r)], 1)


def ring(x: float, y: float, rx: float, ry: float, tilt_deg: float = 0.0) -> Array:
    """(17, 2) points round an ellipse, the first repeated: a closed rod's way."""
    p = ellipse(x, y, rx, ry, tilt_deg, 16)
    return np.vstack([p, p[:1]])


def mirrored(points: Points, side: float) -> Array:
    """Points of the right half of the picture, or mirrored to the left for side = -1."""
    p = np.asarray(points, float).copy()
    p[:, 0] *= side
    return p


def moved(points: Points, x: float, y: float) -> Array:
    """Points shifted by (x, y)."""
    return np.asarray(np.asarray(points, float) + np.array([x, y]))


def wobbled(points: Array, rng: np.random.Generator, mm: float) -> Array:
    """A closed outline with slow random bulges: nothing in a body is an ellipse."""
    t = np.linspace(0.0, 2.0 * np.pi, len(points), endpoint=False)
    bulge = sum(
        rng.normal(0.0, 1.0 / k) * np.cos(k * t + rng.uniform(0, 6.3)) for k in (2, 3, 4, 5)
    )
    middle = points.mean(0)
    away = points - middle
    return np.asarray(
        points + away / np.hypot(*away.T)[:, None] * (mm * np.asarray(bulge))[:, None]
    )


def _chord(x: NDArray[np.floating], r: NDArray[np.floating] | float) -> NDArray[np.floating]:
    return np.asarray(2.0 * np.sqrt(np.maximum(r * r - x * x, 0.0)))
