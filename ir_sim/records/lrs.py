"""Sending xAPI statements to a learning record store, each exactly once, with patience."""

from __future__ import annotations

import base64
import itertools
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from ir_sim.errors import RecordError
from ir_sim.records.xapi import VERSION

#: Statements in one request.
BATCH = 50
#: Waits between tries, s; then it gives up.
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
TIMEOUT_S = 30.0
_AGAIN = (408, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class RecordStore:
    """A learning record store.

    Attributes:
        endpoint: Its address, such as ``https://lrs.example.org/xapi/``.
        login: ``user:password``, or empty. Never printed.
        waits_s: Waits between tries, s.
        sleep: Waits; replaced in tests.
    """

    endpoint: str
    login: str = ""
    waits_s: tuple[float, ...] = WAITS_S
    sleep: Callable[[float], None] = time.sleep

    def send(self, statements: Iterable[dict[str, Any]]) -> int:
        """Send statements; those that the store has already stay as they are.

        Raises:
            RecordError: The store refuses them, or does not answer.
        """
        self._check()
        sent = 0
        source = iter(statements)
        while batch := list(itertools.islice(source, BATCH)):
            status = self._request("POST", "", batch)
            if status == 409:  # some are there already; the store took none of the batch
                for statement in batch:
                    query = urllib.parse.urlencode({"statementId": statement["id"]})
                    self._request("PUT", f"?{query}", statement)
            sent += len(batch)
        return sent

    def _check(self) -> None:
        parts = urllib.parse.urlsplit(self.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise RecordError("the record store's address must start with https:// or http://")
        if parts.username or parts.password:
            raise RecordError("give the login in IR_SIM_LRS_LOGIN, not in the address")
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if self.login and parts.scheme == "http" and not local:
            raise RecordError("a login is only sent over https://")

    def _request(self, method: str, query: str, body: Any) -> int:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            self.endpoint.rstrip("/") + "/statements" + query,
            data=json.dumps(body, ensure_ascii=False).encode(),
            method=method,
            headers={
                "Content-Type": "application/json",
                "X-Experience-API-Version": VERSION,
            },
        )
        if self.login:
            word = base64.b64encode(self.login.encode()).decode()
            request.add_header("Authorization", f"Basic {word}")
        for wait in (*self.waits_s, None):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                if error.code == 409:
                    return 409
                said = f"it answered {error.code}"
                if error.code not in _AGAIN:
                    raise RecordError(f"the record store refused the statements: {said}") from None
            except (urllib.error.URLError, OSError, HTTPException) as error:
                said = str(getattr(error, "reason", error)) or type(error).__name__
            if wait is not None:
                self.sleep(wait)
        raise RecordError(f"the record store cannot be reached: {said}; try again later")
