"""The key ring: every secret key that Baton holds, and the only code that uses one."""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
import tomllib
from base64 import b32encode, b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from worker.settings import Settings

KEY_BYTES = 32
NONCE_BYTES = 12
SEAL_VERSION = 1
OPAQUE_LENGTH = 26  # base32 characters: 130 bits, so that two different things never meet by accident

FILE_HEADER = """\
# Baton key ring. Whoever holds this file can read every case: keep it out of backups of the data it protects.
# `current` seals what is new; the other keys only open what they sealed. `identifiers` never changes, because
# case ids are made with it.
"""


class Purpose(StrEnum):
    """What a sealed value is; each purpose has a key of its own, so one can never be opened as another."""

    PAYLOAD = "payload"
    CASEBOOK = "casebook"
    COOKIE = "cookie"


class KeyRingError(Exception):
    """A key ring that cannot be used, or a sealed value that it cannot open. Never tells key or content."""


class NoKeyRingError(KeyRingError):
    """There is no key file where one is needed."""


class MissingKeyError(KeyRingError):
    """A value was sealed with a key that the ring does not hold (any more).

    Attributes:
        key_id: the key that has to come back before the value can be read.
    """

    def __init__(self, key_id: str) -> None:
        """Name the key."""
        self.key_id = key_id
        super().__init__(f"the key ring has no key '{key_id}'; put it back under [keys] to read what it sealed")


class BrokenSealError(KeyRingError):
    """A sealed value was altered, cut short, or opened for another purpose or place than it was sealed for."""


class KeyRing:
    """Keys of 256 bits: one that seals, others that only open, and one for identifiers that never rotates.

    Sealing is AES-256-GCM with a random nonce; each purpose uses a subkey derived by HKDF-SHA256. One key may seal
    about four thousand million values before it should be rotated (the birthday bound of random 96-bit nonces).
    """

    def __init__(self, keys: Mapping[str, bytes], current: str, identifiers: bytes) -> None:
        """Take the keys.

        Args:
            keys: key id → 32 bytes.
            current: the id of the key that seals what is new.
            identifiers: 32 bytes that opaque identifiers are made with.

        Raises:
            KeyRingError: when an id or a length is not as described.
        """
        if current not in keys:
            raise KeyRingError(f"the key ring's current key '{current}' is not among its keys")
        if any(len(key) != KEY_BYTES for key in (*keys.values(), identifiers)):
            raise KeyRingError(f"every key of the key ring must have {KEY_BYTES} bytes")
        if not all(0 < len(key_id) <= 64 and key_id.isascii() and key_id.isprintable() for key_id in keys):
            raise KeyRingError("key ids must be 1 to 64 printable ASCII characters")
        self._keys = dict(keys)
        self._identifiers = identifiers
        self._identifier_key = _subkey(identifiers, "identifier")
        self.current = current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys held, in the order of the file."""
        return tuple(self._keys)

    def __repr__(self) -> str:
        """Ids only: a ring may end up in a log line or a traceback."""
        return f"KeyRing(current={self.current!r}, keys={list(self._keys)!r})"

    @classmethod
    def new(cls) -> KeyRing:
        """A ring with one fresh key."""
        key_id = _new_key_id()
        return cls({key_id: secrets.token_bytes(KEY_BYTES)}, key_id, secrets.token_bytes(KEY_BYTES))

    def rotated(self) -> KeyRing:
        """The same ring with a fresh current key; everything sealed so far stays readable."""
        key_id = _new_key_id()
        return KeyRing({key_id: secrets.token_bytes(KEY_BYTES), **self._keys}, key_id, self._identifiers)

    def without(self, key_id: str) -> KeyRing:
        """The same ring with one old key withdrawn: what it sealed is refused from now on.

        Raises:
            KeyRingError: when it is the current key.
        """
        return KeyRing(
            {each: key for each, key in self._keys.items() if each != key_id}, self.current, self._identifiers
        )

    def opaque(self, kind: str, *parts: str) -> str:
        """An identifier that tells nothing: `kind`, a hyphen and 26 lower-case base32 characters.

        A keyed hash: member ids and claim numbers are so few that a plain hash could be guessed (field notes 6).
        The same kind and parts always give the same identifier, also after the sealing keys rotated.

        Args:
            kind: what is identified, such as `case`; part of the hash.
            parts: the confidential values, in a fixed order and already normalised.
        """
        digest = hmac.digest(self._identifier_key, _framed(kind, *parts), sha256)
        return f"{kind}-{b32encode(digest).decode().lower()[:OPAQUE_LENGTH]}"

    def seal(self, data: bytes, purpose: Purpose, associated_data: bytes = b"") -> bytes:
        """Encrypt with the current key.

        Args:
            data: what to protect.
            purpose: what the value is.
            associated_data: what the value belongs to (such as table and row); not stored, and needed again to open.
        """
        header = _header(self.current)
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = _cipher(self._keys[self.current], purpose)
        return header + nonce + cipher.encrypt(nonce, data, header + associated_data)

    def open_sealed(self, sealed: bytes, purpose: Purpose, associated_data: bytes = b"") -> bytes:
        """Decrypt what `seal` returned.

        Raises:
            MissingKeyError: the ring does not hold the key; names its id.
            BrokenSealError: the value was altered or belongs elsewhere.
        """
        key_id, start = _read_header(sealed)
        if key_id not in self._keys:
            raise MissingKeyError(key_id)
        body = start + NONCE_BYTES
        try:
            cipher = _cipher(self._keys[key_id], purpose)
            return cipher.decrypt(sealed[start:body], sealed[body:], sealed[:start] + associated_data)
        except (InvalidTag, ValueError):
            raise BrokenSealError(f"a sealed {purpose} value was altered or belongs elsewhere") from None

    def as_toml(self) -> str:
        """The key file's text; holds the keys themselves."""
        lines = [f'"{key_id}" = "{b64encode(key).decode()}"' for key_id, key in self._keys.items()]
        current = f'current = "{self.current}"'
        identifiers = f'identifiers = "{b64encode(self._identifiers).decode()}"'
        return "\n".join((FILE_HEADER, current, identifiers, "", "[keys]", *lines, ""))

    @classmethod
    def from_toml(cls, text: str) -> KeyRing:
        """Read a key file's text.

        Raises:
            KeyRingError: when it is not a key ring; names the field, never a key.
        """
        try:
            content = tomllib.loads(text)
            keys = {key_id: b64decode(key, validate=True) for key_id, key in content["keys"].items()}
            return cls(keys, content["current"], b64decode(content["identifiers"], validate=True))
        except KeyError as missing:
            raise KeyRingError(f"the key ring lacks the field {missing}") from None
        except (tomllib.TOMLDecodeError, NotBase64, TypeError, AttributeError, ValueError):
            raise KeyRingError("the key ring is not TOML with base64 keys under [keys]") from None


