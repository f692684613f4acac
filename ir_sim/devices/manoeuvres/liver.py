"""A tree to try microcatheters in: a narrowed and widened aorta, three orders of small branches."""

from __future__ import annotations

from ir_sim.scenario.lesions import Aneurysm, Lesion, Occlusion, Stenosis
from ir_sim.scenario.model import Access, Anatomy, Vessel


def liver(sheath_fr: float = 9.0) -> tuple[Anatomy, Access]:
    """A narrowed and widened aorta, and three orders of small branches that cross one another."""
    lesions: dict[str, list[Lesion]] = {
        "aorta": [Aneurysm(kind="aneurysm", at_mm=250, length_mm=70, diameter_mm=45.0)],
        "proper": [Stenosis(kind="stenosis", at_mm=14, length_mm=8, diameter_percent=60)],
        "spleen": [Occlusion(kind="occlusion", at_mm=70, length_mm=10)],
    }
    points: dict[str, tuple[str | None, list[list[float]]]] = {
        "aorta": (None, [[6, 400, 12], [8, 300, 11], [4, 200, 10], [0, 100, 9], [-14, 0, 7]]),
        "coeliac": ("aorta", [[-4, 290, 4.0], [-14, 284, 3.8], [-26, 280, 3.5]]),
        "common": ("coeliac", [[-28, 280, 3.0], [-44, 284, 2.8], [-56, 292, 2.5]]),
        "spleen": (
            "coeliac",
            [[-26, 283, 3.0], [-18, 300, 2.8], [20, 306, 2.6], [60, 296, 2.4], [92, 306, 2.0]],
        ),
        "proper": ("common", [[-58, 294, 2.3], [-66, 306, 2.1], [-72, 320, 1.9]]),
        "duodenal": ("common", [[-55, 288, 1.8], [-54, 270, 1.6], [-46, 240, 1.2]]),
        "right_hepatic": ("proper", [[-73, 322, 1.6], [-86, 330, 1.4], [-104, 332, 1.1]]),
        "left_hepatic": ("proper", [[-71, 322, 1.5], [-64, 336, 1.3], [-50, 346, 1.0]]),
        "segment_7": ("right_hepatic", [[-105, 333, 0.9], [-116, 344, 0.8], [-120, 360, 0.7]]),
        "segment_5": ("right_hepatic", [[-105, 331, 0.9], [-116, 322, 0.8], [-122, 306, 0.7]]),
        "mesenteric": ("aorta", [[14, 262, 4.0], [24, 250, 3.8], [26, 200, 3.3], [-20, 130, 2.4]]),
    }
    vessels = [
        Vessel(
            id=name,
            parent=parent,
            points=[[float(v) for v in p] for p in line],
            lesions=lesions.get(name, []),
        )
        for name, (parent, line) in points.items()
    ]
    access = Access(vessel="aorta", at_mm=395.0, sheath_fr=sheath_fr, sheath_mm=20.0)
    return Anatomy(body="generic", vessels=vessels), access
