"""Before the first window: is exactly one pygame installed, and is it the right one?

``pygame`` and ``pygame-ce`` fill the same folder. With both installed the last one wins, and taking
one of them away leaves a broken rest, without a word from pip.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

RIGHT, WRONG = "pygame-ce", "pygame"
REPAIR = "python -m pip uninstall -y pygame pygame-ce && python -m pip install pygame-ce"


def installed(name: str) -> bool:
    """Whether a distribution is installed."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def pygame_problem(has: Callable[[str], bool] = installed) -> str | None:
    """What is wrong with the installed pygame and how to repair it; None if all is well."""
    if has(RIGHT) and not has(WRONG):
        return None
    if has(RIGHT):
        reason = "both pygame and pygame-ce are installed, and they overwrite each other"
    elif has(WRONG):
        reason = "pygame is installed, but ir-sim needs pygame-ce"
    else:
        reason = "pygame-ce is not installed"
    return f"{reason}; repair: {REPAIR}"
