"""Profiles as the recorder writes them, made by hand."""

import json

ADDRESS = {"trace_id": "5b8efff798038103d269b633813fc60c", "parent_span_id": None}


def operation(schema="Shop", name="Map", ns=1000, **more):
    return {
        "event": "vm_operation",
        "schema": schema,
        "operation": name,
        "duration_ms": ns / 1e6,
        "timestamp": "2025-01-20T10:30:45.123Z",
        "declaration": "total",
        "index": 0,
        "function": "multiply" if name == "Map" else None,
        "rows": 1,
        "run": "5b8aa5a200000001",
        "program": "1",
        **ADDRESS,
        "start_unix_nano": 1737369045123000000,
        "end_unix_nano": 1737369045123000000 + ns,
        **more,
    }


def timed(event, ns, **more):
    return {
        "event": event,
        "duration_ms": ns / 1e6,
        "timestamp": "2025-01-20T10:30:45.123Z",
        "start_unix_nano": 1737369045123000000,
        "end_unix_nano": 1737369045123000000 + ns,
        **more,
    }


def run(schema="Shop", ns=10_000, error=None, **more):
    status = "error" if error else "ok"
    return timed("vm_run", ns, schema=schema, program="1", status=status, error=error, **more)


def declaration(schema="Shop", name="total", ns=5000, **more):
    return timed("vm_declaration", ns, schema=schema, declaration=name, kind="value", **more)


def phase(name, ns, schema=None):
    return timed("phase", ns, name=name, schema=schema)


def start(process="5b8aa5a2", cost=50.0, **more):
    clock = {"source": "perf_counter", "resolution_ns": 1, "cost_ns": cost}
    return {"event": "profile_start", "format": 1, "process": process, "clock": clock, **more}


def program(operations, schema="Shop", key="1"):
    described = {
        "schema": schema,
        "path": "shop.kumi",
        "declarations": [["total", "value", 3, None]],
    }
    return {"event": "program", "program": key, **described, "operations": operations}


def memory(rss, timestamp):
    return {"event": "memory", "label": "x", "rss_bytes": rss, "timestamp": timestamp}


def end(dropped=None, process="5b8aa5a2", **more):
    counted = {"runs": {}, "dropped": dropped or {}}
    return {"event": "profile_end", "process": process, **counted, **more}


def text(*events):
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events)


def written(folder, *events, name="profile.jsonl"):
    path = folder / name
    path.write_text(text(*events), "utf-8")
    return path
