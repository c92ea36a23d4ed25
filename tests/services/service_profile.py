"""What is left of a service's runs: in its files, and at the collector."""

from __future__ import annotations

import json
import re
from collections import Counter


def events(folder):
    """Those of all files, rotated ones too; every line but a torn last one is whole."""
    files = sorted(folder.glob("profile.jsonl*"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def of(found, kind):
    return [event for event in found if event["event"] == kind]


def expected(done, traced=(True, False)):
    """How many runs there are below each request."""
    runs = Counter()
    for line in done:
        if line["traced"] in traced:
            runs[tuple(line["ids"])] += line["runs"]
    return runs


def in_files(found):
    """How many runs of each request are in the files."""
    return Counter((run["trace_id"], run["parent_span_id"]) for run in of(found, "vm_run"))


def delivered(received, done):
    """How many runs of each traced request the collector has."""
    traced = {line["ids"][0] for line in done if line["traced"]}
    runs = [span for span in received.spans() if re.match(r"run Order\d*$", span.name)]
    found = Counter((span.trace_id.hex(), span.parent_span_id.hex()) for span in runs)
    return Counter({ids: runs for ids, runs in found.items() if ids[0] in traced})


def lost(found):
    """What the last line of each process counts as dropped, by reason."""
    last = {end["process"]: end for end in of(found, "profile_end")}
    total = Counter()
    for end in last.values():
        total.update(end["dropped"])
    return +total


def without_an_end(found):
    """Processes that began in a file and did not say there that they ended."""
    starts, ends = of(found, "profile_start"), of(found, "profile_end")
    return {line["process"] for line in starts} - {line["process"] for line in ends}


def frames_of_ours(said):
    """The lines of tracebacks that are in Kumi."""
    return re.findall(r'File "[^"]*/kumi(?:_exporters)?/[^"]*", line \d+.*', said)


def summary(counted):
    """Short enough for a failed assertion: how many runs, under how many requests."""
    return f"{sum(counted.values())} runs of {len(counted)} requests"
