"""Damaged files are sent as far as they go, and what could not be read is said."""

import gzip
import sys

import pytest
from calling import call
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from recordings import spans_of
from span_views import by_id

from kumi.replay.messages import Messages
from kumi.replay.parcels import Parcels
from kumi.replay.whole_runs import WholeRuns
from kumi.spans import frames


def sent(path, *, alone=False):
    """All spans of a file, also where two have one id; with `alone` no line is read with others."""
    with pytest.MonkeyPatch.context() as patch:
        if alone:
            patch.setattr(WholeRuns, "next_run", lambda *_: None)
        parcels = Parcels([str(path)], None, 1 << 62)
        made = [message.content for message in Messages(parcels, 1_000_000)]
    requests = [ExportTraceServiceRequest.FromString(content) for content in made]
    spans = [
        (group.resource.SerializeToString(), scope.scope.version, span.SerializeToString())
        for request in requests for group in request.resource_spans
        for scope in group.scope_spans for span in scope.spans
    ]  # fmt: skip
    return sorted(spans), parcels.tally.counts, parcels.tally.incomplete


def looked_at(path):
    found, tally = spans_of(path)
    return found, tally.counts, tally.incomplete


@given(st.data())
def test_damage_is_seen_alike_however_lines_are_read(long, tmp_path_factory, data):
    whole = long.read_bytes()[:60_000]
    size = len(whole) - 1
    kind = data.draw(st.sampled_from(["replaced", "removed", "inserted", "doubled"]))
    text = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, size))
        some = data.draw(
            st.sampled_from([b"0", b"9", b" ", b'"', b"\n", b"e", b"\xff", b"{", b"-"])
        )
        end = min(size, at + data.draw(st.sampled_from([1, 2, 30, 500])))
        if kind == "replaced":
            text[at : at + 1] = some
        elif kind == "removed":
            del text[at:end]
        elif kind == "inserted":
            text[at:at] = some
        else:
            text[at:at] = whole[at:end]
    path = tmp_path_factory.mktemp("damaged") / "p.jsonl"
    path.write_bytes(bytes(text))
    assert sent(path) == sent(path, alone=True)


def test_malformed_lines_are_counted_and_the_first_is_named(long, receiver, capsys, tmp_path):
    lines = long.read_bytes().splitlines(keepends=True)
    lines[50] = lines[50][:70] + b"\n"
    lines[1000:1000] = [b"\n", b"no json\n"]
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"".join(lines) + b'{"event":"vm_run","sch')
    done = call(capsys, "replay", path, "--endpoint", receiver.endpoint)
    expected = len(spans_of(long)[0]) - 1
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"Sent {expected:,} spans to {receiver.endpoint}/v1/traces; "
        f"not sent: 3 malformed lines, the first at {path}:51\n"
    )
    assert len(by_id(receiver.resource_spans())) == expected


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_files_and_what_is_left_of_torn_ones(suffix, long, tmp_path):
    codec = frames.by_name(suffix)
    lines = long.read_bytes().splitlines(keepends=True)
    parts = [codec.compress(b"".join(lines[at : at + 300])) for at in range(0, len(lines), 300)]
    whole, torn = tmp_path / f"whole{suffix}", tmp_path / f"torn{suffix}"
    whole.write_bytes(b"".join(parts))
    assert looked_at(whole) == looked_at(long)
    torn.write_bytes(b"".join([*parts[:3], parts[3][:-40], *parts[4:]]))
    found, counts, _ = looked_at(torn)
    assert counts.malformed > 0
    expected = spans_of(long)[0]
    assert found.items() < expected.items()
    assert len(found) >= len(expected) - 301


def test_a_pipe_is_read_as_it_comes_also_a_compressed_one(long, receiver, capsys, monkeypatch):
    expected = spans_of(long)[0]
    for given_bytes in (long.read_bytes(), gzip.compress(long.read_bytes())):
        receiver.messages.clear()
        monkeypatch.setattr(sys, "stdin", Stdin(given_bytes))
        done = call(capsys, "replay", "-", "--endpoint", receiver.endpoint)
        assert (done.code, done.err) == (0, "")
        assert by_id(receiver.resource_spans()) == expected


class Stdin:
    def __init__(self, given_bytes):
        import io

        self.buffer = io.BufferedReader(io.BytesIO(given_bytes))


def test_a_line_without_end_is_cut(long, tmp_path):
    path = tmp_path / "p.jsonl"
    head, _, rest = long.read_bytes().partition(b"\n")
    path.write_bytes(head + b"\n" + b"x" * (17 << 20) + b"\n" + rest)
    found, counts, _ = looked_at(path)
    assert found == spans_of(long)[0]
    assert counts.first_malformed == (str(path), 2)
