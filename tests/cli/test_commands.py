"""The commands as a person types them: exit codes, one clear line for bad input, no traceback."""

import json
import os
import subprocess
import sys

import pytest

from ir_sim.cli import main, parser


def run(*words, **kwargs):
    """``ir-sim`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ir_sim", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **kwargs,
    )


def commands():
    choices = parser()._subparsers._group_actions[0].choices
    return sorted(choices)


def test_every_command_of_the_contract_is_there():
    wanted = {"play", "demo", "list", "validate", "schema", "new", "preview", "replay", "bench"}
    wanted |= {"explain", "import", "log", "report"}
    assert wanted <= set(commands())


@pytest.mark.parametrize("name", commands())
def test_help_shows_an_example(name, capsys):
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert "example" in said
    assert f"ir-sim {name}" in said.split("example", 1)[1]


BROKEN = "format: 1\nid: x\ntitle: [\n"


@pytest.fixture
def case(tmp_path):
    assert main(["new", "my-case", "-o", str(tmp_path / "my-case.yaml")]) == 0
    return tmp_path / "my-case.yaml"


def test_a_new_case_validates_at_once(case, capsys):
    assert main(["validate", str(case)]) == 0
    assert "good" in capsys.readouterr().out


@pytest.mark.parametrize(
    "title", ["Plain words", "With: a colon", "it's quoted", "# hash", "[list]", "- dash", "no"]
)
def test_a_title_with_yaml_marks_stays_a_title(tmp_path, title, capsys):
    path = tmp_path / "t.yaml"
    assert main(["new", "t", "--title", title, "-o", str(path)]) == 0
    assert main(["validate", str(path)]) == 0, capsys.readouterr().out
    main(["explain", str(path)])
    assert title in capsys.readouterr().out


def test_new_does_not_replace_a_file(case, capsys):
    assert main(["new", "my-case", "-o", str(case)]) == 2
    assert "exists" in capsys.readouterr().err
    assert main(["new", "My Case"]) == 2


def test_validate_prints_place_message_and_hint(case, capsys):
    text = case.read_text().replace("level: beginner", "level: beginer")
    case.write_text(text)
    assert main(["validate", str(case)]) == 1
    said = capsys.readouterr().out
    line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith("level"))
    assert said.startswith(f"{case}:{line}:8: ")
    assert "beginner" in said
    assert main(["validate", str(case), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["problems"][0]["line"] == line


def test_validate_of_a_missing_file_is_wrong_use(tmp_path, capsys):
    assert main(["validate", str(tmp_path / "nothing.yaml")]) == 2
    assert "no such file" in capsys.readouterr().out


def test_list_and_schema_are_json(capsys):
    assert main(["list", "--json"]) == 0
    cases = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert cases["right-renal-selective"]["level"] == "beginner"
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"format", "id", "anatomy", "tray", "task"} <= set(schema["anyOf"][1]["required"])


def test_own_cases_are_listed_and_found_by_id(case, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("IR_SIM_CASES", str(tmp_path))
    (tmp_path / "broken.yaml").write_text(BROKEN)
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    assert "my-case" in said
    assert "(own)" in said
    assert "does not load" in said
    assert main(["explain", "my-case"]) == 0


def test_preview_writes_a_picture(case, tmp_path):
    from PIL import Image

    out = tmp_path / "sub" / "my.png"
    assert main(["preview", str(case), "--png", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.size == (1500, 1100)
        assert len(picture.convert("L").getcolors()) > 20
    assert list(out.parent.iterdir()) == [out]


def test_watching_draws_anew_and_outlives_mistakes(case, tmp_path, monkeypatch, capsys):
    from ir_sim.cli import authoring

    out = tmp_path / "my.png"
    good, pictures = case.read_text(), []
    edits = iter(
        [
            good.replace("level: beginner", "level: beginer"),
            good.replace("[52, 103, 2.6]", "[90, 60, 2.6]"),
            good.replace("[52, 103, 2.6]", "[90, 60, 2.6]"),  # saved again without a change
        ]
    )

    def save_next(seconds):
        pictures.append(out.read_bytes())
        text = next(edits, None)
        if text is None:
            raise KeyboardInterrupt
        case.write_text(text)
        os.utime(case, ns=(0, 10**9 * len(pictures)))

    monkeypatch.setattr(authoring.time, "sleep", save_next)
    assert main(["preview", str(case), "--png", str(out), "--watch"]) == 130
    said = capsys.readouterr().out
    assert said.count("is up to date") == 3
    assert "did you mean 'beginner'" in said
    assert pictures[0] == pictures[1]  # the mistake leaves the last good picture
    assert pictures[1] != pictures[2]
    assert pictures[2] == pictures[3]


def test_preview_as_the_monitor_shows_it(case, tmp_path):
    from PIL import Image, ImageStat

    out = tmp_path / "xray.png"
    assert main(["preview", str(case), "--xray", "--png", str(out)]) == 0
    with Image.open(out) as picture:
        width, height = picture.size
        assert width == 2 * height
        run = picture.crop((height, 0, width, height))
        low, high = ImageStat.Stat(run).extrema[0]
        assert low < 60 < 150 < high  # dark vessels on a grey ground


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "nowhere.yaml", "--headless"),
        ("demo", "no-such-case", "--headless"),
        ("play", "nowhere.yaml"),
        ("explain", "{tmp}"),
        ("demo", "{broken}", "--headless"),
        ("demo", "{nan}", "--headless"),
        ("demo", "{unknown}", "--headless"),
        ("preview", "{broken}", "--png", "{tmp}/x.png"),
        ("replay", "{tmp}/nothing.irrun", "--headless"),
        ("replay", "{broken}", "--headless"),
        ("new", "Not A Name"),
        ("schema", "-o", "{tmp}/no/such/folder/schema.json"),
        ("list", "--no-such-flag"),
        ("demo", "right-renal-selective", "--seed", "nan"),
        ("frobnicate",),
    ],
)
def test_bad_input_is_one_clear_line(words, case, tmp_path):
    good = case.read_text()
    (tmp_path / "broken.yaml").write_text(BROKEN)
    (tmp_path / "nan.yaml").write_text(good.replace("weight_kg: 78", "weight_kg: .nan"))
    (tmp_path / "unknown.yaml").write_text(good.replace("vessel: right_renal,", "vessel: kidney,"))
    names = {"tmp": tmp_path, **{n: tmp_path / f"{n}.yaml" for n in ("broken", "nan", "unknown")}}
    done = run(*(word.format(**names) for word in words))
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    plain = [line for line in done.stderr.splitlines() if line.startswith("ir-sim")]
    assert len(plain) == 1, done.stderr


def test_a_closed_pipe_is_no_fault():
    reader = f"{sys.executable} -m ir_sim schema | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {reader}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done
    assert done.stderr == ""


def test_the_version_answers():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("ir-sim ")
