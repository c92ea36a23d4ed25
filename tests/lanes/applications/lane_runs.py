"""What an application with telemetry of its own does: runs inside of a request, and one outside.

`python lane_runs.py LIBRARY TRACES WHEN` sets a library up at first, or later, after two runs. What
the library then has of them goes to standard output, as JSON: one span an entry.
"""

import importlib
import json
import logging
import sys

import kumi
from kumi import otel


class Taxed(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
        rate: kumi.Field[float]

    tax = kumi.value(Input.amount * Input.rate)
    total = kumi.value(Input.amount + tax)


class Shared(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[int]
        heads: kumi.Field[int]

    rest = kumi.value(Input.amount % Input.heads)


def run(times=1):
    for _ in range(times):
        assert Taxed.run(amount=200.0, rate=0.5).total == 300.0


def fail():
    try:
        Shared.run(amount=1, heads=0)
    except ZeroDivisionError:
        return
    raise AssertionError("it must fail, profiled or not")


def main(name, traces, when):
    library = importlib.import_module(name)
    logging.basicConfig(level=logging.INFO)
    if when == "first":
        library.set_up()
    with otel.profile(file="p.jsonl", ops=True, traces=traces):
        if when == "later":
            run(2)
            otel.flush()
            library.set_up()
            otel.flush()
        with library.request("request"):
            run(2)
            fail()
        run()
    print(json.dumps(library.received()))


if __name__ == "__main__":
    main(*sys.argv[1:])
