"""The reference of keys: complete, and the page in docs is the generated one."""

from pathlib import Path

from ir_sim.authoring.keys import BLOCKS, KEYS
from ir_sim.authoring.schema import editor_schema, reference
from ir_sim.scenario import load, shipped_scenarios
from ir_sim.scenario.model import Scenario

ROOT = Path(__file__).parents[2]


def test_every_key_is_explained_and_nothing_else_is():
    schema = Scenario.model_json_schema()
    nodes = {"Scenario": schema, **schema["$defs"]}
    wanted = {f"{b}.{key}" for b, node in nodes.items() for key in node.get("properties", {})}
    assert set(KEYS) == wanted
    assert set(BLOCKS) == set(nodes)


def test_the_page_is_up_to_date():
    page = (ROOT / "docs/scenario-reference.md").read_text(encoding="utf-8")
    assert page == reference(), "ir-sim schema --markdown -o docs/scenario-reference.md"


def test_the_schema_accepts_what_the_loader_accepts():
    """A few constraints of the schema, checked by hand on a shipped case."""
    schema = editor_schema()
    data = load(next(iter(shipped_scenarios()))).source.data
    assert set(schema["anyOf"][1]["required"]) <= set(data) <= set(schema["properties"])
    vessel = schema["$defs"]["Vessel"]
    for given in data["anatomy"]["vessels"]:
        assert set(vessel["required"]) <= set(given) <= set(vessel["properties"])
