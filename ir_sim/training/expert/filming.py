"""Contrast and films: test injections, the frame around an organ, a run."""

from __future__ import annotations

import numpy as np

from ir_sim.simulation.controls import Action
from ir_sim.simulation.state import DT_S
from ir_sim.training.expert.operator import Operator, Work
from ir_sim.training.expert.route import beyond
from ir_sim.training.expert.style import EXPERT
from ir_sim.xray.settings import FIELDS_CM, MAGNIFICATION

#: Rate of a test injection, mL/s, and how much more than asked for is given, mL.
PUFF_ML_S, SPARE_ML = 2.0, 0.3
#: Room around the vessels that a run is to show, mm, and the least share that blades close.
MARGIN_MM, CLOSED_SHARE = 26.0, 0.14
#: Before the injection (masks), and after it, s: the last image shows full arteries.
MASK_S, BLUSH_S = 0.7, 0.0
_VIEW_MM = 110.0
#: Where less than this runs past the tip, a film through a microcatheter is injected gently, mL/s:
#: what cannot run off presses on the wall.
STILL_ML_S, GENTLE_ML_S = 0.5, 0.5
#: A thin lumen lets through less than the thumb wants: pushed so much longer for what is asked, s.
SLOW_S = 8.0
#: From this volume on a run is fed by the power injector, over so many seconds, with such a rise
#: (clinical habit: an aortogram gets 15 mL/s for 30 mL).
POWER_ML, POWER_S, POWER_RISE_S = 10.0, 2.0, 0.3


def puff(o: Operator, at_least_ml: float) -> Work:
    """A test injection under fluoroscopy; the catheter's lumen must be free."""
    ml = max(at_least_ml + SPARE_ML, o.style.puff_ml)
    for _ in range(o.style.puffs):
        yield from _look(o, 0.15)
        for _ in range(round(ml / PUFF_ML_S / DT_S)):
            yield o.tick(pedal="fluoro", inject_ml_s=PUFF_ML_S, table_mm_s=(0.0, 0.0))
        yield from _look(o, 0.5)
        yield from o.wait(0.4)
    return True


def _look(o: Operator, seconds: float) -> Work:
    for _ in range(round(seconds / DT_S)):
        yield o.tick(watch=True)
    return True


def frame(o: Operator, vessel: str) -> Work:
    """Field, table and blades around a vessel and what it feeds, near the tip."""
    inside = beyond(o.tree, o.tree.by_id[vessel].index)
    tip = o.device(o.leading).tip_mm
    xy = np.vstack([o.tree.by_id[v].xy_mm[o.tree.by_id[v].s_mm >= 0.0] for v in sorted(inside)])
    near = xy[np.abs(xy - tip).max(1) < _VIEW_MM]
    if len(near) < 2:
        near = tip[None] + np.array([[-40.0, -40.0], [40.0, 40.0]])
    low = np.minimum(near.min(0), tip) - MARGIN_MM
    high = np.maximum(near.max(0), tip) + MARGIN_MM
    side = float((high - low).max())
    fields = {cm: 10.0 * cm / 2**0.5 / MAGNIFICATION for cm in sorted(FIELDS_CM) if cm > 22.0}
    cm = next((cm for cm, mm in fields.items() if mm >= side), max(fields))
    yield from o.press(Action("field", value=cm))
    yield from o.pan((float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2))
    if not o.style.collimates:
        return True
    settings = o.state.settings
    centre, mm = np.asarray(settings.centre_mm), settings.field_mm
    closed = [
        (low[0] - centre[0]) / mm + 0.5,
        0.5 - (high[0] - centre[0]) / mm,
        (low[1] - centre[1]) / mm + 0.5,
        0.5 - (high[1] - centre[1]) / mm,
    ]
    blades = [float(np.clip(round(b, 2), 0.02, 0.4)) for b in closed]
    while 1.0 - (1.0 - blades[0] - blades[1]) * (1.0 - blades[2] - blades[3]) < CLOSED_SHARE:
        blades = [b + 0.01 for b in blades]
    return (yield from o.press(Action("collimate", value=[round(b, 2) for b in blades])))


def film(o: Operator, vessel: str, at_least_ml: float) -> Work:
    """A subtraction run through the catheter's tip; the expert's style films it once."""
    yield from frame(o, vessel)
    for _ in range(o.style.films):
        yield from o.wait(0.4)
        yield from _run(o, at_least_ml)
    return True


def _run(o: Operator, at_least_ml: float) -> Work:
    enough = at_least_ml + SPARE_ML
    ml = max(enough, min(o.style.film_ml, o.style.film_ml / EXPERT.film_ml * 1.5 * enough))
    rate = o.style.film_ml_s
    tip = o.state.devices.get("microcatheter")
    if tip is not None and abs(o.state.flow(tip.tip_vessel)) < STILL_ML_S:
        rate = min(rate, GENTLE_ML_S)
    for _ in range(round(MASK_S / DT_S)):
        yield o.tick(pedal="acquire")
    given = o.state.contrast_ml
    if at_least_ml >= POWER_ML:
        setting = [at_least_ml / POWER_S, at_least_ml + SPARE_ML, POWER_RISE_S]
        yield o.tick(pedal="acquire", actions=(Action("power_injection", value=setting),))
        for _ in range(round((POWER_S + 1.0) / DT_S)):
            if o.state.contrast_ml - given >= at_least_ml + 0.9 * SPARE_ML:
                break
            yield o.tick(pedal="acquire")
    ml = ml if at_least_ml < POWER_ML else at_least_ml
    for _ in range(round(3.0 * ml / rate / DT_S)):
        if o.state.contrast_ml - given >= ml:
            break
        yield o.tick(pedal="acquire", inject_ml_s=rate)
    for _ in range(round(SLOW_S / DT_S)):  # through a microcatheter it takes longer than pushed
        if o.state.contrast_ml - given >= min(ml, at_least_ml + 0.5 * SPARE_ML):
            break
        yield o.tick(pedal="acquire", inject_ml_s=rate)
    for _ in range(round(BLUSH_S / DT_S)):
        yield o.tick(pedal="acquire")
    yield from o.wait(0.2)
    return True


def open_blades(o: Operator) -> Work:
    """Blades open and the large field, to travel."""
    actions = []
    if any(o.state.settings.blades):
        actions.append(Action("collimate", value=[0.0, 0.0, 0.0, 0.0]))
    if o.state.settings.field_cm < 48.0:
        actions.append(Action("field", value=48.0))
    return not actions or (yield from o.press(*actions))
