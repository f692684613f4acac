"""The expert's run without a display: files, pictures, score, and the same bits again."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ir_sim.cli import main

CASE = "right-renal-selective"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """``ir-sim play`` on a machine with no display."""
    folder = tmp_path_factory.mktemp("demo")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    env = {key: value for key, value in os.environ.items() if key not in hidden}
    env["SDL_VIDEODRIVER"] = "dummy"
    done = subprocess.run(
        [sys.executable, "-m", "ir_sim", "play", CASE],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=folder,
        env=env,
    )
    return done, folder / "demo"


def test_without_a_display_it_says_so_in_one_line_and_plays(played):
    done, folder = played
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first = done.stdout.splitlines()[0]
    assert "display" in first
    assert "expert" in first
    assert "passed" in done.stdout
    files = {path.name for path in folder.iterdir()}
    pictures = {"picture.png", "film.png", "run.webp"}
    assert {"run.irrun", "score.json", "debrief.html"} | pictures == files


def test_the_expert_reaches_the_target(played):
    score = json.loads((played[1] / "score.json").read_text())
    assert score["simulated"] is True
    assert score["gate"]["open"], score["gate"]["reasons"]
    assert score["passed"]


def test_the_pictures_show_something(played):
    folder = played[1]
    with Image.open(folder / "picture.png") as image:
        grey = np.asarray(image.convert("L"), float)
    assert grey.shape == (1024, 1024)
    middle = grey[256:768, 256:768]
    assert 20 < middle.mean() < 235
    assert middle.std() > 10
    with Image.open(folder / "run.webp") as film:
        assert film.n_frames > 10
        first = np.asarray(film.convert("L"), float)
        film.seek(film.n_frames // 2)
        assert np.abs(np.asarray(film.convert("L"), float) - first).mean() > 2


def test_the_recording_repeats_bit_for_bit(played, capsys, tmp_path):
    page = tmp_path / "page.html"
    assert main(["replay", str(played[1] / "run.irrun"), "--page", str(page)]) == 0
    said = capsys.readouterr().out
    assert f"wrote {page}" in said
    again, first = page.read_text(), (played[1] / "debrief.html").read_text()
    assert again == first.replace(" · expert · ", " · ")
    assert "bit-identical" in said
    total = json.loads((played[1] / "score.json").read_text())["total"]
    assert f"score {total:.0f} of 100" in said


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["demo", CASE, "--headless", "--out", str(tmp_path / "file")]) == 2
    error = capsys.readouterr().err
    assert len(error.strip().splitlines()) == 1
