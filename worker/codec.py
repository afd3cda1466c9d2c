"""Payload encryption: what the engine stores about a case is opaque to whoever runs or copies the engine."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from worker.keys import BrokenSealError, KeyRing, Purpose

SEALED = b"binary/baton-sealed"
REFUSED_PLAIN = b"refused/not-encrypted"
REFUSED_BROKEN = b"refused/broken-seal"

KEY_ID = "baton-key"
COMPRESSION = "baton-compression"
ZLIB = b"zlib"
COMPRESS_FROM = 1024  # bytes; smaller payloads gain less than the marking costs
FAST = 1  # of zlib's levels: half the time of the default for a tenth more bytes


class SealingCodec(PayloadCodec):
    """Seals every payload with AES-256-GCM under the ring's current key.

    The key id stands in the payload's metadata, so that operators see which keys are still needed, and is part of what
    the seal protects. Payloads of 1 KiB and more are compressed first, because nothing can compress them afterwards.

    A payload that can never become readable (one that came in the clear, or an altered one) is passed on *refused*:
    empty, with an encoding that no converter knows. Raising instead would block the whole case for ever, since the
    engine repeats the task; this way a forged signal ends in the case's quarantine list, and a case whose own input was
    altered still stops. A missing key does raise, because the key can come back.
    """

    def __init__(self, keys: KeyRing, *, plain_readable: bool = False) -> None:
        """Take the keys.

        Args:
            keys: the ring that seals and opens.
            plain_readable: whether unencrypted payloads are accepted as well, for moving from an engine without keys.
        """
        self._keys = keys
        self._plain_readable = plain_readable

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal payloads, metadata and all."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open payloads, or pass them on refused.

        Raises:
            MissingKeyError: the ring lacks the key of one of them.
        """
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        data = payload.SerializeToString()
        metadata = {"encoding": SEALED, KEY_ID: self._keys.current.encode("ascii")}
        if len(data) >= COMPRESS_FROM:
            data = zlib.compress(data, FAST)
            metadata[COMPRESSION] = ZLIB
        return Payload(metadata=metadata, data=self._keys.seal(data, Purpose.PAYLOAD, _marks(metadata)))

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != SEALED:
            return payload if self._plain_readable else _refused(REFUSED_PLAIN)
        try:
            data = self._keys.open_sealed(payload.data, Purpose.PAYLOAD, _marks(payload.metadata))
        except BrokenSealError:
            return _refused(REFUSED_BROKEN)
        return Payload.FromString(zlib.decompress(data) if COMPRESSION in payload.metadata else data)


def _marks(metadata: Mapping[str, bytes]) -> bytes:
    """The metadata that a seal protects."""
    return b"\0".join((metadata.get("encoding", b""), metadata.get(KEY_ID, b""), metadata.get(COMPRESSION, b"")))


def _refused(encoding: bytes) -> Payload:
    return Payload(metadata={"encoding": encoding})
