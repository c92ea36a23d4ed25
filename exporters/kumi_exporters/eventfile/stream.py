"""A terminal, a pipe, a device."""

from __future__ import annotations

import errno
import os
import select
from typing import TYPE_CHECKING

from typing_extensions import override

from kumi_exporters.eventfile.sink import Outcome, Sink, failure

if TYPE_CHECKING:
    from kumi_exporters.eventfile.sink import Chunk, Patience

_STALL = 1.0
_PIPE = 4096


class Stream(Sink):
    """A line of which the reader took a part is ended before anything else is written."""

    def __init__(self, fd: int, patience: Patience) -> None:
        super().__init__(fd, patience)
        self._rest = b""

    @override
    def put(self, chunk: Chunk, *, last: bool) -> Outcome:
        del last  # nothing to keep room in
        ended, error = self._push(memoryview(self._rest))
        self._rest = self._rest[ended:]
        if error is not None:
            return failure(0, error)
        done, error = self._push(chunk.data)
        if error is None:
            return Outcome(chunk.count)
        if chunk.within(done) < done:
            end = chunk.line_end(done)
            self._rest = bytes(chunk.data[done:end])
            done = end
        return failure(chunk.lines_in(done), error)

    def _push(self, lines: memoryview) -> tuple[int, OSError | None]:
        done = 0
        while done < len(lines):
            try:
                _wait_for_reader(self.fd, self.patience.within(_STALL))
                done += os.write(self.fd, lines[done : done + _PIPE])
            except OSError as error:
                return done, error
        return done, None


def _wait_for_reader(fd: int, patience: float) -> None:
    if not hasattr(select, "poll"):
        return
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    if not poll.poll(patience * 1000):
        raise BlockingIOError(errno.EAGAIN, "nobody reads it")
