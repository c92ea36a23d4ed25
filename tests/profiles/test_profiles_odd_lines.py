"""Lines that are nearly events: both engines take or leave the same ones, and count them alike.

`python tests/profiles/test_profiles_odd_lines.py 400000` draws so many of them.
"""

import random
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kumi.profiles.event_line import TIMED, read_line
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.own_lines import OwnLines
from kumi.profiles.read_profiles import counted

NUMBERS = [
    "1", "0", "-0", "-0.0", "0.5", "1.", "01", ".5", "+1", "--1", "0x10", "1_0", "1e", "1e+",
    "1.e5", "1e5.5", "1.0e2", "1E+2", "5e0", "0E-5", "0.1e1", "10e-1", "9223372036854775807",
    "9223372036854775808", "99999999999999999999", "1e18", "1e19", "9.2e12", "9200000000001",
    "1e308", "1e309", "-1e-400", "1e1000000000000", "2.5e-324", "0.0000005", "4.35",
    "123456789.123456789", "NaN", "nan", "NAN", "Infinity", "-Infinity", "+Infinity", "inf",
    "-inf", "INFINITY", "nanx", "null", "true", "[1]", "{}",
]  # fmt: skip
STRINGS = [
    '"a"', '""', '"é"', '"\\u00e9"', '"\\n"', '"\\/"', '"\\x41"', '"\\u12"', '"\\u0000"', "'a'", "a",
    '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00\\ud83d"', '"\\ud83dx"', '"\\\\ud83d"', '"a\tb"',
    '"a\x00b"', '"\x7f"', '"\x85"', '"\u2028"', '"\ufeff"', '"\\""', '"\\\\"', '"a\\', '"a" "b"',
    '"nan, inf"', '",}"', "null", "5", '["a"]',
]  # fmt: skip
EVENTS = ['"vm_operation"'] * 4 + ['"vm_run"', '"phase"', '"vm_declaration"', '"memory"']
EVENTS += ['"\\u0076m_run"', '"of_the_future"', "5", "null"]
MEASURES = ["duration_ms", "start_unix_nano", "end_unix_nano", "index", "rows", "extra"]
KEYS = [
    *MEASURES,
    "operation",
    "declaration",
    "origin",
    "function",
    "program",
    "run",
    "error",
    "name",
]
AGAIN = ['"event"', '"schema"', '"ev\\u0065nt"', '"x\\ud800"', '""', '"SCHEMA"', '"DURATION_MS"']
BLANKS = ["", " ", "  ", "\t", "\r", "\x0b", "\x0c", "\xa0", "\x00", "\ufeff", "\u2028"]
ENDS = ["}"] * 30 + [",}", "}}", "]", "", "},", "} {}", ",,}", "}#", "{,}", ",]}", "} // c"]

# What operations and declarations are as our writers write them, with holes for what differs.
OPERATION = (
    '{"event":"vm_operation","schema":"S%s","operation":"Map","duration_ms":%s,"timestamp":'
    '"2026-11-30T21:22:44.181Z","declaration":"d","index":%s,"function":%s%s,"rows":%s,"run":'
    '"309976c0%s","program":"9a29d6a6","trace_id":"c50e","span_id":"7c","parent_span_id":"7d",'
    '"start_unix_nano":%s,"end_unix_nano":%s}%s'
)
DECLARATION = (
    '{"event":"vm_declaration","schema":"S%s","declaration":"d","duration_ms":%s,"timestamp":'
    '"2026-11-30T21:22:44.181Z","kind":"value%s","origin":%s%s,"run":"309976c0%s","trace_id":'
    '"c50e","span_id":"7c","parent_span_id":"7d","start_unix_nano":%s,"end_unix_nano":%s}%s'
)
DURATIONS = ["0.000250", "     0.000250", "00.000250", "9200000000000.000000", "0.25", "1e5"]
COUNTS = ["1", "     12", "01", "999999999999999999", "9223372036854775808", "-1", "1.0", ""]
TEXTS = ['"add"', "null", '""', '"\x7f"', '"é"', '"\\n"', '"a"b"', "5", "nul"]
RUNS = ["00000001", "00000002", "0000000A", "1", ""]
STARTS = ["1796073764181666463", "      1796073764181666463", "5", "null", "0796073764181666463"]
STARTS += ["8999999999999999999", "9223372036854775807", "9223372036854775808"]
ENDS_AT = ["1796073764181667070", "1796073764181666463", "1796073764181666462", *STARTS]
PARTS = ['"operation":"Map"', '"declaration":"d"', "vm_operation", "vm_declaration", '"S', ':"d"']

strict = pytest.mark.skipif(
    int(duckdb.__version__.partition(".")[0]) < 2,
    reason="DuckDB before 2.0 passes over what follows an object on its line",
)


