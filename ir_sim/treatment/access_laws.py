"""How long a puncture has to be pressed, and what collects under the skin if it is not.

The time grows with the hole and with the clotting time. All figures are fitted to habit: 10 minutes
for 6 French without heparin, 15 asked for; a sheath is drawn by hand below an ACT of 180 s.
"""

from __future__ import annotations

from ir_sim.flow.drugs import ACT_REST_S, act_s
from ir_sim.treatment.comparison import Row

#: Minutes of compression that 6 French need with normal clotting (believed: 10 to 15 are usual).
MINUTES_6_FR = 10.0
#: ACT up to which a sheath is drawn and pressed by hand, s (believed: 150 to 180).
SAFE_ACT_S = 180.0
#: Flow out of an artery through an unpressed hole of 6 French, mL/min, and the most that collects
#: before somebody sees it, mL (assumed).
_LEAKS_ML_MIN, _MOST_ML = 20.0, 900.0
#: A vein needs this share of an artery's minutes (believed: 5 to 10), and bleeds this share of its
#: flow: about its share of the pressure (assumed).
_VEIN_NEEDS, _VEIN_LEAKS = 0.5, 0.1
#: From this on a haematoma counts, mL (assumed: a palm's breadth).
COUNTS_ML = 50.0


def needed_min(sheath_fr: float, act: float, *, vein: bool = False) -> float:
    """Minutes of compression until it is dry."""
    share = _VEIN_NEEDS if vein else 1.0
    return share * MINUTES_6_FR * sheath_fr / 6.0 * max(act / ACT_REST_S, 1.0)


def haematoma_ml(sheath_fr: float, act: float, pressed_min: float, *, vein: bool = False) -> float:
    """What collects under the skin if the puncture is pressed for so long only."""
    short = max(needed_min(sheath_fr, act, vein=vein) - pressed_min, 0.0)
    leaks = _LEAKS_ML_MIN * (_VEIN_LEAKS if vein else 1.0)
    return min(leaks * (sheath_fr / 6.0) ** 2 * short, _MOST_ML)


def rows() -> tuple[Row, ...]:
    """For ``ir-sim treatments``."""
    plain, heparin = act_s(0.0, 80.0), act_s(5000.0, 80.0)
    source = "radiologyreview.net (15 min); ACT believed"
    return tuple(
        Row("access", f"compression of {fr:g}F at an ACT of {act:.0f} s, min",
            f"{needed_min(fr, act):.0f}", published, source, note)
        for fr, act, published, note in (
            (5.0, plain, "15 asked for", ""),
            (6.0, plain, "15 asked for", ""),
            (6.0, heparin, "wait for an ACT below 180 s, or protamine", "scaled with the ACT"),
            (8.0, heparin, "wait, protamine or a closure device", "scaled with the ACT"),
        )
    )  # fmt: skip
