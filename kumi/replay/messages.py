"""Parcels as OTLP messages, and how far a replay has come when each of them is confirmed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kumi.replay.parcels import Position
from kumi.spans.block import SpanData
from kumi_exporters.encode.envelope import Envelope
from kumi_exporters.encode.otlp_encoder import MOST_BYTES, OtlpEncoder, encode_ordinary
from kumi_exporters.encode.otlp_record import otlp_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    from kumi.replay.lone_lines import LoneSpan
    from kumi.replay.parcels import Parcel, Parcels, RunText
    from kumi_exporters.encode.json_unstamp import RunLines

Part: TypeAlias = tuple[bytes, int]


class Message(NamedTuple):
    """Bytes of OTLP, how many spans are in them, and what comes next when they are confirmed."""

    content: bytes
    spans: int
    after: Position


class Messages:
    """The messages of parcels, of at most `most_bytes` where spans can be cut so."""

    def __init__(self, parcels: Parcels, most_bytes: int) -> None:
        self._parcels = parcels
        self._most_bytes = most_bytes
        self._encoders: dict[InstrumentationScope, OtlpEncoder] = {}

    def __iter__(self) -> Iterator[Message]:
        for parcel in self._parcels:
            lone = list(parcel.lone)
            stamped = [
                part
                for form, runs in parcel.runs.items()
                for part in self._stamped(form, runs, parcel, lone)
            ]
            if len(parcel.runs) == 1 and not lone:
                yield from _in_order(parcel, stamped)
            else:
                yield from _joined(parcel, [*stamped, *self._alone(lone)])

    def _stamped(
        self, form: RunLines, runs: Sequence[RunText], parcel: Parcel, lone: list[LoneSpan]
    ) -> Iterator[Part]:
        """Runs as they were stamped; those that are unsound after all are added to the lone."""
        recorder = self._parcels.described.recorder(form.process)
        block = form.read(b"".join([run.text for run in runs]), recorder.resource)
        sound = block.sampled.tolist()
        self._parcels.tally.take_runs(form.layout, sum(sound))
        for run in (run for run, is_sound in zip(runs, sound, strict=True) if not is_sound):
            lone += self._parcels.of_text(run, parcel.end.file)
        for part, spans in self._encoder(recorder.scope).encode(block):
            yield bytes(part), spans

    def _alone(self, lone: Sequence[LoneSpan]) -> Iterator[Part]:
        """Spans that were read alone: Kumi's own by process, the others by the SDK's encoder."""
        own, others = defaultdict[str, list[SpanData]](list), []
        for process, span in lone:
            if isinstance(span, SpanData):
                own[process].append(span)
            else:
                others.append(span)
        for process, spans in own.items():
            yield from self._recorded(process, spans)
        if others:
            yield from encode_ordinary(others, self._most_bytes)

    def _recorded(self, process: str, spans: Sequence[SpanData]) -> Iterator[Part]:
        envelope = Envelope(*self._parcels.described.recorder(process))
        records, size = list[bytes](), envelope.size
        for record in (otlp_record(span, envelope.flags) for span in spans):
            if records and size + len(record) > self._most_bytes:
                yield _message(envelope, records), len(records)
                records, size = [], envelope.size
            records.append(record)
            size += len(record)
        yield _message(envelope, records), len(records)

    def _encoder(self, scope: InstrumentationScope) -> OtlpEncoder:
        if scope not in self._encoders:
            self._encoders[scope] = OtlpEncoder(self._most_bytes, scope)
        return self._encoders[scope]


def _message(envelope: Envelope, records: Sequence[bytes]) -> bytes:
    content = b"".join(records)
    return envelope.head(len(content)) + content


def _in_order(parcel: Parcel, parts: Sequence[Part]) -> Iterator[Message]:
    """Parts whose spans are in the order of the lines: any number of them may be confirmed."""
    [(form, runs)] = parcel.runs.items()
    sent = 0
    for part, spans in parts:
        sent += spans
        run, row = divmod(sent, form.rows)
        is_all = run == len(runs)
        after = parcel.end if is_all else Position(parcel.end.file, runs[run].first + row)
        yield Message(part, spans, after)


def _joined(parcel: Parcel, parts: Sequence[Part]) -> Iterator[Message]:
    """Parts of different programs in one message; the parcel counts when the last one does."""
    content, spans = b"", 0
    for part, count in parts:
        if content and len(content) + len(part) > MOST_BYTES:
            yield Message(content, spans, parcel.begin)
            content, spans = b"", 0
        content += part
        spans += count
    yield Message(content, spans, parcel.end)
