"""A strip of pictures side by side, each with its words: for the galleries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def write_strip(path: Path, shots: Iterable[tuple[str, Grey]], size_px: int) -> Path:
    """Write (words, picture) pairs beside one another; returns the path."""
    frames = []
    for words, picture in shots:
        frame = picture.copy()
        cv2.putText(
            frame, words, (size_px // 12, size_px // 14),
            cv2.FONT_HERSHEY_SIMPLEX, 0.0008 * size_px, 230, 1, cv2.LINE_AA,
        )  # fmt: skip
        frames.append(frame)
    cv2.imwrite(str(path), np.hstack(frames))
    return path
