"""The live report's gate: who comes in, and as whom."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from ir_sim.records.roles import HOLDER, Viewer
from ir_sim.records.sign_in import kept_for, signed_in
from ir_sim.records.store import ScoreLog

#: The name to sign in with the server's own password.
USER = "report"
#: Sign-ins that are remembered, so that not every click costs another scrypt.
MOST_KNOWN = 1000


@dataclass
class Gate:
    """Who may come in, and as whom.

    Attributes:
        log: The log, opened for reading; it has people's passwords and roles.
        password: The server's own, for the user ``report``; empty for none.
        open: Whether nobody has to sign in.
    """

    log: ScoreLog
    password: str = ""
    open: bool = False
    #: What was found right: digest of the header -> what was kept of the password then.
    _right: dict[bytes, str] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def viewer(self, header: str) -> Viewer | None:
        """Who an ``Authorization`` header is, or None.

        Raises:
            RecordError: The log cannot be read.
        """
        if self.open:
            return HOLDER
        try:
            scheme, _, words = header.partition(" ")
            user, _, password = base64.b64decode(words, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        if scheme.lower() != "basic" or not password:
            return None
        if self.password and user == USER:
            return (
                HOLDER if hmac.compare_digest(password.encode(), self.password.encode()) else None
            )
        digest = hmac.digest(self._key, header.encode(), hashlib.sha256)
        with self.log.reading() as connection:
            kept = kept_for(connection, user)
            if kept is not None and self._right.get(digest) == kept:
                return self.log.viewer(user)
            found = signed_in(connection, user, password)
        if found is not None and kept is not None:
            if len(self._right) > MOST_KNOWN:
                self._right.clear()
            self._right[digest] = kept
        return found
