"""Programs and blocks made by hand, for tests of what is recorded and how it is encoded."""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import accumulate

import numpy as np
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from kumi.ir import ops
from kumi.ir.program import Group, Leaf, Operation, Program, Step
from kumi.ir.readings import record_format
from kumi.kernels.kinds import FLOAT
from kumi.observations import FailedRun, Level
from kumi.places import Place, Source
from kumi.spans.decode import decode, decode_failed
from kumi.spans.identify import Identity, identify
from kumi.spans.layout import layout

RESOURCE = Resource({"service.name": "shop", "tags": ["a", "b"], "weight": 1.5, "on": True})
ANCHOR = 1_790_000_000_100_000_000


def place(source, line):
    return Place(source, line, 1, 9)


def program(declarations=3, each=3, *, schema="OrderPricing", axes=("lines",), odd=False):
    """Two inputs, then declarations of `each` operations: a Ref, then Maps and a Reduce.

    `odd`: names that need escapes, kinds of different lengths, a declaration from elsewhere.
    """
    source, elsewhere = (
        Source("/srv/app/order_pricing.kumi", "schema\n"),
        Source("/srv/täx.kumi", ""),
    )
    tricky = 'na"me\\ ünï\n' if odd else "total"
    operations, groups = [], []

    def add(opcode, where=source, **more):
        index = len(operations)
        operations.append(Operation(index, opcode, place(where, index + 1), FLOAT, **more))

    for name in ("price", "quantity"):
        path = ("lines", "line", name)
        steps = (Step("key", "lines", "lines"), Step("each", "line", "lines"))
        leaf = Leaf(path, steps, axes, FLOAT, None, place(source, 1))
        add(ops.LOAD_INPUT, axes=axes, leaf=leaf)
    groups.append(Group("inputs", "input", schema, place(source, 1), 0, 2))
    kinds = ("value", "let", "trait")
    for number in range(declarations):
        first = len(operations)
        origin, where = ("Tax", elsewhere) if odd and number == 1 else (schema, source)
        add(ops.REF, where, ref="subtotal")
        for n in range(each - 1):
            if n % 2:
                add(ops.REDUCE, where, function="sum", axes=axes)
            else:
                add(ops.MAP, where, function="multiply", axes=axes if n % 3 else ())
        kind = kinds[number % 3] if odd else "value"
        name = f"{tricky}{number}"
        groups.append(
            Group(name, kind, origin, place(where, number + 2), first, len(operations), first)
        )
    names = tuple(group.name for group in groups[1:])
    sources = {"Tax": elsewhere} if odd else {}
    made = tuple(operations), tuple(groups), axes, names
    return Program(schema, source, ("lines",), *made, sources=sources)


def long_program(declarations=65_600):
    """More than 65,536 declarations, of which only the last has operations."""
    short = program(declarations=1, each=4)
    (inputs, last) = short.groups
    empty = [replace(last, name=f"empty{n}", first=2, last=2) for n in range(declarations)]
    return replace(short, groups=(inputs, *empty, last))


def laid_out(described=None, level=Level.OPERATIONS, key="1f", **more):
    return layout(described or program(), level, key, **more)


def packed(of, seconds, sizes=None, cpu=0):
    """One run as a recorder packs it; `seconds` are its readings, `cpu` nanoseconds."""
    sizes = sizes if sizes is not None else [12] * len(of.axes)
    spent = [cpu] if of.times_cpu else []
    record = record_format(of.program, of.level, times_cpu=of.times_cpu)
    return struct.pack(record, *seconds, *sizes, *spent)


def readings(of, start=100.0, step=2.5e-6):
    """Readings at even steps; `step` may be a list, one for each."""
    steps = step if isinstance(step, list) else [step] * (of.readings - 1)
    return list(accumulate(steps, initial=start))


def identity(**more):
    return Identity(RESOURCE, RandomIdGenerator(), **more)


def assemble(of, items, identity, anchored=None):
    """The block of runs as they were kept."""
    return identify(of, decode(of, items, anchored), identity)


def block(of=None, runs=3, *, context=None, contexts=None, sizes=None, start=100.0, step=2.5e-6):
    """A block of runs one after the other."""
    of = of or laid_out()
    items, at = [], start
    for run in range(runs):
        seconds = readings(of, at, step)
        given = sizes[run] if sizes else None
        items.append((packed(of, seconds, given), contexts[run] if contexts else context))
        at = seconds[-1] + 1e-6
    return assemble(of, items, identity(), anchored=ANCHOR)


def failed(of=None, *, at=3, readings_taken=None, error="ZeroDivisionError", context=None):
    """A run that stopped in operation `at` (or in several)."""
    of = of or laid_out()
    stops = at if isinstance(at, tuple) else (at,)
    taken = readings_taken or min(of.rows[_row(of, max(stops))].end + 1, of.readings)
    seconds = readings(of)[:taken]
    run = FailedRun(
        tuple(seconds), (7,) * len(of.axes), stops, error, "division by zero", "1/0", context
    )
    return identify(of, decode_failed(of, run, ANCHOR), identity())


def with_cpu(of, spent):
    """A block of runs that spent so many nanoseconds of CPU each."""
    made = block(of, runs=len(spent))
    made.cpu = np.array(spent, np.int64)
    return made


def _row(of, index):
    if of.operation_rows:
        return of.operation_rows[index]
    groups = enumerate(of.program.groups)
    return next(of.declaration_rows[n] for n, group in groups if group.first <= index < group.last)


def at_random(of, runs, seed=0, scale=3000):
    """A block whose readings lie some nanoseconds apart, for encoders."""
    made = block(of, runs)
    steps = np.random.default_rng(seed).integers(0, scale, made.readings.shape)
    made.readings = ANCHOR + np.cumsum(steps.reshape(-1)).reshape(steps.shape)
    return made
