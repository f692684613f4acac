"""The plane of the picture: chosen or best, keeping the depth for other views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ir_sim.anatomy.curve import Array
from ir_sim.authoring.importing.joining import Branch

PLANES = ("best", "ap", "lateral")
#: A branch that keeps less than this share of its length in the picture is reported.
_END_ON = 0.6


def project(branches: Sequence[Branch], plane: str, notes: list[str]) -> list[Branch]:
    """Turn the tree so that its x-y plane is the picture, and put its middle at x = 0.

    Args:
        branches: x to the patient's left, y cranial, z anterior, mm.
        plane: ``ap``, ``lateral`` (seen from the left), or ``best``: the turn about the long axis
            of the body (as a C-arm turns, LAO or RAO) that shows most of the vessels' length.
        notes: What was done is appended here.
    """
    turn = {"ap": 0.0, "lateral": 90.0}.get(plane)
    turn = _best_turn(branches) if turn is None else turn
    if plane == "best":
        side = "LAO" if turn > 0 else "RAO"
        notes.append(f"projected as seen from {abs(turn):.0f}° {side}" if turn else "projected AP")
    turned = [replace(b, xyz=_turned(b.xyz, turn)) for b in branches]
    root = turned[0].xyz
    shift = np.array([root[:, 0].mean(), 0.0, root[:, 2].mean()])
    low = min(float(b.xyz[:, 1].min()) for b in turned)
    high = max(float(b.xyz[:, 1].max()) for b in turned)
    shift[1] = 0.5 * (low + high)
    for branch in turned:
        whole = _length(branch.xyz)
        seen = _length(branch.xyz[:, :2])
        if whole > 8.0 and seen < _END_ON * whole:
            name = branch.name or "a branch"
            notes.append(
                f"'{name}' is seen nearly end-on: {seen:.0f} of its {whole:.0f} mm show; "
                "another --plane, or move its points"
            )
    return [replace(b, xyz=np.round(b.xyz - shift, 4)) for b in turned]


def _turned(xyz: Array, degrees: float) -> Array:
    """Seen after turning the detector to the patient's left by ``degrees``."""
    a = np.radians(degrees)
    x, y, z = xyz.T
    return np.stack([x * np.cos(a) - z * np.sin(a), y, x * np.sin(a) + z * np.cos(a)], 1)


def _best_turn(branches: Sequence[Branch]) -> float:
    """The turn, in whole steps of 5°, at which the shortest-looking branches look longest."""
    best, most = 0.0, -1.0
    for degrees in sorted(range(-60, 65, 5), key=abs):
        shares = []
        for b in branches:
            whole = _length(b.xyz)
            seen = _length(_turned(b.xyz, degrees)[:, :2])
            shares.append((whole, seen / max(whole, 1e-9)))
        weight = np.array([w for w, _ in shares])
        share = np.array([s for _, s in shares])
        value = float((weight * np.minimum(share, 0.95)).sum() / weight.sum())
        if value > most + 0.004:
            best, most = float(degrees), value
    return best


def _length(xyz: Array) -> float:
    return float(np.sqrt((np.diff(xyz, axis=0) ** 2).sum(1)).sum())
