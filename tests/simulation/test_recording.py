"""Recordings: what goes in comes out, and what is damaged says so."""

import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.errors import RecordError
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.recording import (
    Journal,
    Recording,
    decode_controls,
    encode_controls,
    from_bytes,
    read,
    write,
)

speeds = st.floats(-500, 500, allow_nan=False)
motions = st.dictionaries(
    st.sampled_from(["wire", "catheter", "microcatheter", "guide"]),
    st.builds(Motion, speeds, speeds),
)
actions = st.lists(
    st.one_of(
        st.builds(lambda d: Action("mount", slot="wire", device=d), st.text("abc-", min_size=1)),
        st.builds(lambda v: Action("field", value=v), st.sampled_from([16, 22, 32.5])),
        st.builds(lambda v: Action("collimate", value=v), st.lists(st.floats(0, 0.4), max_size=4)),
    ),
    max_size=2,
).map(tuple)
controls = st.builds(
    Controls,
    motions,
    st.sampled_from(["off", "fluoro", "acquire"]),
    st.floats(0, 20),
    st.tuples(speeds, speeds),
    actions,
)


def plain(control):
    """Controls as data: a motion at rest is the same as none."""
    return encode_controls(control)


@given(controls)
def test_controls_come_back_as_they_went_in(control):
    assert plain(decode_controls(encode_controls(control))) == plain(control)


@settings(max_examples=60)
@given(st.lists(st.tuples(controls, st.integers(1, 5)), max_size=12))
def test_a_recording_comes_back_tick_for_tick(script):
    recording = Recording({"scenario": "x", "seed": 3})
    ticks = [control for control, repeats in script for control in [control] * repeats]
    for control in ticks:
        recording.add(control)
    recording.hashes.append((len(ticks), "ab"))
    recording.finished = True
    again = from_bytes(recording.to_bytes(), "run")
    assert [plain(c) for c in again.controls()] == [plain(c) for c in ticks]
    assert (again.ticks, again.hashes, again.finished) == (len(ticks), recording.hashes, True)
    assert again.to_bytes() == recording.to_bytes()


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_refused_in_one_line_or_read_whole(data):
    recording = Recording({"scenario": "x", "seed": 3})
    for k in range(50):
        recording.add(Controls(motions={"wire": Motion(float(k))}))
    whole = recording.to_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    broken = bytearray(whole[:cut])
    if broken and data.draw(st.booleans()):
        broken = bytearray(whole)
        broken[cut] ^= 1 << data.draw(st.integers(0, 7))
    said, again = "", None
    try:
        again = from_bytes(bytes(broken), "run.irrun")
    except RecordError as error:
        said = str(error)
    if again is None:
        assert said.startswith("run.irrun:")
        assert "\n" not in said
    else:
        assert again.to_bytes() == whole


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "run.irrun"
    write(Recording({"seed": 1}), path)
    before = path.read_bytes()
    (tmp_path / "run.irrun.part").mkdir()
    with pytest.raises(RecordError, match="cannot be written"):
        write(Recording({"seed": 2}), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [b"", b"hello\n", b"{}\n", b'{"irrun": 99}\n', b"irrun1\nxx"])
def test_what_is_no_recording_is_refused(tmp_path, text):
    path = tmp_path / "x.irrun"
    path.write_bytes(text)
    with pytest.raises(RecordError, match=r"x\.irrun"):
        read(path)


WRITER = """
import sys
from pathlib import Path
from ir_sim.simulation.controls import Controls, Motion
from ir_sim.simulation.recording import Journal, Recording
recording = Recording({"seed": 1})
journal = Journal(Path(sys.argv[1]), recording.header)
tick = 0
while True:
    line = recording.add(Controls(motions={"wire": Motion(float(tick % 97))}))
    tick += 1
    journal.add(tick, line)
    if tick % 60 == 0:
        print(tick, flush=True)
"""


@pytest.mark.parametrize("pause_s", [0.0, 0.05, 0.2])
def test_a_killed_run_is_there_up_to_its_last_second(tmp_path, pause_s):
    path = tmp_path / "run.journal"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    told = int(process.stdout.readline())
    time.sleep(pause_s)
    os.kill(process.pid, signal.SIGKILL)
    said = process.communicate()[0].split()
    told = max([told, *(int(n) for n in said if n.isdigit() and int(n) % 60 == 0)])
    recording = read(path)
    assert recording.ticks >= told
    assert not recording.finished
    wanted = [float(k % 97) for k in range(recording.ticks)]
    got = [c.motions["wire"].advance_mm_s if c.motions else 0.0 for c in recording.controls()]
    assert got == wanted


def test_a_journal_is_gone_once_the_run_is_kept(tmp_path):
    journal = Journal(tmp_path / "a" / "run.journal", {"seed": 1})
    journal.close()
    assert not journal.path.exists()
