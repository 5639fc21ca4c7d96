"""The body of an answer, unpacked while it arrives and bounded on both sides of the packing."""

import zlib
from collections.abc import Generator, Iterator

from intacct.gateway.errors import ProtocolFault

CHUNK_BYTES = 256 * 1024
MOST_MEMBERS = 100
"""Of one gzip answer. One is usual; a server that packs piece by piece makes several."""
GZIP_MARK = b"\x1f\x8b"


def unpacked(raw: Iterator[bytes], packing: str, most_bytes: int) -> Generator[bytes, None, None]:
    """The body in pieces of at most ``CHUNK_BYTES``, so that a small bomb cannot become a huge answer.

    ``packing`` is the header Content-Encoding. ProtocolFault if more than ``most_bytes`` come over the line
    or out of the packing, or if it is packed in another way than once by gzip, damaged or cut.
    """
    packing = packing.strip().lower()
    body = _counted(raw, most_bytes)
    if packing in ("gzip", "x-gzip"):
        body = _counted(_gunzipped(body), most_bytes)
    elif packing not in ("", "identity"):
        raise _fault("The answer is packed in a way that was not asked for.")
    beginning = b""
    for part in body:
        if len(beginning) < len(GZIP_MARK):
            beginning += part[: len(GZIP_MARK)]
            if beginning[: len(GZIP_MARK)] == GZIP_MARK:
                how = "twice" if packing.endswith("gzip") else "without saying so"
                raise _fault(f"The answer is packed {how}.")
        yield part


def _counted(parts: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    received = 0
    for part in parts:
        received += len(part)
        if received > most_bytes:
            raise ProtocolFault(
                f"The answer is larger than {most_bytes:,} bytes.",
                advice="Ask for smaller pages.",
                level="protocol",
            )
        yield part


def _gunzipped(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Every member of it: RFC 1952 allows several, one after the other, and zeros behind the last."""
    members, unpacker, anything = 1, _unpacker(), False
    for chunk in packed:
        waiting = chunk
        while waiting:
            if unpacker.eof:
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    break
                members, unpacker = members + 1, _unpacker()
                if members > MOST_MEMBERS:
                    raise _fault("The answer is packed in too many pieces.")
            anything = True
            part = _step(unpacker, waiting)
            if part:
                yield part
            waiting = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    # What the last step held back comes without new input.
    while anything and not unpacker.eof and (part := _step(unpacker, b"")):
        yield part
    if anything and not unpacker.eof:
        raise _fault("The answer was cut off.", heals=True)


def _unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _step(unpacker: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return unpacker.decompress(packed, CHUNK_BYTES)
    except zlib.error:
        raise _fault("The answer is damaged.", heals=True) from None


def _fault(sentence: str, *, heals: bool = False) -> ProtocolFault:
    """``heals``: the line may be to blame. Who packs in another way will do so the next time too."""
    return ProtocolFault(sentence, level="protocol", retryable=heals)
