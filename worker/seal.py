"""The key ring as the casebook's seal."""

from __future__ import annotations

from casebook.errors import SealBrokenError
from worker.keys import BrokenSealError, KeyRing, Purpose


class CasebookSeal:
    """Seals columns with the ring's casebook key and makes blind indexes that outlive its rotation."""

    def __init__(self, keys: KeyRing) -> None:
        """Take the ring."""
        self._keys = keys

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Encrypt under the current key."""
        return self._keys.seal(plain, Purpose.CASEBOOK, associated)

    def unseal(self, sealed: bytes, associated: bytes) -> bytes:
        """The plain bytes; SealBrokenError when altered or moved, MissingKeyError when the key is withdrawn."""
        try:
            return self._keys.open_sealed(sealed, Purpose.CASEBOOK, associated)
        except BrokenSealError as error:
            raise SealBrokenError(str(error)) from None

    def blind(self, kind: str, *parts: str) -> str:
        """A keyed digest that says nothing of its input."""
        return self._keys.opaque(kind, *parts)
