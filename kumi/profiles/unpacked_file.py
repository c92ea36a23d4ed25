"""A compressed file as the bytes that are in it, unpacked while they are read."""

from __future__ import annotations

from io import SEEK_CUR, SEEK_END, BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.spans import frames

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER: Final = 1 << 16


class PackedFile(NamedTuple):
    """A file, and how it is compressed."""

    path: str
    codec: frames.Codec

    def open(self) -> BufferedReader:
        """The bytes from the beginning. To go back means to unpack them again."""
        return BufferedReader(_Unpacked(self.path, self.codec), _BUFFER)


class _Unpacked(RawIOBase):
    def __init__(self, path: str, codec: frames.Codec) -> None:
        self._file, self._codec = open(path, "rb"), codec  # noqa: PTH123, SIM115 - closed below, and no import of pathlib
        self._parts: Iterator[bytes] = frames.unpacked(self._file, codec)
        self._rest, self._at = memoryview(b""), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # all that io gives it
        if not self._rest:
            self._rest = memoryview(next(self._parts, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._at += size
        return size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, unpacking all before it."""
        if whence == SEEK_END:
            offset += self._at + self._pass_over(None)
        elif whence == SEEK_CUR:
            offset += self._at
        if offset < self._at:
            self._restart()
        self._pass_over(offset - self._at)
        return self._at

    def close(self) -> None:
        """Close the compressed file."""
        self._file.close()
        super().close()

    def _restart(self) -> None:
        self._file.seek(0)
        self._parts = frames.unpacked(self._file, self._codec)
        self._rest, self._at = memoryview(b""), 0

    def _pass_over(self, wanted: int | None) -> int:
        """Pass over so many bytes, or over all that are left; how many there were."""
        begun, skipped = self._at, memoryview(bytearray(_BUFFER))
        while wanted is None or self._at - begun < wanted:
            most = _BUFFER if wanted is None else wanted - (self._at - begun)
            if not self.readinto(skipped[:most]):
                break
        return self._at - begun
