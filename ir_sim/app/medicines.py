"""The medicine cabinet: giving a drug, half its usual dose, the usual, or twice."""

from __future__ import annotations

from collections.abc import Callable

from ir_sim.app.widgets import Button, Choice, Dialog, Item, Listing, Paragraph
from ir_sim.flow.drugs import FORMULARY, Drug
from ir_sim.simulation.controls import Action

DOSES = {"half": 0.5, "usual": 1.0, "double": 2.0}


def dose_words(drug: Drug, share: float = 1.0) -> str:
    """A dose with its unit."""
    return f"{drug.usual * share:g} {drug.unit}"


def medicine_items() -> list[Item]:
    """Every drug with its usual dose."""
    drugs = sorted(FORMULARY.values(), key=lambda drug: drug.title)
    return [Item(drug.title, drug.name, mark=f"usual {dose_words(drug)}") for drug in drugs]


def medicine_dialog(act: Callable[[Action], None], close: Callable[[], None]) -> Dialog:
    """The dialog on Y."""

    def changed(name: str) -> None:
        share = DOSES[dose.chosen]
        go.text = f"Give {dose_words(FORMULARY[name], share)}"

    def give(name: str | None) -> None:
        if name is None:
            return
        close()
        act(Action("drug", device=name, value=FORMULARY[name].usual * DOSES[dose.chosen]))

    listing = Listing("drugs", medicine_items(), changed, give, "The cabinet is empty.")
    dose = Choice("dose", list(DOSES), lambda _: changed(listing.value), "usual")
    go = Button("go", "Give", lambda: give(listing.value), "Enter", primary=True)
    note = "Goes in where contrast would: through the catheter, or the sheath. Effects unreviewed."
    changed(listing.value)
    return Dialog(
        "Medicines",
        [listing, dose, Paragraph("note", note, 13, tone="quiet")],
        [Button("close", "Close", close, "Esc"), go],
        size=(560, 620),
        closed=close,
        heights=(0, 36, 34),
    )
