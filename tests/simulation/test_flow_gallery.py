"""Contrast in pictures: it comes, fills the organ and goes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ir_sim.simulation.flow_gallery import FLOW_SHOTS, flow_pictures

SHOTS = {shot.name: shot for shot in FLOW_SHOTS}


def test_a_renal_injection_fills_the_artery_then_the_kidney_then_goes() -> None:
    shot = dataclasses.replace(SHOTS["renal-by-hand"], at_s=(1.0, 4.0, 16.0))
    early, kidney, late = (p.astype(float) for p in flow_pictures(shot, 128))
    grey = np.median(early)
    artery = (slice(60, 74), slice(55, 75))  # the main renal artery beyond its stenosis
    organ = (slice(28, 100), slice(84, 112))
    assert early[artery].min() < grey - 60
    assert kidney[artery].min() > grey - 40
    assert kidney[organ].mean() < grey - 30
    assert kidney[organ].mean() < late[organ].mean() - 20


def test_a_wedged_stain_stays_where_a_free_tip_washes_out() -> None:
    wedged = dataclasses.replace(SHOTS["wedged-stain"], at_s=(7.0,))
    free = dataclasses.replace(wedged, wedged=False)
    stained, washed = (
        flow_pictures(s, 128)[0][16:-16, 16:-16].astype(float).min() for s in (wedged, free)
    )
    assert stained < washed - 25


@pytest.mark.parametrize("name", ["bleed"])
def test_a_bleed_goes_on_showing_when_the_vessels_are_empty(name: str) -> None:
    shot = dataclasses.replace(SHOTS[name], at_s=(9.0,))
    dry = dataclasses.replace(shot, bleed_ml_s=0.0)
    with_bleed, without = (flow_pictures(s, 128)[0].astype(float) for s in (shot, dry))
    assert (without - with_bleed).max() > 60


def test_the_portal_vein_shows_after_the_bowel_and_not_before() -> None:
    shot = dataclasses.replace(SHOTS["portal-phase"], at_s=(1.0, 8.0))
    early, late = (p.astype(float) for p in flow_pictures(shot, 128))
    portal = (slice(14, 34), slice(30, 52))  # from the confluence towards the liver
    artery = (slice(40, 60), slice(84, 100))  # the superior mesenteric artery
    grey = np.median(early)
    assert early[artery].min() < grey - 60
    assert early[portal].min() > grey - 25
    assert late[portal].min() < grey - 60