class Odd:
    """Draws lines."""

    def __init__(self, rnd):
        self.rnd = rnd

    def happens(self, once_in):
        return not self.rnd.randrange(once_in)

    def line(self, number):
        return self.like_ours(number) if self.happens(3) else self.any_line(number)

    def like_ours(self, number):
        """A line of the shape of ours; often it is not quite so."""
        moments = self.mostly(STARTS), self.mostly(ENDS_AT), self.mostly(["", "  ", "\t", "\r"])
        duration, text, run = self.mostly(DURATIONS), self.mostly(TEXTS), self.mostly(RUNS)
        if self.happens(2):
            index, rows = self.mostly(COUNTS), self.mostly(COUNTS)
            origin = self.mostly(["", *(f',"origin":{each}' for each in TEXTS)])
            line = OPERATION % (number, duration, index, text, origin, rows, run, *moments)
        else:
            kind, more = self.mostly(["", "x", "é"]), self.mostly(["", ',"rows":1', ',"cpu":1'])
            line = DECLARATION % (number, duration, kind, text, more, run, *moments)
        if self.happens(6):
            line = line.replace(self.rnd.choice(PARTS), self.rnd.choice(PARTS), 1)
        return self.damaged(line.encode())

    def mostly(self, values):
        """The first of them, one time in eight any."""
        return self.rnd.choice(values) if self.happens(8) else values[0]

    def any_line(self, number):
        sep = self.rnd.choice([","] * 20 + [", ", ",,", " ,", ";"])
        colon = self.rnd.choice([":"] * 20 + [": ", " :", "=", "::"])
        pairs = (f"{self.blank()}{k}{colon}{self.blank()}{v}" for k, v in self.pairs(number))
        text = f"{{{self.blank()}{sep.join(pairs)}{self.blank()}{self.rnd.choice(ENDS)}"
        return self.damaged(text.encode("utf-8", "surrogatepass")).replace(b"\n", b"")

    def blank(self):
        return self.rnd.choice(BLANKS) if self.happens(25) else ""

    def pairs(self, number):
        found = {
            '"event"': self.rnd.choice(EVENTS),
            '"schema"': f'"S{number}"',
            '"operation"': '"Map"',
            '"duration_ms"': "1.5",
            '"declaration"': '"d"',
            '"name"': '"n"',
        }
        pairs = list(found.items())
        for _ in range(self.rnd.choice([0, 1, 1, 1, 2])):
            key = self.rnd.choice(KEYS)
            if self.happens(2):
                pairs = [pair for pair in pairs if pair[0] != f'"{key}"']
            pairs.append((f'"{key}"', self.value(key)))
        if self.happens(8):
            pairs.append((self.rnd.choice(AGAIN), self.rnd.choice(STRINGS + NUMBERS)))
        if self.happens(10):
            self.rnd.shuffle(pairs)
        return pairs

    def value(self, key):
        return self.rnd.choice(NUMBERS if key in MEASURES or self.happens(6) else STRINGS)

    def damaged(self, line):
        if not self.happens(30):
            return line
        at = self.rnd.randrange(len(line))
        new = self.rnd.choice([0, 9, 0x22, 0x2C, 0x5C, 0x7D, 0x80, 0xC0, 0xED, 0xF5, 0xFF])
        return line[:at] + bytes([new]) + line[at + self.rnd.randrange(2) :]


def seen(path, small):
    """What an engine counts, by everything that it counts under."""
    keys = ("schema", "name", "declaration", "position", "function", "program", "error")
    with open_profiles([str(path)]) as profiles:
        engine = counted(profiles, Filters(), small)
        groups = {
            (kind, *one.keys): one[1:] for kind in TIMED for one in engine.tallies(kind, keys)
        }
        return groups, engine.lines


@strict
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_both_engines_take_the_same_lines_for_events(seed):
    agree(seed, 200)


def test_lines_of_ours_are_read_as_any_line_is():
    """What the expression for our own lines takes, the one rule says as well, with equal figures."""
    odd, own, taken = Odd(random.Random(9)), OwnLines(), 0
    for number in range(20_000):
        line = odd.like_ours(number % 5) + b"\n"
        if found := own.read(line):
            taken += 1
            timed = read_line(line).timed
            assert timed is not None, line
            assert found == (timed.names, (*timed.reading[:-1], None)), line
    assert 2_000 < taken < 18_000


def agree(seed, number):
    """Assert that the engines agree on so many lines."""
    odd = Odd(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "odd.jsonl")
        path.write_bytes(b"\n".join(odd.line(number) for number in range(number)))
        (small, small_lines), (duck, duck_lines) = seen(path, 1 << 40), seen(path, 0)
    assert small == duck
    assert small_lines == duck_lines


if __name__ == "__main__":
    batches = int(sys.argv[1]) // 10_000
    for batch in range(batches):
        agree(random.randrange(1 << 32), 10_000)
        print(f"{(batch + 1) * 10_000:,} lines, no difference", flush=True)
