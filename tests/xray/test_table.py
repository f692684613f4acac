"""The shipped table is what the generator writes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import yaml

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.shipped import shipped
from ir_sim.xray.beam import mass_attenuation
from ir_sim.xray.materials import MIXTURES, attenuation_1_cm, device_pieces

FOLDER = Path(shipped("assets")) / "xray"


def test_regenerated_from_xraylib() -> None:
    pytest.importorskip("xraylib")
    spec = importlib.util.spec_from_file_location("make", FOLDER / "make_attenuation.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    written = yaml.safe_load((FOLDER / "attenuation.yaml").read_text("utf-8"))
    assert written["energies_kev"] == list(make.ENERGIES)
    for name, row in make.table().items():
        assert written["materials"][name]["cm2_g"] == pytest.approx(row["cm2_g"], rel=1e-3)


@pytest.mark.parametrize(
    ("material", "kev", "cm2_g"),
    [
        ("water", 60, 0.206),
        ("iodine", 50, 12.32),
        ("iodine", 33.0, 6.6),
        ("platinum", 80, 8.73),
        ("hydroxyapatite", 60, 0.407),
        ("tungsten", 60, 3.71),
    ],
)
def test_published_values(material: str, kev: float, cm2_g: float) -> None:
    assert mass_attenuation(material, np.array([kev]))[0] == pytest.approx(cm2_g, rel=0.025)


def test_k_edges_jump_upwards() -> None:
    for material, edge in (("iodine", 33.17), ("tantalum", 67.4), ("platinum", 78.4)):
        below, above = mass_attenuation(material, np.array([edge - 0.3, edge + 0.3]))
        assert above > 2 * below


def test_every_catalogue_device_is_made_of_known_materials() -> None:
    for device in shipped_devices().values():
        pieces = device_pieces(device)
        assert pieces
        assert all(piece.material in MIXTURES for piece in pieces)
        assert max(piece.to_mm for piece in pieces) == pytest.approx(device.length_mm)
        assert all(piece.inner_mm < piece.outer_mm for piece in pieces)


def test_opacity_order() -> None:
    order = ["balloon", "barium-polymer", "nitinol", "steel", "tantalum", "platinum"]
    mu = [attenuation_1_cm(name, 70, 0.02) for name in order]
    assert mu == sorted(mu)
    assert attenuation_1_cm("air", 70) < 0


def test_unknown_material_is_refused() -> None:
    with pytest.raises(ValueError, match="no material 'gold'"):
        attenuation_1_cm("gold", 70)
