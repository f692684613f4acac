"""Preparing a session beside the main loop, so that the window keeps answering."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Preparing(Generic[T]):
    """Something that is being made in a thread of its own.

    Args:
        make: Makes it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._result: T | None = None
        self._failure: Exception | None = None
        self._make = make
        self._thread = threading.Thread(target=self._work, name="preparing", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._result = self._make()
        except Exception as error:  # handed to whoever asks for the result
            self._failure = error

    @property
    def ready(self) -> bool:
        """Whether it is done, well or not."""
        return not self._thread.is_alive()

    def result(self, timeout_s: float | None = None) -> T:
        """What was made; waits for it.

        Raises:
            TimeoutError: It is not done in time.
            Exception: Whatever making it raised.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise TimeoutError("not ready yet")
        if self._failure is not None:
            raise self._failure
        if self._result is None:
            raise RuntimeError("nothing was made")
        return self._result
