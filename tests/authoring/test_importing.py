"""Centrelines from files: exact reading, a tree that is right, traps answered in one line."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from ir_sim.anatomy import build_tree
from ir_sim.authoring.check import check_case
from ir_sim.authoring.importing import import_case
from ir_sim.authoring.importing.case import read
from ir_sim.authoring.importing.polyline import CentrelineError
from ir_sim.cli import main

_SPEC = importlib.util.spec_from_file_location(
    "make_centrelines", Path(__file__).with_name("make_centrelines.py")
)
truth = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(truth)
DATA = Path(__file__).with_name("data")


@pytest.mark.parametrize("path", sorted(DATA.iterdir()), ids=lambda p: p.name)
def test_files_of_vtks_own_writers_are_read_exactly(path):
    got, want = read(path), truth.lines()
    assert len(got) == len(want)
    for line, (xyz, radius) in zip(got, want, strict=True):
        np.testing.assert_allclose(line.xyz, xyz, atol=1e-6)
        np.testing.assert_allclose(line.radius, radius, atol=1e-6)


def checked(tmp_path, done):
    path = tmp_path / "imported.yaml"
    path.write_text(done.text)
    scenario, problems = check_case(path)
    assert scenario is not None, [str(p) for p in problems]
    return scenario


def distance_mm(points, curve):
    """(n,) distance of points to a polyline."""
    a, b = curve[:-1], curve[1:]
    d = b - a
    length = np.maximum((d**2).sum(1), 1e-12)
    u = np.clip(((points[:, None] - a[None]) * d[None]).sum(2) / length, 0, 1)
    return np.sqrt(((points[:, None] - (a[None] + u[..., None] * d[None])) ** 2).sum(2)).min(1)


def test_repeated_trunks_become_one_tree_within_a_millimetre(tmp_path):
    done = import_case([DATA / "vmtk-binary-zlib.vtp"], "imported", axes="lps", plane="ap")
    tree = build_tree(checked(tmp_path, done).anatomy)
    assert [v.parent for v in tree.vessels] == [-1, 0, 0]
    assert done.deviation_mm <= 1.0
    # in the picture: x to the patient's left as in LPS, y cranial; the file's middle at the origin
    lines = [xyz[:, [0, 2]] for xyz, _ in truth.lines()]
    root = tree.vessels[0]
    shift = np.array([lines[0][:, 0].mean(), 45.0])
    best = min(distance_mm(line - shift, root.xy_mm).max() for line in lines[:2])
    assert best <= 1.0 + 1e-6
    # the depth is kept: anterior of the file's y
    far = truth.lines()[0][0]
    assert np.ptp(root.z_mm) == pytest.approx(np.ptp(far[:, 1]), abs=1.0)
    # the renal artery leaves where it leaves, with its own calibre and not the aorta's
    renal = max(tree.vessels[1:], key=lambda v: v.xy_mm[-1, 1])
    join = root.point_at(renal.parent_at_mm)[1] + 45.0
    assert join == pytest.approx(truth.lines()[2][0][55, 2], abs=4.0)
    assert renal.radius_at(0.0) < 3.5


def tube(start, end, n=30, bow=0.0):
    t = np.linspace(0, 1, n)[:, None]
    line = np.array(start) + t * (np.array(end) - np.array(start))
    line[:, 1] += bow * np.sin(np.pi * t[:, 0])
    return line


#: name, points in LPS mm (x left, y posterior, z cranial), radius
SLICER = [
    ("Aorta", tube((0, 0, 200), (0, 0, 0)), 9.0),
    ("Left renal artery", tube((0, 0, 110), (60, 5, 100), bow=4.0), 3.0),
    ("Right renal artery", tube((-58, 8, 98), (0, 0, 108)), 2.9),  # drawn towards the aorta
    ("Iliac R", tube((0, 0, 0), (-50, 5, -110)), 5.0),
    ("Iliac L", tube((0, 0, 4), (50, 5, -110)), 5.0),
]


def markups(path, name, xyz, radius, system="LPS", with_radius=True):
    sign = np.array([-1, -1, 1]) if system == "RAS" else np.ones(3)
    curve = {
        "type": "Curve",
        "coordinateSystem": system,
        "controlPoints": [{"id": str(i), "position": list(p * sign)} for i, p in enumerate(xyz)],
        "measurements": [
            {"name": "length", "value": 1.0},
            {"name": "Radius", "controlPointValues": [float(radius)] * len(xyz)},
        ][: 1 + with_radius],
        "name": name,
    }
    path.write_text(json.dumps({"@schema": "markups", "markups": [curve]}))
    return path


@pytest.mark.parametrize("system", ["LPS", "RAS"])
def test_slicer_curves_of_several_files_are_joined_and_named(tmp_path, system):
    files = [
        markups(tmp_path / f"{i}.mrk.json", name, xyz, r, system)
        for i, (name, xyz, r) in enumerate(SLICER)
    ]
    done = import_case(files, "imported")
    tree = build_tree(checked(tmp_path, done).anatomy)
    assert set(tree.by_id) == {
        "aorta", "left_renal_artery", "right_renal_artery", "iliac_r", "iliac_l"
    }  # fmt: skip
    for vessel in tree.vessels[1:]:
        assert vessel.parent == 0
    assert tree.by_id["left_renal_artery"].xy_mm[-1, 0] > 40  # the patient's left is on the right
    assert tree.by_id["right_renal_artery"].xy_mm[-1, 0] < -40  # and it was turned outwards
    assert done.deviation_mm <= 1.0


def test_csv_with_semicolons_and_decimal_commas(tmp_path):
    path = tmp_path / "lines.csv"
    rows = ["Branch;Point;X;Y;Z;Diameter"]
    for name, xyz, r in SLICER:
        for i, (x, y, z) in enumerate(xyz):
            rows.append(f"{name};{i};{x:.3f};{y:.3f};{z:.3f};{2 * r:.2f}".replace(".", ","))
    path.write_text("\r\n".join(rows), encoding="utf-8-sig")
    done = import_case([path], "imported", axes="lps")
    tree = build_tree(checked(tmp_path, done).anatomy)
    assert tree.by_id["aorta"].radius_mm.max() == pytest.approx(9.0, abs=0.05)


def test_swc_forks_are_branches(tmp_path):
    path = tmp_path / "tree.swc"
    rows, count = ["# x y z as in the picture"], 0

    def run(points, radius, parent):
        nonlocal count
        for x, y in points:
            count += 1
            rows.append(f"{count} 2 {x} {y} 0 {radius} {parent}")
            parent = count
        return count

    fork = run([(0, 100 - 4 * i) for i in range(26)], 8.0, -1)
    run([(-3 * i, -6 * i) for i in range(1, 15)], 4.5, fork)
    run([(3 * i, -6 * i) for i in range(1, 15)], 4.5, fork)
    run([(4 * i, 60) for i in range(1, 12)], 2.5, 11)
    path.write_text("\n".join(rows))
    done = import_case([path], "imported")
    scenario = checked(tmp_path, done)
    lengths = sorted(v.length_mm for v in build_tree(scenario.anatomy).vessels)
    assert len(lengths) == 5  # the trunk is cut where the side branch leaves it
    assert lengths[-1] > 80


def test_the_command_reports_and_refuses_to_overwrite(tmp_path, capsys):
    out = tmp_path / "patient-7.yaml"
    words = ["import", str(DATA / "legacy-binary.vtk"), "--axes", "lps", "-o", str(out)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "3 vessels" in said
    assert "please decide" in said
    assert main(["validate", str(out)]) == 0
    assert main(words) == 2


def csv_of(tmp_path, rows):
    path = tmp_path / "lines.csv"
    path.write_text("branch,x,y,z,radius\n" + "\n".join(rows))
    return path


TRUNK = [f"aorta,0,{200 - 4 * i},0,9" for i in range(51)]
SIDE = [f"side,{3 * i},{120 - i},0,{2.5 - 0.02 * i}" for i in range(20)]


def without_radius(rows, every=1):
    return [r.rsplit(",", 1)[0] + "," if i % every == 0 else r for i, r in enumerate(rows)]


def in_metres(rows):
    cells = [r.split(",") for r in rows]
    return [",".join([name, *(str(float(v) / 1000) for v in rest)]) for name, *rest in cells]


LOOP = [f"loop,{30 * np.sin(np.pi * i / 20):.2f},{150 - 4 * i},0,2" for i in range(21)]
JUMP = [r if i != 9 else "side,27,111,0,25" for i, r in enumerate(SIDE)]
FINE = [f"aorta,0,{200 - 0.002 * i:.3f},0,9" for i in range(100_000)]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*TRUNK, "dot,5,5,0,1", *SIDE], "single point"),
        ([*TRUNK, *SIDE, "side,57,101,0,2"], "repeated point"),
        (TRUNK + JUMP, "jumps"),
        (TRUNK + without_radius(SIDE), "no radius"),
        (TRUNK + without_radius(SIDE, 5), "missing"),
        (TRUNK + LOOP, "loop"),
        (TRUNK + SIDE + [f"far,{400 + 3 * i},0,0,2" for i in range(9)], "left out"),
        (TRUNK + SIDE + [f"copy,0,{190 - 4 * i},0,9" for i in range(30)], "there already"),
        (in_metres(TRUNK + SIDE), "metres"),
        (FINE + SIDE, "repeated"),
    ],
)
def test_traps_are_mended_and_told(tmp_path, rows, words):
    done = import_case([csv_of(tmp_path, rows)], "imported", plane="ap")
    assert any(words in note for note in done.notes), done.notes
    assert done.branches == 2
    scenario = checked(tmp_path, done)
    assert build_tree(scenario.anatomy).vessels[0].radius_mm.max() < 12


SHORT_VTK = b"# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 9 float\n1"


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"name,u,v\n1,2,3\n", "no column 'x'"),
        ("a.csv", b"branch,x,y,z,radius\na,1,two,3,4\n", ":2: 'two' is not a number"),
        ("a.csv", b"branch,x,y,z,radius\n", "no points"),
        ("a.csv", b"branch,x,y\na,1,1\na,1,1\n", "one place"),
        ("a.swc", b"1 2 0 0 0 1\n", "SWC has 7"),
        ("a.swc", b"1 2 0 0 0 1 2\n2 2 0 0 1 1 1\n", "circle"),
        ("a.swc", b"1 2 0 0 0 1 9\n", "parent 9"),
        ("a.swc", b"inf 2 0 0 0 1 -1\n", "a point's number"),
        ("a.csv", b"branch,x,y,z,radius\na,0,0,0,1\na,0,1e300,0,1\n", "not centrelines"),
        ("a.vtp", b"<VTKFile type='PolyData'><PolyData/>", "damaged XML"),
        ("a.vtp", b"<VTKFile type='ImageData'></VTKFile>", "not VTK PolyData"),
        ("a.vtk", b"solid surface\n", "not a legacy VTK"),
        ("a.vtk", SHORT_VTK, "damaged"),
        ("a.mrk.json", b"{", "not JSON"),
        ("a.mrk.json", b"{}", "no 'markups'"),
        ("a.stl", b"solid\n", "unknown kind"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path, name, raw, words, capsys):
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(CentrelineError, match=r".*") as caught:
        import_case([path], "imported")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert main(["import", str(path), "-o", str(tmp_path / "out.yaml")]) == 2


@pytest.mark.parametrize(
    "name", ["vmtk-binary-zlib.vtp", "vmtk-appended-raw-zlib.vtp", "legacy-binary.vtk"]
)
def test_a_damaged_file_never_crashes(tmp_path, name):
    raw = (DATA / name).read_bytes()
    rng = np.random.default_rng(3)
    for _ in range(60):
        bad = bytearray(raw[: rng.integers(1, len(raw))] if rng.random() < 0.4 else raw)
        for _ in range(rng.integers(1, 6)):
            bad[rng.integers(len(bad))] = rng.integers(256)
        path = tmp_path / name
        path.write_bytes(bytes(bad))
        try:
            read(path)
        except CentrelineError:
            continue
