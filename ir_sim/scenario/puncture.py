"""Where and into what a patient is punctured, as the name of the access vessel tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["artery", "vein", "fistula"]

_SITES: Mapping[str, tuple[str, ...]] = {
    "groin": ("femoral", "iliac"),
    "arm": ("radial", "brachial", "ulnar", "axillary", "cephalic", "basilic"),
    "neck": ("jugular", "carotid"),
}
#: How a puncture is closed: 15 minutes from radiologyreview.net, the others believed.
PRESS: Mapping[Kind, str] = {
    "artery": "by hand for at least 15 minutes, or a closure device",
    "vein": "by hand for 5 to 10 minutes",
    "fistula": "by hand for 10 minutes, so softly that the thrill stays, or a stitch",
}


def site(access_vessel: str) -> str:
    """The part of the body that is punctured; just "puncture" where the name does not tell."""
    for name, words in _SITES.items():
        if any(word in access_vessel for word in words):
            return name
    return "puncture"


def kind(access_vessel: str) -> Kind:
    """Artery or vein; a vein of the arm is taken for that of a fistula."""
    if "vein" not in access_vessel:
        return "artery"
    return "fistula" if site(access_vessel) == "arm" else "vein"
