"""Recordings through the command line: repeated bit for bit, rated again, refused when damaged."""

import json

import pytest

import ir_sim
from ir_sim.cli import main
from ir_sim.simulation.recording import read, write


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Twelve seconds of a wire under fluoroscopy."""
    sim = ir_sim.Simulation(ir_sim.load_scenario("tutorial-first-steps"), seed=3)
    mount = ir_sim.Action("mount", slot="wire", device="wire-035-bentson")
    sim.step(ir_sim.Controls(actions=(mount,)))
    for tick in range(720):
        motion = ir_sim.Motion(25.0, 30.0 if tick % 90 < 30 else 0.0)
        pedal = "fluoro" if tick % 200 < 120 else "off"
        sim.step(ir_sim.Controls(motions={"wire": motion}, pedal=pedal))
    path = tmp_path_factory.mktemp("run") / "run.irrun"
    sim.save(path)
    return path


def test_a_recording_repeats_bit_for_bit(run, capsys):
    assert main(["replay", str(run), "--headless"]) == 0
    said = capsys.readouterr().out
    assert "bit-identical: 2 states over 12 s" in said
    assert "of 100" in said


def test_a_changed_control_is_noticed(run, tmp_path, capsys):
    recording = read(run)
    tick, controls = recording.changes[1]
    slower = {"wire": ir_sim.Motion(24.999, 30.0)}
    recording.changes[1] = (tick, ir_sim.Controls(motions=slower, pedal=controls.pedal))
    write(recording, tmp_path / "other.irrun")
    assert main(["replay", str(tmp_path / "other.irrun"), "--headless"]) == 1
    assert "differs from the recording at 5.0 s" in capsys.readouterr().out


def test_rating_again_by_another_rubric(run, tmp_path, capsys):
    from ir_sim.scenario.shipped import shipped

    text = (shipped("assets") / "rubrics" / "default.yaml").read_text(encoding="utf-8")
    strict = tmp_path / "strict.yaml"
    strict.write_text(text.replace("id: default", "id: strict"), encoding="utf-8")
    assert main(["replay", str(run), "--rescore", str(strict)]) == 0
    said = capsys.readouterr().out
    assert "rated again by 'strict'" in said
    assert main(["replay", str(run), "--rescore", "no-such-rubric"]) == 2
    assert main(["replay", str(run), "--rescore", str(tmp_path / "none.yaml")]) == 2


@pytest.mark.parametrize("cut", [0, 5, 7, 100, -1])
def test_a_damaged_recording_is_one_clear_line(run, tmp_path, cut, capsys):
    path = tmp_path / "cut.irrun"
    path.write_bytes(run.read_bytes()[:cut])
    assert main(["replay", str(path), "--headless"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("ir-sim: ")
    assert len(error.strip().splitlines()) == 1


def test_bench_has_the_promised_figures(monkeypatch, capsys):
    from ir_sim.cli import bench
    from ir_sim.devices import benchmark as devices
    from ir_sim.flow import benchmark as flow
    from ir_sim.simulation import benchmark as treated
    from ir_sim.xray import benchmark as xray

    rod = {"links": 100, "devices": 2, "real_time_factor": 11.23456, "max_stretch_percent": 0.0}
    monkeypatch.setattr(devices, "device_benchmark", lambda: [rod])
    monkeypatch.setattr(bench, "start_s", lambda: 0.5)
    monkeypatch.setattr(flow, "flow_benchmark", lambda: [{"branches": 1, "tick_ms": 1.0}])
    monkeypatch.setattr(
        xray, "picture_benchmark", lambda: [{"size": 9, "median_ms": 1, "p95_ms": 2}]
    )
    ticks = {"branches": 150, "tick_ms": 1.0, "p99_ms": 2.0, "most_ms": 3.0}
    monkeypatch.setattr(treated, "treatment_benchmark", lambda: ticks)
    whole = bench._whole
    monkeypatch.setattr(bench, "_whole", lambda: whole(0.5, 256))
    assert main(["bench", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert {"machine", "device", "picture", "flow", "whole", "start_s", "peak_mib"} <= set(figures)
    assert {"branches", "tick_ms", "p99_ms", "most_ms"} <= set(figures["treatment"])
    assert {"links", "devices", "real_time_factor", "max_stretch_percent"} <= set(
        figures["device"][0]
    )
    assert {"size", "median_ms", "p95_ms"} <= set(figures["picture"][0])
    assert {"picture_hz", "size", "real_time_factor"} <= set(figures["whole"])
    assert figures["device"][0]["real_time_factor"] == 11.23
    monkeypatch.setattr(bench, "measure", lambda: figures)
    assert main(["bench"]) == 0
    assert "real time" in capsys.readouterr().out
