"""What the screens share: a form, a background, the dialogs for controls and settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pygame

from ir_sim.app.bindings import HELP_COLUMNS, help_groups
from ir_sim.app.preferences import TEXT_SCALES
from ir_sim.app.stage import Stage
from ir_sim.app.theme import Theme
from ir_sim.app.widgets import Button, Choice, Dialog, Form, Paragraph, Slider, Toggle, Widget

#: Headings with (keys, what they do).
Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
NOT_A_DEVICE = "Simulated - not a medical device"


class FormScreen:
    """A screen made of widgets.

    Attributes:
        name: What it is called.
        form: Its widgets.
    """

    name = "screen"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.form = Form()

    @property
    def theme(self) -> Theme:
        """The stage's."""
        return self.stage.theme

    def handle(self, event: pygame.event.Event) -> None:
        """Shortcuts first if no widget takes the key."""
        if self.form.handle(event):
            return
        if event.type == pygame.KEYDOWN:
            if event.key == pygame.K_F1:
                show_controls(self.stage)
            elif event.key == pygame.K_F2:
                show_settings(self.stage)
            elif event.key == pygame.K_ESCAPE:
                self.escape()

    def escape(self) -> None:
        """What Escape does."""

    def update(self, dt_s: float) -> None:
        """Nothing moves."""

    def layout(self, window: pygame.Rect) -> None:
        """Place the widgets."""

    def paint(self, surface: pygame.Surface) -> None:
        """Draw what is behind the widgets."""

    def draw(self, surface: pygame.Surface) -> None:
        """Draw everything."""
        surface.fill(self.theme.palette.background)
        self.layout(surface.get_rect())
        self.paint(surface)
        self.form.draw(surface, self.theme)

    def enter(self) -> None:
        """Nothing to ask."""

    def leave(self) -> None:
        """Nothing to stop."""

    def tree(self) -> str:
        """The widgets as text."""
        return self.form.tree()


def card(surface: pygame.Surface, theme: Theme, rect: pygame.Rect) -> pygame.Rect:
    """A panel; returns the room inside it."""
    pygame.draw.rect(surface, theme.palette.panel, rect, border_radius=theme.px(8))
    pygame.draw.rect(surface, theme.palette.line, rect, 1, theme.px(8))
    return rect.inflate(-theme.px(32), -theme.px(28))


class ControlsSheet(Widget):
    """The controls, in columns.

    Args:
        name: Its name.
        groups: Headings with (keys, what they do).
        columns: Which headings stand in which column.
    """

    def __init__(self, name: str, groups: Groups, columns: Sequence[Sequence[str]]) -> None:
        super().__init__(name)
        self.groups, self.columns = dict(groups), columns

    def says(self) -> str:
        """Every line."""
        return "".join(
            f"\n{group}: " + "; ".join(f"{keys} {text}" for keys, text in lines)
            for group, lines in self.groups.items()
        )

    def draw(self, surface: pygame.Surface, theme: Theme, *, focused: bool) -> None:
        """Draw them in columns."""
        groups = self.groups
        most = max(sum(len(groups[name]) + 2 for name in column) for column in self.columns)
        step = min(theme.height(13) + theme.px(3), self.rect.height // most)
        wide = self.rect.width // len(self.columns)
        for i, column in enumerate(self.columns):
            x, y = self.rect.x + i * wide, self.rect.y
            shown_keys = [keys for name in column for keys, _ in groups[name]]
            widest = max(theme.width(keys, 12, "mono") for keys in shown_keys)
            keys_wide = min(widest + theme.px(14), wide // 2)
            for name in column:
                theme.write(surface, (x, y), name, 14, "bold", theme.palette.accent)
                y += step
                for keys, text in groups[name]:
                    shown = theme.fitted(keys, keys_wide - theme.px(6), 12, "mono")
                    theme.write(surface, (x, y), shown, 12, "mono", theme.palette.text)
                    words = theme.fitted(text, wide - keys_wide - theme.px(14), 13)
                    theme.write(surface, (x + keys_wide, y), words, 13, colour=theme.palette.quiet)
                    y += step
                y += step * 3 // 4


def show_controls(
    stage: Stage,
    closed: Callable[[], None] | None = None,
    sheet: ControlsSheet | None = None,
) -> None:
    """The controls on F1: those of the procedure, or a screen's own."""
    shown = sheet or ControlsSheet("controls", help_groups(), HELP_COLUMNS)

    def close() -> None:
        stage.close_dialog()
        if closed is not None:
            closed()

    stage.ask(
        Dialog(
            "Controls",
            [shown],
            [Button("close", "Close", close, "Esc", primary=True)],
            size=(1240, 700),
            closed=close,
        )
    )


def show_settings(stage: Stage, closed: Callable[[], None] | None = None) -> None:
    """The person's preferences."""
    liked = stage.preferences

    def close() -> None:
        stage.close_dialog()
        if closed is not None:
            closed()

    def volume(value: float) -> None:
        stage.prefer(volume=value)
        stage.sound.play("pulse")

    body: list[Widget] = [
        Paragraph("text-label", "Text size", 13, tone="quiet"),
        Choice("text", list(TEXT_SCALES), lambda t: stage.prefer(text=t), liked.text),
        Toggle(
            "contrast",
            "High contrast",
            lambda on: stage.prefer(high_contrast=on),
            on=liked.high_contrast,
        ),
        Toggle(
            "latch",
            "Pedals latch: press once for down, once for up",
            lambda on: stage.prefer(latch_pedal=on),
            on=liked.latch_pedal,
        ),
        Toggle("sound", "Sound", lambda on: stage.prefer(sound=on), on=liked.sound),
        Paragraph("volume-label", "Volume", 13, tone="quiet"),
        Slider("volume", 0.0, 1.0, liked.volume, volume, 0.05, lambda v: f"{100 * v:.0f} %", 60),
    ]
    stage.ask(
        Dialog(
            "Settings",
            body,
            [Button("close", "Close", close, "Esc", primary=True)],
            size=(480, 430),
            closed=close,
            heights=(18, 36, 34, 34, 34, 18, 28),
        )
    )


def pause_dialog(
    resume: Callable[[], None], choices: Mapping[str, tuple[str, Callable[[], None]]]
) -> Dialog:
    """What can be done while time stands still: name, words and deed of each button."""
    body = [
        Button("resume", "Go on", resume, "Esc", primary=True),
        *(Button(name, words, deed) for name, (words, deed) in choices.items()),
    ]
    size = (420.0, 100.0 + 52.0 * len(body))
    return Dialog("Paused", body, [], size, resume, [42.0] * len(body))


def ask_first(
    stage: Stage,
    title: str,
    text: str,
    yes: str,
    do: Callable[[], None],
    no: str = "Cancel",
    undo: Callable[[], None] | None = None,
) -> None:
    """A question with two answers."""

    def refuse() -> None:
        stage.close_dialog()
        if undo is not None:
            undo()

    def accept() -> None:
        stage.close_dialog()
        do()

    stage.ask(
        Dialog(
            title,
            [Paragraph("text", text)],
            [Button("no", no, refuse), Button("yes", yes, accept, primary=True)],
            size=(520, 210),
            closed=refuse,
        )
    )
