"""The page on treatments shows a case that is true: put into a shipped case, it is accepted."""

import re
from pathlib import Path

import yaml

from ir_sim.scenario import from_text, load
from ir_sim.scenario.catalogue import shipped_devices

PAGE = (Path(__file__).parents[2] / "docs/treatments.md").read_text(encoding="utf-8")


def test_the_case_of_the_page_is_accepted():
    (block,) = [b for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if b.startswith("tray")]
    shown = yaml.safe_load(block)
    text = load("contralateral-iliac").text
    start, end = text.index("\ntray:"), text.index("\nscoring:")
    case = text[:start] + "\n" + block + text[end:]
    case = re.sub(r"sheath_fr: \d+", "sheath_fr: 7", case)
    scenario, problems = from_text(case, "page.yaml", shipped_devices())
    assert scenario is not None, problems
    assert list(scenario.tray) == shown["tray"]
    assert len(scenario.task.endpoints) == 1


def test_the_assistant_of_the_page_is_accepted():
    (block,) = [b for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "assistant:" in b]
    text = load("contralateral-iliac").text
    case = text.replace("\ntray:", "\n" + block + "tray:", 1)
    scenario, problems = from_text(case, "page.yaml", shipped_devices())
    assert scenario is not None, problems
    assert scenario.assistant_device.id == "stent-balloon-8x37"