def open_key_ring(settings: Settings) -> KeyRing:
    """The ring for these settings; the embedded mode makes one in its home on the first run.

    Raises:
        NoKeyRingError: in any other mode when `BATON_KEY_FILE` is not set or names no file.
        KeyRingError: when the file is not a key ring.
    """
    path = settings.key_file
    if path is None and settings.mode == "embedded":
        path = settings.home / "keys.toml"
        create_key_file(path, KeyRing.new())
    if path is None:
        raise NoKeyRingError(
            "BATON_KEY_FILE is not set: `baton key new FILE` makes a key ring; set BATON_KEY_FILE to it"
        )
    return read_key_file(path)


def read_key_file(path: Path) -> KeyRing:
    """Read the ring in a file.

    Raises:
        NoKeyRingError: when there is no such file or it may not be read.
        KeyRingError: when it is not a key ring.
    """
    try:
        return KeyRing.from_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NoKeyRingError(
            f"the key ring {path} cannot be read ({reason}): `baton key new {path}` makes one"
        ) from None
    except UnicodeDecodeError:
        raise KeyRingError(f"the key ring {path} is not text") from None


def create_key_file(path: Path, ring: KeyRing) -> bool:
    """Write a ring where there is none yet; false when another process was first, whose ring then stands."""
    written = _write_beside(path, ring)
    try:
        # A hard link appears whole or not at all, and never replaces what is there.
        os.link(written, path)
    except FileExistsError:
        return False
    finally:
        written.unlink()
    return True


def replace_key_file(path: Path, ring: KeyRing) -> None:
    """Put a rotated ring in the place of the present one, in one step."""
    _write_beside(path, ring).replace(path)


def _write_beside(path: Path, ring: KeyRing) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # made with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(ring.as_toml())
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _new_key_id() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(4)}"


def _framed(*parts: str) -> bytes:
    """Parts with their lengths, so that no two different lists give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _header(key_id: str) -> bytes:
    return bytes((SEAL_VERSION, len(key_id))) + key_id.encode("ascii")


def _read_header(sealed: bytes) -> tuple[str, int]:
    """The key id, and where the nonce starts."""
    if len(sealed) < 2 or sealed[0] != SEAL_VERSION or len(sealed) < 2 + sealed[1] + NONCE_BYTES:
        raise BrokenSealError("a value that should be sealed is not, or was cut short")
    end = 2 + sealed[1]
    return sealed[2:end].decode("ascii", errors="replace"), end


def _subkey(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"baton/{purpose}/v1".encode()).derive(key)


@lru_cache(maxsize=64)
def _cipher(key: bytes, purpose: Purpose) -> AESGCM:
    return AESGCM(_subkey(key, purpose))
