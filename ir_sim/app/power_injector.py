"""The power injector: setting it, and letting it go with the next acquisition."""

from __future__ import annotations

from collections.abc import Callable

from ir_sim.app.widgets import Button, Dialog, Label, Paragraph, Slider
from ir_sim.simulation.controls import Action, Pedal

#: After the pedal is down so long, the injector starts: frames for the mask come first, s.
DELAY_S = 0.8
#: What it is set to at first: a flush aortogram, mL/s and mL.
RATE_ML_S, VOLUME_ML, RISE_S = 15.0, 30.0, 0.3


class ArmedInjector:
    """The injector as the resident leaves it.

    Attributes:
        rate_ml_s: Set rate.
        volume_ml: Set volume.
        armed: Whether it goes with the next acquisition.
        percent: Share of contrast medium in the syringe, which the hand pushes too.
    """

    def __init__(self) -> None:
        self.rate_ml_s, self.volume_ml, self.armed = RATE_ML_S, VOLUME_ML, False
        self.percent, self._pressed_s = 100.0, 0.0

    @property
    def setting(self) -> Action:
        """The action that starts it."""
        return Action("power_injection", value=[self.rate_ml_s, self.volume_ml, RISE_S])

    def due(self, pedal: Pedal, dt_s: float) -> tuple[Action, ...]:
        """The start, once the acquisition has run for a moment."""
        if not self.armed or pedal != "acquire":
            self._pressed_s = 0.0
            return ()
        self._pressed_s += dt_s
        if self._pressed_s < DELAY_S:
            return ()
        self.armed, self._pressed_s = False, 0.0
        return (self.setting,)


def injector_dialog(
    injector: ArmedInjector,
    act: Callable[[Action], None],
    say: Callable[[str], None],
    close: Callable[[], None],
) -> Dialog:
    """The dialog on Q; ``say`` tells the trainee what it is set to."""

    def rate(value: float) -> None:
        injector.rate_ml_s = value

    def volume(value: float) -> None:
        injector.volume_ml = value

    filled = injector.percent

    def strength(value: float) -> None:
        injector.percent = value

    def leave() -> None:
        if injector.percent != filled:
            act(Action("syringe", device="contrast", value=injector.percent))
        close()

    def arm(on: bool) -> None:
        injector.armed = on
        leave()
        if on:
            set_to = f"{injector.rate_ml_s:g} mL/s for {injector.volume_ml:g} mL"
            say(f"Power injector armed: {set_to}, with the next acquisition.")
        else:
            say("Power injector disarmed.")
            act(Action("power_injection", value=[]))

    note = (
        "Armed, it starts 0.8 s after the acquisition pedal is down. The catheter's own limit "
        "holds back what it cannot take. Usual: aorta 15 for 30, coeliac or mesenteric 5 for 25, "
        "renal 5 for 10 mL (unreviewed)."
    )
    return Dialog(
        "Power injector",
        [
            Label("rate_words", "Rate", 14),
            Slider("rate", 0.5, 25.0, injector.rate_ml_s, rate, 0.5, "{:g} mL/s".format, 90),
            Label("volume_words", "Volume", 14),
            Slider("volume", 1.0, 60.0, injector.volume_ml, volume, 1.0, "{:g} mL".format, 90),
            Label("strength_words", "Contrast in the syringe, also by hand", 14),
            Slider("strength", 25.0, 100.0, filled, strength, 5.0, "{:g} %".format, 90),
            Paragraph("note", note, 13, tone="quiet"),
        ],
        [
            Button("close", "Close", leave, "Esc"),
            Button("stop", "Disarm, stop", lambda: arm(False)),
            Button("arm", "Arm", lambda: arm(True), "Enter", primary=True),
        ],
        size=(560, 430),
        closed=leave,
        heights=(24, 34, 24, 34, 24, 34, 84),
    )
