"""A sender: gives spans to one lane, in a thread of its own.

No run, no event file and no other lane ever waits for a network. What is ready goes together, of
however many programs it is. What a lane is too slow for is dropped here, the oldest first, and
counted.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from kumi.otel import log
from kumi.otel.delivery.counts import REFUSED, SHUT_DOWN, TRACES_FULL, Sent
from kumi.otel.delivery.lanes.lane import Accepted
from kumi.otel.switching import switching_soon
from kumi.reply import Reply
from kumi.spans.block import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.otel.delivery.lanes.lane import Lane

    Item: TypeAlias = Block | tuple[ReadableSpan, ...]

MOST_SPANS = 1 << 18
_TOGETHER = 1 << 13


def capacity() -> int:
    """How many spans may wait before one lane."""
    return MOST_SPANS


class Sender:
    """A bounded queue of blocks and spans before one lane, whose exporter may be our `own`.

    Called on the owner's thread, but for the methods at the end, which are the sender's own.
    `patience` is how long, in seconds, the owner may wait for room in one delivery, however many
    blocks that has: runs wait for it, and the file must not lose them to a slow collector. Where it
    was in vain the owner does not wait again until something was sent: else a hanging collector
    would cost it that each time.
    """

    def __init__(self, lane: Lane, patience: float, *, own: bool) -> None:
        self.lane = lane
        self.figures = Sent()
        self._own = own
        self._patience = patience
        self._items: deque[Item] = deque()
        self._put = self._taken = 0
        self._stuck_at = -1
        self._is_hurried = False
        self.delivery_begins()
        self._closed = self._gone = False
        self._inbox: Any = queue.SimpleQueue()
        self._room: Any = queue.SimpleQueue()
        self._waits_for_room = False
        self._thread: threading.Thread | None = threading.Thread(
            target=self._live, name="kumi-traces", daemon=True
        )
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is shutting down, or there are too many
            self._thread = None

    def delivery_begins(self) -> None:
        """From now on the owner may be held up for as long as our patience lasts."""
        self._until = perf_counter() + self._patience

    def hurry(self, is_hurried: bool) -> None:
        """Whether nobody is to wait for room, since the end has come; from any thread."""
        self._is_hurried = is_hurried
        self._room.put(True)

    def expect(self, blocks: Sequence[Block]) -> None:
        """Count runs that are for it, all of them sampled, before `blocks` has it wait for room."""
        self.figures.sampled += sum(map(_spans, blocks))

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Send runs that it expects."""
        if blocks:
            self._send(blocks, sum(map(_spans, blocks)))

    def spans(self, spans: Sequence[ReadableSpan]) -> None:
        """Send ordinary spans."""
        self.figures.sampled += len(spans)
        self._send([tuple(spans)], len(spans))

    def ask(self, *, flush: float | None = None) -> Reply:
        """What is given once all that was handed over is with the exporter.

        `flush` seconds are for the exporter to deliver it.
        """
        answer = Reply()
        self._inbox.put((answer, flush))
        if self._thread is None or self._gone:  # looked at last: it may be going now
            answer.give()
        return answer

    def is_in(self, thread: threading.Thread | None) -> bool:
        """Whether that is the sender's thread."""
        return thread is not None and self._thread is thread

    def close(self) -> None:
        """Take no more; the thread ends after the rest, and shuts our own exporter down."""
        self._closed = True
        self._inbox.put(None)

    def leave(self) -> None:
        """Be done with what could not be sent until now."""
        self._items.clear()
        self.close()

    @property
    def has_budget(self) -> bool:
        """Whether traces must not be too large for the exporter, as for all but a file."""
        return not getattr(self.lane.exporter, "takes_any_size", False)

    def count_folded(self, spans: int) -> None:
        """Spans for it that are in summaries instead."""
        self.figures.folded += spans
        self.figures.sampled += spans

    def count_lost(self, reason: str, spans: int) -> None:
        """Spans for it that could not be made."""
        if spans:
            self.figures.dropped[reason] += spans
            self.figures.sampled += spans

    # Handing over.

    def _send(self, items: Sequence[Item], spans: int) -> None:
        if self._closed or self._thread is None:
            self.figures.dropped[SHUT_DOWN] += spans
            return
        if self._is_full(spans):
            self._wait_for_room(spans)
        self._items.extend(items)
        self._put += spans
        self._inbox.put(_MORE)

    def _is_full(self, spans: int) -> bool:
        """Whether there is no room for `spans` more; what is larger than all room still goes in."""
        waiting = self._put - self._taken
        return waiting > 0 and waiting + spans > MOST_SPANS

    def _wait_for_room(self, spans: int) -> None:
        """Wait until there is room; past our patience, drop the older half."""
        self._waits_for_room = True
        while self._is_full(spans) and self._stuck_at != self._taken and not self._is_hurried:
            try:
                self._room.get(timeout=max(0.0, self._until - perf_counter()))
            except queue.Empty:
                self._stuck_at = self._taken
        self._waits_for_room = False
        if self._is_full(spans):
            self._drop_half()

    def _drop_half(self) -> None:
        dropped, enough = 0, (self._put - self._taken) // 2
        while self._items and dropped < enough:
            dropped += _spans(self._items.popleft())
        self._put -= dropped
        self.figures.dropped[TRACES_FULL] += dropped

    # Sending, in the sender's thread.

    def _live(self) -> None:
        log.by_another_thread()
        while self._serve(self._inbox.get()):
            pass
        self._shut_down()
        self._gone = True
        while not self._inbox.empty():
            self._serve(self._inbox.get())

    def _serve(self, token: Any) -> bool:
        """Send what there is, and answer; False for the last token."""
        while items := self._ready():
            self._deliver(items)
        if token is not None and token is not _MORE:
            self._answer(*token)
        return token is not None

    def _ready(self) -> list[Item]:
        """What is to go together: blocks up to some size, or spans."""
        items: list[Item] = []
        spans = 0
        while self._items and spans < _TOGETHER:
            try:
                item = self._items.popleft()
            except IndexError:  # the owner has just dropped it
                break
            items.append(item)
            spans += _spans(item)
        return items

    def _deliver(self, items: list[Item]) -> None:
        blocks = [item for item in items if isinstance(item, Block)]
        spans = [span for item in items if not isinstance(item, Block) for span in item]
        self.figures.given += sum(map(_spans, items))
        one = self._accepted(partial(self.lane.send_spans, spans)) if spans else Accepted()
        more = self._accepted(partial(self.lane.send_blocks, blocks)) if blocks else Accepted()
        self._count(sum(map(_spans, items)), one.sent + more.sent, one.handed + more.handed)

    def _accepted(self, give: Callable[[], Accepted]) -> Accepted:
        try:
            with switching_soon:
                return give()
        except BaseException as error:  # noqa: BLE001 - exporters are anybody's code
            log.trouble(f"sending spans to {self._exporter_name}", error)
            return Accepted()

    def _count(self, spans: int, sent: int, handed: int) -> None:
        self.figures.sent += sent
        self.figures.handed += handed
        if sent + handed < spans:
            self.figures.dropped[REFUSED] += spans - sent - handed
        self._taken += spans
        if self._waits_for_room:
            self._room.put(True)

    def _answer(self, answer: Reply, flush: float | None) -> None:
        try:
            if flush is not None:
                self.lane.flush(int(flush * 1000))
        except BaseException as error:  # noqa: BLE001 - exporters are anybody's code
            log.trouble(f"flushing {self._exporter_name}", error)
        answer.give()

    def _shut_down(self) -> None:
        try:
            if self._own:
                self.lane.exporter.shutdown()
        except BaseException as error:  # noqa: BLE001 - exporters are anybody's code
            log.trouble(f"shutting {self._exporter_name} down", error)

    @property
    def _exporter_name(self) -> str:
        return type(self.lane.exporter).__qualname__


def _spans(item: Item) -> int:
    return item.span_count if isinstance(item, Block) else len(item)


_MORE = "more"
