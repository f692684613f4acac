"""A hash over everything that the physics carries on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

#: Fields that never change during a run and are large: the devices as the catalogue describes them.
_CONSTANT = ("device", "profile")


def digest_of(*values: Any) -> str:
    """SHA-256, hexadecimal, of numbers, texts, arrays and whatever is made of them."""
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for key in value:
            digest.update(str(key).encode())
            _feed(digest, value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            _feed(digest, item)
    elif hasattr(value, "__dict__"):
        _feed(digest, {k: v for k, v in vars(value).items() if k not in _CONSTANT})
    else:
        digest.update(repr(value).encode())
