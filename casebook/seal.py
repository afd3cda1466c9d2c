"""What the casebook needs of a key ring: to seal what names a person, and to find it again without reading it."""

from __future__ import annotations

from typing import Protocol


class Seal(Protocol):
    """Authenticated encryption and keyed blind indexes; the casebook itself never sees a key.

    A sealed value is bound to its place by `associated`: moved to another row or column, it no longer opens.
    """

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Encrypt under the current key; the result says which key opens it."""

    def unseal(self, sealed: bytes, associated: bytes) -> bytes:
        """The plain bytes.

        Raises:
            SealBrokenError: the bytes or their place are not those of the sealing. A key that the ring does not
                hold is another matter and raises an error of its own: nothing is known about the value then.
        """

    def blind(self, kind: str, *parts: str) -> str:
        """A keyed digest, equal for equal input, that says nothing of it.

        It must outlive key rotation: rows are found by it for years.
        """
