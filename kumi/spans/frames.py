"""Compressed event files: whole frames of whole lines, one after the other.

Files of frames can be joined, and a writer that is killed tears its last frame only. A frame is
what zstd calls so; gzip calls it a member.
"""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import ModuleType

TORN: Final = b"\n(a torn frame)\n"
_PART: Final = 1 << 15
_MOST: Final = 1 << 20  # what is unpacked at a time: a few bytes may stand for gigabytes
_GZIP: Final = 31  # as `zlib` calls a member with header and checksum


class _Decompressor(Protocol):
    """One frame, as `compression.zstd.ZstdDecompressor` takes it."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Codec(NamedTuple):
    """A way to compress. `end` is where the frame that some bytes begin with ends, if it does."""

    suffix: str
    magic: bytes
    compress: Callable[[bytes | memoryview], bytes]
    decompressor: Callable[[], _Decompressor]
    end: Callable[[bytes], int | None]


def by_name(path: str) -> Codec | None:
    """How a file of this name is compressed."""
    return next((codec for codec in _CODECS if path.endswith(codec.suffix)), None)


def by_content(head: bytes) -> Codec | None:
    """How a file that begins like this is compressed."""
    return next((codec for codec in _CODECS if head.startswith(codec.magic)), None)


def beginning(codec: Codec, head: bytes) -> bytes:
    """What the first frame begins with; nothing where it is wrong."""
    try:
        return codec.decompressor().decompress(head, _MOST)
    except Exception:  # noqa: BLE001 - each library has an error of its own
        return b""


def whole_end(codec: Codec, tail: bytes) -> int | None:
    """Where the last whole frame ends in the last bytes of a file; None where there is none."""
    start = len(tail)
    while (start := tail.rfind(codec.magic, 0, start)) >= 0:
        end = codec.end(tail[start:])
        if end is not None:
            return start + end
    return None


def unpacked(file: BinaryIO, codec: Codec) -> Iterator[bytes]:
    """The lines in a file of frames, in parts.

    What can be read of a frame that is torn or wrong is followed by TORN, which is no event and so
    counts as a malformed line; the next frame is looked for behind it.
    """
    start: int | None = 0
    while start is not None and _is_more(file, start):
        length = yield from _frame(file, codec)
        if length is None:
            yield TORN
            start = _next(file, codec, start + 1)
        else:
            start += length


def _is_more(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    more = file.read(1)
    file.seek(start)
    return more != b""


def _frame(file: BinaryIO, codec: Codec) -> Generator[bytes, None, int | None]:
    """The lines of the frame that begins here; returns its length, or None where it is torn."""
    frame, length = codec.decompressor(), 0
    while not frame.eof:
        part = file.read(_PART) if frame.needs_input else b""
        if frame.needs_input and not part:
            return None
        length += len(part)
        try:
            lines = frame.decompress(part, _MOST)
        except Exception:  # noqa: BLE001 - each library has an error of its own
            return None
        if lines:
            yield lines
    return length - len(frame.unused_data)


def _next(file: BinaryIO, codec: Codec, start: int) -> int | None:
    """Where the next frame may begin."""
    overlap = len(codec.magic) - 1
    file.seek(start)
    seen = b""
    while part := file.read(_PART):
        seen += part
        found = seen.find(codec.magic)
        if found >= 0:
            return start + found
        start += len(seen) - overlap
        seen = seen[-overlap:]
    return None


class _Gunzip:
    """One member, with the same face as a decompressor of zstd."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, max_length)


def _gzip_end(data: bytes) -> int | None:
    member = zlib.decompressobj(_GZIP)
    try:
        member.decompress(data)
    except zlib.error:
        return None
    return len(data) - len(member.unused_data) if member.eof else None


def _zstd() -> ModuleType:
    """The standard library's module, or what it is for older versions of Python."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - few files are compressed
    else:
        from backports import zstd  # noqa: PLC0415 - few files are compressed
    return zstd


def _zstd_compress(lines: bytes | memoryview) -> bytes:
    zstd = _zstd()
    parameter = zstd.CompressionParameter
    options = {parameter.compression_level: 1, parameter.checksum_flag: 1}
    return bytes(zstd.compress(lines, options=options))


def _zstd_decompressor() -> _Decompressor:
    made: _Decompressor = _zstd().ZstdDecompressor()
    return made


def _zstd_end(data: bytes) -> int | None:
    zstd = _zstd()
    try:
        return int(zstd.get_frame_size(data))
    except zstd.ZstdError:
        return None


_CODECS: Final = (
    Codec(".zst", b"\x28\xb5\x2f\xfd", _zstd_compress, _zstd_decompressor, _zstd_end),
    Codec(".gz", b"\x1f\x8b\x08", lambda lines: zlib.compress(lines, 1, _GZIP), _Gunzip, _gzip_end),
)
