"""The contact sheet."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ir_sim.anatomy.body import template_names
from ir_sim.xray.gallery import (
    arrival_times,
    demonstration_tree,
    gallery,
    places,
    template_pictures,
)


def test_all_templates_have_a_place() -> None:
    assert set(places()) == set(template_names())
    for template, place in places().items():
        tree = demonstration_tree(template)
        assert set(place.way) <= set(tree.by_id)
        assert place.inject[1] < tree.by_id[place.inject[0]].length_mm


def test_writes_every_picture_and_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ir_sim.xray.gallery.template_names", lambda: ("generic", "head-neck"))
    files = gallery(tmp_path / "out", 96)
    assert files[0].name == "contact-sheet.png"
    assert len(files) == 1 + 2 * 6
    sheet = cv2.imread(str(files[0]), cv2.IMREAD_GRAYSCALE)
    assert sheet.shape[1] > 2000
    assert all(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).shape == (96, 96) for path in files[1:])


def test_modes_look_different() -> None:
    pictures = template_pictures("generic", 128)
    middle = {name: p[20:-20, 20:-20].astype(float) for name, p in pictures.items()}
    assert middle["roadmap"].max() > middle["dsa"].mean() + 30
    assert middle["dsa"].min() < 40
    assert np.abs(middle["fluoro-low"] - middle["fluoro-high"]).mean() > 3


def test_contrast_goes_downstream_only() -> None:
    tree = demonstration_tree("generic")
    t = arrival_times(tree, "trunk", 60.0)
    rows = slice(int(tree.first[0]), int(tree.first[1]))
    s = tree.vessels[0].s_mm
    assert (t[rows][s < 30] == 1e3).all()
    downstream = t[rows][s > 62]
    assert (np.diff(downstream) > 0).all()
    assert downstream[-1] < 3.0
