"""What is in the syringe: contrast, as it comes or diluted, carbon dioxide or saline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ir_sim.simulation.injector import CONTRAST_MG_ML

Medium = Literal["contrast", "co2", "saline"]
_WORDS: Mapping[str, str] = {"contrast": "contrast", "co2": "carbon dioxide", "saline": "saline"}
#: Carbon dioxide at body temperature and pressure, mg/mL.
_CO2_MG_ML = 1.8
_WHOLE = 100.0


@dataclass
class Syringe:
    """What hand and power injector push.

    Attributes:
        medium: Which.
        percent: Share of contrast medium in the syringe; the rest is saline.
    """

    medium: str = "contrast"
    percent: float = _WHOLE

    @property
    def mg_ml(self) -> float:
        """Of what is injected: iodine, or the gas."""
        if self.medium == "contrast":
            return CONTRAST_MG_ML * self.percent / _WHOLE
        return _CO2_MG_ML if self.medium == "co2" else 0.0

    @property
    def iodine_mg_ml(self) -> float:
        """Iodine in it."""
        return self.mg_ml if self.medium == "contrast" else 0.0

    @property
    def undiluted(self) -> float:
        """Contrast medium as it comes from the bottle, mL in a mL."""
        return self.iodine_mg_ml / CONTRAST_MG_ML

    @property
    def untouched(self) -> bool:
        """Whether it still holds what it held at first."""
        return self == Syringe()

    def fill(self, medium: str, percent: object) -> str:
        """Fill it anew.

        Args:
            medium: ``contrast``, ``co2`` or ``saline``.
            percent: Of contrast medium in it; None is undiluted.

        Returns:
            A sentence for the timeline.

        Raises:
            ValueError: No such medium, or no such share.
        """
        if medium not in _WORDS:
            raise ValueError(f"no syringe of '{medium}': one of {', '.join(_WORDS)}")
        share = _WHOLE if percent is None else percent
        if isinstance(share, bool) or not isinstance(share, int | float):
            raise ValueError(f"the share of contrast is per cent, got {share!r}")
        if medium != "contrast" and share != _WHOLE:
            raise ValueError(f"{_WORDS[medium]} is not diluted")
        if not 5.0 <= float(share) <= _WHOLE:
            raise ValueError(f"the share of contrast is 5 to 100 per cent, got {share:g}")
        self.medium, self.percent = medium, float(share)
        if medium != "contrast":
            return f"The syringe was filled with {_WORDS[medium]}."
        return f"The syringe was filled with contrast, {self.iodine_mg_ml:.0f} mg iodine per mL."

    def save(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        return dict(vars(self))

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        vars(self).update(saved)
