"""Full speed for long, and a collector that cannot follow: `python -m benchmarks.endurance`.

A caller that never rests writes a compressed event file, and sends traces to a collector that takes
20 to 200 ms for each message and refuses some. Every ten seconds it prints how much memory there is
in use; in the end whether every span is accounted for: the file is read back and its lines counted,
and the collector says how many spans it took.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter

from benchmarks.fault_receiver import receiver
from kumi.spans import frames

PROTOCOLS = {"http": ("http/protobuf", "/v1/traces"), "grpc": ("grpc", "")}
EVERY = 10.0
AT_ONCE = 200
KINDS = ("vm_run", "vm_declaration", "vm_operation", "phase")


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--protocol", choices=PROTOCOLS, default="http")
    parser.add_argument("--block-ms", type=float, default=10_000, help="KUMI_PROFILE_BLOCK_MS")
    parser.add_argument("--max-bytes", type=int, help="KUMI_PROFILE_MAX_BYTES")
    parser.add_argument("--folder", help="where the event file is for a while")
    asked = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(dir=asked.folder) as folder,
        receiver(asked.protocol, "uneven") as collector,
    ):
        file = Path(folder) / "endurance.jsonl.zst"
        runs, longest = _run(file, collector.port, asked)
        taken, size = collector.taken(), file.stat().st_size
        counted, end = _read_back(file)
    print(f"{runs:,} runs, the longest {longest * 1e3:,.1f} ms; {size / 2**20:,.1f} MiB of file")
    print(f"waited {end['waited_ms']:,.0f} ms in all; {end['spans']}, dropped {end['dropped']}")
    wrong = list(_wrong(runs, counted, end, taken))
    print("\n".join(wrong) or "Every span is accounted for.")
    return 1 if wrong else 0


def _run(file, port, asked):
    """Runs at full speed; how many, and the seconds of the longest."""
    protocol, path = PROTOCOLS[asked.protocol]
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"http://127.0.0.1:{port}{path}"
    os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol
    from benchmarks.subjects import income_tax  # noqa: PLC0415 - the environment comes first
    from kumi import otel  # noqa: PLC0415 - the SDK reads it, too

    tax = income_tax()
    run, given, runs, longest, first = tax.schema.run, tax.given, 0, 0.0, None
    begun = shown = perf_counter()
    limits = {"block_ms": asked.block_ms, "max_bytes": asked.max_bytes}
    with otel.profile(file=file, ops=True, **limits):
        run(given)  # which sets up
        while (now := perf_counter()) - begun < asked.seconds:
            for _ in range(AT_ONCE):
                run(given)
                before, now = now, perf_counter()
                longest = max(longest, now - before)
            runs += AT_ONCE
            if now - shown >= EVERY:
                shown, resident = now, _resident()
                first = first or resident
                more = (resident - first) / 2**20
                speed = runs / (now - begun)
                print(
                    f"{now - begun:5.0f} s  {resident / 2**20:7.1f} MiB ({more:+.1f})  "
                    f"{speed:,.0f} runs/s  longest {longest * 1e3:.1f} ms",
                    flush=True,
                )
        ending = time.monotonic()
    print(f"the end took {time.monotonic() - ending:.2f} s")
    return runs + 1, longest


def _resident():
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _read_back(path):
    """How many lines of each event there are in the file, and its last one.

    Quotes within a text are escaped, so that no text looks like the beginning of a line.
    """
    begins = {kind: f'{{"event":"{kind}"'.encode() for kind in KINDS}
    counted, rest, last = dict.fromkeys(KINDS, 0), b"", b""
    with path.open("rb") as file:
        codec = frames.by_content(file.read(4))
        file.seek(0)
        for part in frames.unpacked(file, codec):
            whole, _, rest = (rest + part).rpartition(b"\n")
            for kind, begin in begins.items():
                counted[kind] += whole.count(begin)
            last = whole.rpartition(b"\n")[2] or last
    return counted, json.loads(last)


def _wrong(runs, counted, end, taken):
    """What does not add up, in words."""
    from kumi.profiles.losses import is_of_traces  # noqa: PLC0415 - see `_run`

    spans, dropped = end["spans"], end["dropped"]
    lost = {
        of: sum(n for why, n in dropped.items() if is_of_traces(why) is of) for of in (False, True)
    }
    if end["runs"]["seen"] != runs:
        yield f"{runs} runs, and {end['runs']} are said to be seen"
    if spans["recorded"] != spans["written"] + lost[False]:
        yield "recorded is not written + dropped"
    if spans["sampled"] != spans["sent"] + spans["handed"] + spans["folded"] + lost[True]:
        yield "sampled is not sent + handed + folded + dropped"
    if sum(counted.values()) - counted["phase"] != spans["written"]:
        yield f"in the file are {counted}"
    if not spans["sent"] <= taken:
        yield f"the collector took {taken:,}"


if __name__ == "__main__":
    sys.exit(main())
