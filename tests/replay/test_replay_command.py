"""`kumi replay`: where it sends to, what it says, and how fast it goes."""

import time

import pytest
from calling import call
from recordings import spans_of
from span_views import by_id
from terminals import on_terminal

from kumi.replay import replaying
from kumi.replay.replaying import Pace


def test_options_name_the_destination(long, receiver, capsys):
    for endpoint in (receiver.endpoint, f"{receiver.endpoint}/", f"{receiver.endpoint}/v1/traces"):
        options = ["--endpoint", endpoint, "--header", "x-tenant=a=b", "--header", "Odd=1"]
        assert call(capsys, "replay", long, *options).code == 0
    assert call(capsys, "replay", long, "--endpoint", f"{receiver.endpoint}/otlp").code == 0
    paths = [path for path, _, _ in receiver.headers]
    assert set(paths[:-1]) == {"/v1/traces", "/otlp/v1/traces"}
    headers = receiver.headers[0][1]
    assert (headers["x-tenant"], headers["Odd"]) == ("a=b", "1")


def test_over_grpc(long, grpc_receiver, capsys):
    options = ["--protocol", "grpc", "--header", "x-tenant=a"]
    done = call(capsys, "replay", long, "--endpoint", grpc_receiver.endpoint, *options)
    assert (done.code, done.err) == (0, "")
    assert by_id(grpc_receiver.resource_spans()) == spans_of(long)[0]
    assert grpc_receiver.headers[0]["x-tenant"] == "a"


def test_variables_hold_where_no_option_says_else(long, receiver, capsys, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=v")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    done = call(capsys, "replay", long)
    assert (done.code, done.err) == (0, "")
    path, headers, _ = receiver.headers[0]
    assert path == "/v1/traces"
    assert (headers["x-tenant"], headers["Content-Encoding"]) == ("v", "gzip")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    assert call(capsys, "replay", long, "--endpoint", receiver.endpoint).code == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--endpoint", "nowhere"], 1, "endpoint=nowhere is not accepted"),
        (["--header", "novalue"], 2, "a header is NAME=VALUE"),
        (["--rate", "0"], 2, "--rate"),
        (["--protocol", "json"], 2, "--protocol"),
    ],
)
def test_wrong_options(long, capsys, options, code, said):
    done = call(capsys, "replay", long, *options)
    assert done.code == code
    assert said in done.err
    assert code == 2 or done.err.count("\n") == 1


def test_what_is_odd_is_said_once(long, grpc_receiver, capsys, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
    options = ["--endpoint", grpc_receiver.endpoint, "--protocol", "grpc", "--header", "a=ü"]
    done = call(capsys, "replay", long, *options)
    assert done.code == 0
    assert sorted(line.split(":")[0] for line in done.err.splitlines()) == ["warning"] * 2
    assert "header a is left out" in done.err


def test_files_that_cannot_be_read(long, tmp_path, receiver, capsys):
    empty, strange = tmp_path / "empty.jsonl", tmp_path / "strange.txt"
    empty.write_text("")
    strange.write_text("hello\nworld\n")
    missing = tmp_path / "missing.jsonl"
    malformed = f"nothing readable: 2 lines are malformed, the first at {strange}:1"
    for file, said in [
        (missing, f"Error: {missing}: No such file or directory\n"),
        (tmp_path, f"Error: {tmp_path}: Is a directory\n"),
        (empty, f"Error: {empty}: nothing readable: it is empty\n"),
        (strange, f"Error: {strange}: {malformed}\n"),
    ]:
        done = call(capsys, "replay", file, "--endpoint", receiver.endpoint)
        assert (done.code, done.out, done.err) == (1, "", said)
    done = call(capsys, "replay", long, missing, "--endpoint", receiver.endpoint)
    assert done.code == 1
    assert receiver.messages == []  # nothing is sent before all files are there


def test_a_file_of_which_nothing_can_be_sent_is_no_success(tmp_path, receiver, capsys):
    path = tmp_path / "p.jsonl"
    path.write_text('{"event":"vm_run","schema":"A","duration_ms":1}\n{"event":"x"}\n')
    done = call(capsys, "replay", path, "--endpoint", receiver.endpoint)
    assert done.code == 1
    assert done.out == (
        f"Sent 0 spans to {receiver.endpoint}/v1/traces; not sent: 1 line without ids or times, "
        "1 line of unknown events\n"
    )


def test_a_password_in_the_endpoint_is_not_shown(long, receiver, capsys):
    endpoint = receiver.endpoint.replace("//", "//user:secret@")
    done = call(capsys, "replay", long, "--endpoint", endpoint)
    assert done.code == 0
    assert "secret" not in done.out + done.err


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_the_rate_is_kept_over_all_messages(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(replaying, "time", clock)
    pace = Pace(1000)
    sent = []
    for spans in (500, 1500, 10, 990, 2000, 1):
        pace.wait(spans)
        sent.append((clock.now - 100, spans))
    before = 0
    for at, spans in sent:
        assert at == pytest.approx(before / 1000)
        before += spans
    clock.now += 3600  # what was not used meanwhile is not made up for
    pace.wait(5000)
    at = clock.now
    pace.wait(1)
    assert clock.now - at == pytest.approx(5)


def test_messages_are_no_larger_than_a_second_of_the_rate(long, receiver, capsys, monkeypatch):
    monkeypatch.setattr(replaying, "time", Clock())
    assert call(capsys, "replay", long, "--endpoint", receiver.endpoint, "--rate", 100).code == 0
    sizes = [
        sum(len(s.spans) for g in m.resource_spans for s in g.scope_spans)
        for m in receiver.messages
    ]
    assert max(sizes) <= 100
    assert by_id(receiver.resource_spans()) == spans_of(long)[0]


def test_a_terminal_shows_how_far_it_is(long, receiver):
    expected = len(spans_of(long)[0])
    rate = str(expected // 2)
    done = on_terminal(60, "replay", long, "--endpoint", receiver.endpoint, "--rate", rate)
    shown = done.out.split("\r")
    assert any("spans, " in line and " %, " in line for line in shown[:-1]), shown
    assert all(len(line) < 60 for line in shown[:-1])
    assert shown[-1] == f"Sent {expected:,} spans to {receiver.endpoint}/v1/traces\n"


def test_a_terminal_shows_what_it_waits_for(long, receiver):
    receiver.answers[:] = [500 + 3] * 25
    done = on_terminal(100, "replay", long, "--endpoint", receiver.endpoint)
    assert done.code == 0
    assert "\r0 spans, waiting: 503 Service Unavailable: to be tried again after 0 s" in done.out


def test_what_is_soon_over_shows_nothing(long, receiver):
    begun = time.monotonic()
    done = on_terminal(60, "replay", long, "--endpoint", receiver.endpoint)
    assert done.out.startswith("Sent ") or time.monotonic() - begun > 1
