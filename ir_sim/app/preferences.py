"""What a person likes: text size, contrast, sound, pedal; kept in a small file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

TEXT_SCALES = {"small": 0.85, "normal": 1.0, "large": 1.2, "largest": 1.4}


@dataclass(frozen=True)
class Preferences:
    """A person's settings.

    Attributes:
        text: Size of the type, a key of ``TEXT_SCALES``.
        high_contrast: White on black with strong lines.
        sound: Whether there is any.
        volume: 0 to 1.
        latch_pedal: A pedal stays down until it is pressed again.
        fullscreen: Whether the window fills the screen.
        trainee: Who played last.
        case: What was played last.
    """

    text: str = "normal"
    high_contrast: bool = False
    sound: bool = True
    volume: float = 0.5
    latch_pedal: bool = False
    fullscreen: bool = False
    trainee: str = ""
    case: str = ""

    @property
    def text_scale(self) -> float:
        """Factor of the type."""
        return TEXT_SCALES.get(self.text, 1.0)


def preferences_path() -> Path:
    """Where they are kept."""
    return platformdirs.user_config_path("ir-sim") / "preferences.json"


def load_preferences(path: Path) -> Preferences:
    """The kept preferences; the usual ones where the file is missing or makes no sense."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    return from_plain(data if isinstance(data, dict) else {})


def from_plain(data: dict[str, Any]) -> Preferences:
    """Preferences from plain data; what has the wrong type is left at its usual value."""
    usual = Preferences()
    known = {
        f.name: data[f.name]
        for f in fields(Preferences)
        if f.name in data and type(data[f.name]) is type(getattr(usual, f.name))
    }
    chosen = replace(usual, **known)
    if chosen.text not in TEXT_SCALES:
        chosen = replace(chosen, text=usual.text)
    return replace(chosen, volume=min(max(chosen.volume, 0.0), 1.0))


def save_preferences(preferences: Preferences, path: Path) -> bool:
    """Keep them; False if the disk does not let us, which must not stop a procedure."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(preferences), indent=1), encoding="utf-8")
    except OSError:
        return False
    return True
