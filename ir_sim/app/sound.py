"""Sounds, computed: the tone of the X-ray tube, the heart's beep, a click, a warning."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

RATE_HZ = 44100
#: name: (tones in Hz, length in s, loudness, fade in and out in s)
_SOUNDS: dict[str, tuple[tuple[float, ...], float, float, float]] = {
    "xray": ((220.0, 440.0, 880.0), 1.0, 0.10, 0.0),
    "pulse": ((880.0,), 0.06, 0.16, 0.015),
    "refused": ((196.0, 185.0), 0.18, 0.35, 0.03),
    "step": ((660.0, 990.0), 0.22, 0.25, 0.06),
    "alarm": ((740.0, 1480.0), 0.35, 0.35, 0.02),
}


def wave(name: str) -> NDArray[np.int16]:
    """(n,) samples of a sound."""
    tones, length_s, loudness, fade_s = _SOUNDS[name]
    t = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    total = sum(np.sin(2 * np.pi * hz * t) / (k + 1) for k, hz in enumerate(tones))
    if fade_s:
        edge = np.minimum(t, length_s - t) / fade_s
        total = total * np.clip(edge, 0.0, 1.0)
    return np.asarray(32767 * loudness * total / 2.0, dtype=np.int16)


class Sound:
    """The loudspeaker; silent where there is none.

    Args:
        volume: 0 to 1.
        on: Whether it is heard.
    """

    def __init__(self, volume: float = 0.5, *, on: bool = True) -> None:
        self.on, self.volume = on, volume
        self.played: list[str] = []
        self._sounds: dict[str, pygame.mixer.Sound] = {}
        self._exposing = False
        try:
            if not pygame.mixer.get_init():
                pygame.mixer.init(RATE_HZ, -16, 1, 512)
        except pygame.error:
            return
        found = pygame.mixer.get_init()
        channels = found[2] if found else 1
        for name in _SOUNDS:
            samples = np.repeat(wave(name)[:, None], channels, axis=1)
            self._sounds[name] = pygame.mixer.Sound(buffer=np.ascontiguousarray(samples).tobytes())

    def play(self, name: str) -> None:
        """Play a sound once."""
        self.played = [*self.played[-31:], name]
        if self.on and name in self._sounds:
            self._sounds[name].set_volume(self.volume)
            self._sounds[name].play()

    def exposing(self, on: bool) -> None:
        """The tone that lasts while X-rays are on."""
        if on == self._exposing:
            return
        self._exposing = on
        tone = self._sounds.get("xray")
        if tone is None:
            return
        if on and self.on:
            tone.set_volume(self.volume)
            tone.play(loops=-1, fade_ms=20)
        else:
            tone.fadeout(60)

    def quiet(self) -> None:
        """Stop everything."""
        self.exposing(False)
        if self._sounds:
            pygame.mixer.stop()
