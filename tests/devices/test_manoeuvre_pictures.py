"""``ir-sim demo --manoeuvre`` draws what it says."""

import cv2

from ir_sim.cli import main


def test_a_manoeuvre_is_drawn(tmp_path, capsys):
    assert main(["demo", "--manoeuvre", "j_up_the_aorta", "--out", str(tmp_path)]) == 0
    assert "j_up_the_aorta.png" in capsys.readouterr().out
    picture = cv2.imread(str(tmp_path / "j_up_the_aorta.png"))
    assert (picture < 60).all(2).mean() > 0.001  # a wire is drawn, and most of it is paper
    assert (picture > 240).all(2).mean() > 0.8


def test_an_unknown_manoeuvre_is_refused_with_the_known_ones(tmp_path, capsys):
    assert main(["demo", "--manoeuvre", "somersault", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "somersault" in said
    assert "simmons_over" in said
