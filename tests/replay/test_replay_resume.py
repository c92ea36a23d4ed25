"""A replay that stops says where, and goes on there without sending anything twice."""

import json
import re
import signal
import subprocess
import time

import grpc
import pytest
from calling import call, start
from patience import HANG
from recordings import long_profile, spans_of
from span_views import by_id

HINT = re.compile(r"To go on, give the same command and --from (\S+)\n")


def stopped_at(done):
    """The position that a replay says that it got to."""
    return HINT.search(done.err)[1]


def refused_after(receiver, good, status=400):
    receiver.answers[:] = [200] * good + [status]


@pytest.mark.parametrize("good", [1, 2, 3])
def test_it_goes_on_where_the_backend_refused(good, long, receiver, capsys):
    expected = spans_of(long)[0]
    refused_after(receiver, good)
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint)
    sent = len(receiver.spans())
    assert done.code == 1
    assert done.out == f"Sent {sent:,} spans to {receiver.endpoint}/v1/traces\n"
    assert done.err.startswith(f"Error: {receiver.endpoint}/v1/traces: 400 Bad Request\n")
    assert 0 < sent < len(expected)
    rest = call(capsys, "replay", long, "--endpoint", receiver.endpoint, "--from", stopped_at(done))
    assert (rest.code, rest.err) == (0, "")
    assert rest.out.startswith(f"Sent {len(expected) - sent:,} spans to ")
    assert by_id(receiver.resource_spans()) == expected  # where none comes twice


def test_several_files_of_every_sort(golden, long, tmp_path, receiver, capsys):
    """What was described before the position still holds: processes and programs."""
    path, _ = golden
    lines = long.read_bytes().splitlines(keepends=True)
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_bytes(b"".join(lines[:900]))
    second.write_bytes(b"".join(lines[900:]))
    files = [path, first, second]
    expected = spans_of(*files)[0]
    begin, code = [], 1
    while code:
        refused_after(receiver, 1)
        done = call(capsys, "replay", *files, "--endpoint", receiver.endpoint, *begin)
        receiver.answers.clear()
        code = done.code
        begin = ["--from", stopped_at(done)] if code else begin
    assert by_id(receiver.resource_spans()) == expected


@pytest.mark.parametrize("good", [1, 2, 3])
def test_a_run_that_fills_several_messages(good, tmp_path, receiver, capsys, monkeypatch):
    """It is cut between spans, and goes on between them."""
    from kumi.replay import replaying

    path = long_profile(tmp_path / "p.jsonl", runs=3)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b'"phase"' not in line))
    monkeypatch.setattr(replaying, "_MOST_BYTES", 2_500)
    expected = spans_of(path)[0]
    refused_after(receiver, good)
    done = call(capsys, "replay", path, "--endpoint", receiver.endpoint)
    position = stopped_at(done)
    sent = len(receiver.spans())
    assert sent % 9  # a run is not whole
    assert position == f"{path}:{2 + sent + 1}"
    done = call(capsys, "replay", path, "--endpoint", receiver.endpoint, "--from", position)
    assert (done.code, done.err) == (0, "")
    assert by_id(receiver.resource_spans()) == expected


def test_a_failed_run_is_whole_again(golden, receiver, capsys, monkeypatch):
    """Wherever it stops, the second half says of failures what the whole says."""
    from kumi.replay import replaying

    path, _ = golden
    expected = spans_of(path)[0]
    monkeypatch.setattr(replaying, "_MOST_BYTES", 20_000)
    begin, code = [], 1
    while code:
        refused_after(receiver, 1)
        rate = ["--rate", 25]
        monkeypatch.setattr(replaying.time, "sleep", lambda _: None)
        done = call(capsys, "replay", path, "--endpoint", receiver.endpoint, *rate, *begin)
        receiver.answers.clear()
        code = done.code
        begin = ["--from", stopped_at(done)] if code else begin
    assert by_id(receiver.resource_spans()) == expected


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_it_says_how_to_go_on(number, code, long, receiver, capsys):
    expected = spans_of(long)[0]
    process = start(
        "replay", long, "--endpoint", receiver.endpoint, "--rate", 400, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + HANG
    while len(receiver.messages) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=HANG)
    assert process.returncode == code
    assert re.fullmatch(r"Sent [\d,]+ spans to \S+\n", out)
    position = HINT.search(err)[1]
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint, "--from", position)
    assert done.code == 0
    found = [span.span_id.hex() for span in receiver.spans()]
    assert set(found) == set(expected)
    # What was under way at the moment of Ctrl-C may have arrived without our knowing it.
    assert len(found) - len(expected) <= 400


class Finalized:
    """A signal comes while it is finalized: what a handler raises then is lost."""

    def __init__(self, number):
        self._number = number

    def __del__(self):
        signal.raise_signal(self._number)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_that_comes_amid_a_finalizer_ends_it_too(
    number, code, long, receiver, capsys, monkeypatch
):
    from kumi.replay import replaying

    def rest(_):
        if receiver.messages:
            Finalized(number)

    monkeypatch.setattr(replaying.time, "sleep", rest)
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint, "--rate", 400)
    assert done.code == code
    assert HINT.search(done.err)


def test_nothing_sent_needs_no_hint(long, receiver, capsys):
    refused_after(receiver, 0, 401)
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint)
    assert done.code == 1
    assert done.out == f"Sent 0 spans to {receiver.endpoint}/v1/traces\n"
    assert done.err == f"Error: {receiver.endpoint}/v1/traces: 401 Unauthorized\n"


def test_a_busy_backend_is_tried_again(long, receiver, grpc_receiver, capsys):
    expected = spans_of(long)[0]
    receiver.answers[:] = [200, 503, 503, 429]
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint)
    assert (done.code, done.err) == (0, "")
    assert by_id(receiver.resource_spans()) == expected
    grpc_receiver.answers[:] = [grpc.StatusCode.UNAVAILABLE]
    options = ["--endpoint", grpc_receiver.endpoint, "--protocol", "grpc"]
    done = call(capsys, "replay", long, *options)
    assert (done.code, done.err) == (0, "")
    assert by_id(grpc_receiver.resource_spans()) == expected


def test_spans_that_a_backend_rejects_are_counted_and_not_sent_again(long, receiver, capsys):
    receiver.response.partial_success.rejected_spans = 5
    receiver.response.partial_success.error_message = "trace too large\x1b[2J"
    done = call(capsys, "replay", long, "--endpoint", receiver.endpoint)
    messages, all_spans = len(receiver.messages), len(spans_of(long)[0])
    rejected = 5 * messages
    assert done.code == 1
    assert done.out == (
        f"Sent {all_spans - rejected:,} spans to {receiver.endpoint}/v1/traces; not sent: "
        f"{rejected:,} spans refused there (trace too large\\x1b[2J)\n"
    )
    assert len(receiver.spans()) == all_spans


def test_a_position_must_be_in_one_of_the_files(long, receiver, capsys):
    for wrong in ("other.jsonl:5", f"{long}:0", f"{long}:x", f"{long}", "5"):
        done = call(capsys, "replay", long, "--endpoint", receiver.endpoint, "--from", wrong)
        assert done.code == 2
        assert "--from" in done.err
    assert receiver.messages == []


def test_a_position_behind_the_end_leaves_nothing_to_send(long, receiver, capsys):
    lines = long.read_bytes().count(b"\n")
    done = call(
        capsys, "replay", long, "--endpoint", receiver.endpoint, "--from", f"{long}:{lines + 1}"
    )
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Sent 0 spans to {receiver.endpoint}/v1/traces\n"
    assert json.dumps(receiver.messages, default=str) == "[]"
