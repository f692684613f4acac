"""A hash over everything that the physics carries on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

#: Fields that never change during a run and are large: the devices as the catalogue describes them.
_CONSTANT = ("device", "profile")


#: What is told by its ``repr`` and made of nothing else; most values are of these.
_PLAIN = frozenset((float, int, bool, str, type(None)))


def digest_of(*values: Any) -> str:
    """SHA-256, hexadecimal, of numbers, texts, arrays and whatever is made of them."""
    parts: list[bytes] = []
    for value in values:
        _tell(value, parts)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _tell(value: Any, parts: list[bytes]) -> None:
    if type(value) in _PLAIN:
        parts.append(repr(value).encode())
    elif isinstance(value, np.ndarray):
        parts.append(value.tobytes())
    elif isinstance(value, dict | Mapping):  # the abstract class alone is slow to ask
        for key in value:
            parts.append(str(key).encode())
            _tell(value[key], parts)
    elif isinstance(value, list | tuple):
        for item in value:
            _tell(item, parts)
    elif hasattr(value, "__dict__"):
        _tell({k: v for k, v in vars(value).items() if k not in _CONSTANT}, parts)
    else:
        parts.append(repr(value).encode())
