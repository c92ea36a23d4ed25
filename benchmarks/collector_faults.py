"""What a collector's faults cost who sends to it: `python -m benchmarks.collector_faults`.

For each fault, over HTTP and gRPC: the p99.9 of a run against the same round's with a collector
that is well; how long the process took to exit (it is to be 2.2 s at most); what became of the
spans, by the last line of the event file and by the receiver; the reason as the process said it.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fault_receiver import receiver
from benchmarks.harness import progress
from benchmarks.in_turns import environment, table

FAULTS = ("ok", "refused", "silent", "503", "429", "401", "tls", "reset", "slow")
PROTOCOLS = {"http": ("http/protobuf", "/v1/traces"), "grpc": ("grpc", "")}
MOST_EXIT = 2.2
_HEADING = (
    "fault", "p99.9 µs", "/ ok", "longest ms", "exit s", "sampled", "sent", "taken", "dropped", "",
)  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.0, help="of each process")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fault", action="append", choices=FAULTS, help="only this one")
    asked = parser.parse_args(arguments)
    faults = list(dict.fromkeys(["ok", *(asked.fault or FAULTS)]))
    wrong = []
    for protocol in PROTOCOLS:
        found = _in_turns(protocol, faults, asked.rounds, asked.seconds)
        print(f"\nOver {protocol}, {asked.rounds} rounds of {asked.seconds:g} s")
        print(table([_HEADING, *(_row(fault, each, found["ok"]) for fault, each in found.items())]))
        for fault, rounds in found.items():
            print(f"  {fault}: {rounds[-1]['said'] or 'nothing was said'}")
            wrong += [f"{protocol} {fault}: {why}" for each in rounds for why in each["wrong"]]
    print("\n" + ("\n".join(wrong) or "Every process ended in time, and its counts add up."))
    return 1 if wrong else 0


def _in_turns(protocol, faults, rounds, seconds):
    found = {fault: [] for fault in faults}
    for number in range(rounds):
        for fault in faults if number % 2 == 0 else faults[::-1]:
            found[fault].append(_measured(protocol, fault, seconds))
        progress(number + 1, rounds)
    return found


def _measured(protocol, fault, seconds):
    if fault == "refused":
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        return _called(protocol, fault, seconds, port) | {"taken": 0}
    with receiver(protocol, "ok" if fault == "tls" else fault) as collector:
        found = _called(protocol, fault, seconds, collector.port)
        return found | {"taken": collector.taken()}


def _called(protocol, fault, seconds, port):
    spoken, path = PROTOCOLS[protocol]
    scheme = "https" if fault == "tls" else "http"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "p.jsonl"
        variables = environment(
            KUMI_PROFILE="1", KUMI_PROFILE_OPS="1", KUMI_PROFILE_FILE=str(file),
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{scheme}://127.0.0.1:{port}{path}",
            OTEL_EXPORTER_OTLP_PROTOCOL=spoken,
        )  # fmt: skip
        command = [sys.executable, "-m", "benchmarks.faulty_caller", str(seconds)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        ended = time.monotonic()
        found = json.loads(done.stdout)
        with file.open("rb") as lines:
            *before, last = lines
    end = json.loads(last)
    said = " | ".join(line for line in done.stderr.splitlines() if not line.startswith("traces go"))
    found |= {"exit": ended - found["done"], "said": said, "end": end}
    return found | {"wrong": list(_wrong(found, end, before, fault))}


def _wrong(found, end, before, fault):
    """What is not as it must be, in words."""
    if found["exit"] > MOST_EXIT:
        yield f"exit took {found['exit']:.2f} s"
    if end["event"] != "profile_end":
        yield "the file has no last line"
        return
    spans, dropped = end["spans"], end["dropped"]
    of_file = sum(n for why, n in dropped.items() if not _is_of_traces(why))
    of_traces = sum(n for why, n in dropped.items() if _is_of_traces(why))
    if spans["recorded"] != spans["written"] + of_file:
        yield f"of the file: {spans}, {dropped}"
    if spans["sampled"] != spans["sent"] + spans["handed"] + spans["folded"] + of_traces:
        yield f"of traces: {spans}, {dropped}"
    if sum(line.startswith(b'{"event":"vm_') for line in before) != spans["written"]:
        yield "the file has not the lines that it says"
    if of_traces and not found["said"]:
        yield "spans were lost, and nothing was said"
    if fault not in {"ok", "slow"} and spans["sent"]:
        yield f"{spans['sent']} spans count as sent"


def _is_of_traces(why):
    from kumi.profiles.losses import is_of_traces  # noqa: PLC0415 - it is only asked here

    return is_of_traces(why)


def _row(fault, rounds, well):
    ratios = [a["tail"] / b["tail"] for a, b in zip(rounds, well, strict=True)]
    spans = [each["end"]["spans"] for each in rounds]
    dropped = [each["end"]["dropped"] for each in rounds]
    return (
        fault,
        f"{statistics.median(each['tail'] for each in rounds) / 1e3:,.0f}",
        f"{statistics.median(ratios):.2f}x",
        f"{max(each['longest'] for each in rounds) / 1e6:.1f}",
        f"{max(each['exit'] for each in rounds):.2f}",
        f"{sum(each['sampled'] for each in spans):,}",
        f"{sum(each['sent'] for each in spans):,}",
        f"{sum(each['taken'] for each in rounds):,}",
        f"{sum(sum(each.values()) for each in dropped):,}",
        ", ".join(sorted({why for each in dropped for why in each})),
    )


if __name__ == "__main__":
    sys.exit(main())
