"""The workstation's key, and what it remembers of the logs that it has written to.

Both lie in the data folder, outside any log: whoever can only write to a database can neither sign
in this workstation's name nor make it forget how long the log was.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ir_sim.errors import RecordError
from ir_sim.records.canonical import canonical, sha256_hex

KEY_FILE = "workstation.key"
#: Separates these signatures from any other use of the key.
DOMAIN = b"ir_sim score log 1\n"


def data_home(home: Path | None = None) -> Path:
    """The folder of log, key and journals: given, ``IR_SIM_HOME``, or the platform's."""
    if home is not None:
        return home
    named = os.environ.get("IR_SIM_HOME")
    return Path(named) if named else platformdirs.user_data_path("ir_sim", appauthor=False)


def key_id_of(public_key_hex: str) -> str:
    """The short name of a public key."""
    return sha256_hex(bytes.fromhex(public_key_hex))[:32]


@dataclass(frozen=True)
class Signer:
    """A workstation's Ed25519 key."""

    private: Ed25519PrivateKey

    @property
    def public_hex(self) -> str:
        """The public key, hexadecimal."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return raw.hex()

    @property
    def key_id(self) -> str:
        """The short name of the key."""
        return key_id_of(self.public_hex)

    def sign(self, hash_hex: str) -> str:
        """Sign a link's hash; hexadecimal."""
        return self.private.sign(DOMAIN + bytes.fromhex(hash_hex)).hex()


def signature_holds(public_key_hex: str, hash_hex: str, signature_hex: str) -> bool:
    """Whether a signature belongs to a hash and a public key."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key_hex))
        public.verify(bytes.fromhex(signature_hex), DOMAIN + bytes.fromhex(hash_hex))
    except (InvalidSignature, ValueError):
        return False
    return True


def load_signer(home: Path) -> Signer:
    """This workstation's key, made at the first call (owner-readable only).

    Raises:
        RecordError: The key cannot be read or made.
    """
    path = home / KEY_FILE
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            _make_key(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise RecordError(f"{path}: the workstation's key cannot be used: {reason}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RecordError(f"{path}: the workstation's key is not an Ed25519 key")
    return Signer(key)


def _make_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # Of several processes that start at once, the first one's key counts for all.
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


@dataclass(frozen=True)
class Anchor:
    """How far a log had come when this workstation last wrote to it."""

    seq: int
    hash: str


def read_anchor(home: Path, store_id: str) -> Anchor | None:
    """What this workstation remembers of a log, or None if it never wrote to it."""
    try:
        data = json.loads((home / "anchors" / f"{store_id}.json").read_text(encoding="utf-8"))
        return Anchor(int(data["seq"]), str(data["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(home: Path, store_id: str, anchor: Anchor) -> None:
    """Remember how far a log has come; never goes back, never fails a run that is logged."""
    known = read_anchor(home, store_id)
    if known is not None and known.seq >= anchor.seq:
        return
    with suppress(OSError):
        folder = home / "anchors"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".anchor-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(canonical({"seq": anchor.seq, "hash": anchor.hash}))
        Path(name).replace(folder / f"{store_id}.json")
