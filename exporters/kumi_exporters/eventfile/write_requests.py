"""What is asked of an event file in turn: to look at it, to append lines, to let go of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from kumi_exporters.eventfile import locks
from kumi_exporters.eventfile.open_modes import ForeignError
from kumi_exporters.eventfile.sink import Outcome
from kumi_exporters.eventfile.write_queue import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi_exporters.eventfile.sink import Chunk, Sink
    from kumi_exporters.eventfile.watched_path import WatchedPath


class Look(Request):
    """See that the path is open, and is what it was."""

    def __init__(self, watched: WatchedPath) -> None:
        super().__init__(watched.patience.from_now())
        self._watched = watched

    @override
    def hold(self, *, wait: bool) -> None:
        try:
            self._watched.look(wait=wait)
        except locks.HeldError:
            raise
        except OSError:
            return  # the write that follows says it

    @override
    def do(self) -> Outcome:
        return Outcome(0)


class Close(Request):
    """Let go of what is open."""

    def __init__(self, watched: WatchedPath) -> None:
        super().__init__(watched.patience.from_now())
        self._watched = watched

    @override
    def do(self) -> Outcome:
        self._watched.close()
        return Outcome(0)


class Write(Request):
    """Append lines. `settled` is told what came of them and how many they are, if nobody waits."""

    def __init__(
        self,
        watched: WatchedPath,
        chunk: Chunk,
        settled: Callable[[Outcome, int], object],
        *,
        last: bool,
    ) -> None:
        super().__init__(watched.patience.from_now())
        self._watched = watched
        self._chunk = chunk
        self._settled = settled
        self._last = last
        self._sink: Sink | None = None
        self._trouble: OSError | None = None

    @override
    def keep(self) -> None:
        self._chunk.keep()

    @override
    def hold(self, *, wait: bool) -> None:
        self._sink, self._trouble = None, None
        try:
            sink = self._watched.opened(wait=wait)
            sink.lock(wait=wait)
            self._sink = sink
        except locks.HeldError:
            raise
        except OSError as error:
            self._trouble = error

    @override
    def do(self) -> Outcome:
        if self._sink is None:
            return _outcome_of(self._trouble)
        try:
            return self._sink.put(self._chunk, last=self._last)
        except OSError as error:
            return _outcome_of(error)

    @override
    def let_go(self) -> None:
        if self._sink is not None:
            self._sink.unlock()

    @override
    def settle(self) -> None:
        self._settled(self.outcome, self._chunk.count)


def _outcome_of(error: OSError | None) -> Outcome:
    reason = "file_foreign" if isinstance(error, ForeignError) else "file_error"
    return Outcome(0, reason, (error.strerror or str(error)) if error else "")
