"""What a round of `chaos.py` left behind: the runs that its processes know of, and those in files."""

from __future__ import annotations

import json
import math
import mmap
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from chaos_service import BY_ITSELF, HEADER, LATE, TERMINATED

SCHEMAS = {1: "Alpha", 2: "Beta", 3: "Gamma"}
SPAN = re.compile(
    rb'\{"event":"vm_(run|operation|declaration)","schema":"(\w+)",[^\n]*?"run":"([0-9a-f]{8})([0-9a-f]{8})"[^\n]*\}'
)
PHASES = 40
"""Spans of phases in a process: more than there can be."""
IN_FLIGHT = 5 * 20
"""Spans of runs that a process was in when it was killed: on each thread, and in handlers."""
QUEUE = 4096
"""Runs of one program that may wait in a process: those of a tight loop that a kill takes along."""
PATIENT = 2.0
"""Seconds that are enough for the owner to make room, on any machine."""
FILE = ("queue_full", "file_error", "file_limit", "file_foreign")
TRACES = ("queue_full", "traces_queue_full", "export_failed")
ONLY_TRACES = (
    "traces_queue_full", "traces_internal_error", "traces_exit", "export_failed", "already_shutdown",
)  # fmt: skip
EITHER = ("exit", "internal_error")
"""Reasons that stand for the file or for traces: where both are written to, for an unknown part."""


@dataclass
class Written:
    """What the parts of the file say of one process."""

    lines: Counter = field(default_factory=Counter)
    """How many by schema."""
    runs: dict = field(default_factory=dict)
    """Schema by id."""
    sizes: Counter = field(default_factory=Counter)
    """Lines by id of the run."""
    end: dict | None = None
    after_the_end: int = 0
    pid: int = 0
    settings: dict = field(default_factory=dict)


class Parts:
    """All parts of the file, read."""

    def __init__(self, paths):
        self.processes = defaultdict(Written)
        self.broken, self.twice = [], []
        for path in paths:
            self._read(path)

    def of(self, pid):
        """What was written by the process with this id."""
        found = [each for each in self.processes.values() if each.pid == pid]
        return found[0] if found else Written()

    def size_of_a_run(self, schema):
        """How many spans a run of that schema has: what most of them have. 0: none is there."""
        sizes = Counter()
        for each in self.processes.values():
            sizes.update(each.sizes[run] for run, name in each.runs.items() if name == schema)
        return sizes.most_common(1)[0][0] if sizes else 0

    def _read(self, path):
        self._ended = set()  # in this part: of the order of parts nothing is known
        for line in path.read_bytes().split(b"\n"):
            match = SPAN.fullmatch(line)
            if match and line.count(b'"event"') == 1:
                self._span(*match.groups())
            elif line:
                self._other(line)

    def _span(self, kind, schema, process, number):
        written = self.processes[process.decode()]
        schema, run = schema.decode(), number.decode()
        written.lines[schema] += 1
        written.sizes[run] += 1
        written.after_the_end += process in self._ended
        if kind == b"run":
            if run in written.runs:
                self.twice.append(process.decode() + run)
            written.runs[run] = schema

    def _other(self, line):
        try:
            event = json.loads(line)
        except ValueError:
            self.broken.append(line)
            return
        if event["event"] == "profile_start":
            written = self.processes[event["process"]]
            written.pid, written.settings = event["pid"], event["settings"]
        elif event["event"] == "profile_end":
            written = self.processes[event["process"]]
            written.after_the_end = 0
            written.end = max(written.end or event, event, key=lambda end: end["timestamp"])
            self._ended.add(event["process"].encode())


class Known:
    """What a process wrote in its side file about itself."""

    def __init__(self, path):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as side:
            self.pid, self.ended, how, tight = HEADER.unpack_from(side)
            runs = np.frombuffer(side[HEADER.size :], np.uint64)
            # A thread that is killed between two steps leaves a hole, with others' runs behind it.
            self.runs = runs[runs.nonzero()].tolist()
        self.by_itself, self.terminated = how == BY_ITSELF, how == TERMINATED
        self.tight = bool(tight)

    def sure(self):
        """Runs by schema that profiling has seen, or counted: those before it may have ended."""
        until = self.ended if self.terminated else math.inf
        return self._count(run & 7 for run in self.runs if run >> 3 <= until)

    def most(self):
        """Runs by schema, with those that may have come too late."""
        return self._count(run & 7 & ~LATE for run in self.runs)

    @staticmethod
    def _count(numbers):
        counted = Counter(numbers)
        return {schema: counted[number] for number, schema in SCHEMAS.items()}

    def before(self, nanoseconds):
        """How many runs had returned by then."""
        return sum(run >> 3 <= nanoseconds for run in self.runs)


class Verdict:
    """Compares both, and lists what does not hold in `wrong`; what is only worth a look in `notes`."""

    def __init__(self, plan, paths, sides, grace):
        self._plan, self._grace = plan, grace
        self._parts = Parts(paths)
        self._known = [Known(side) for side in sides]
        self.wrong, self.notes = [], []
        self.runs = sum(len(known.runs) for known in self._known)
        self.written = sum(len(each.runs) for each in self._parts.processes.values())
        self.dropped = Counter()
        self.sent = 0
        self._judge()

    def _judge(self):
        for known in self._known:
            self._process(known, self._parts.of(known.pid))
        if self._parts.twice:
            self.wrong.append(f"runs that are there twice: {self._parts.twice[:5]}")
        killed = sum(not known.by_itself for known in self._known)
        if len(self._parts.broken) > killed:
            lines = [line[:60] for line in self._parts.broken[:3]]
            self.wrong.append(
                f"{len(self._parts.broken)} broken lines, but {killed} killed: {lines}"
            )

    def _process(self, known, written):
        if written.end is not None:
            self.dropped.update(written.end["dropped"])
            self.sent += written.end["spans"]["sent"]
            self._balance(known, written)
        elif self._plan.disk == "roomy" and (known.by_itself or self._handles(known, written)):
            self._say(known, f"has no profile_end (in the file: {len(written.runs):,} runs)")
        if written.end is None:
            self._killed(known, written)
        if written.end and written.after_the_end and not self._may_go_on(known, written):
            self._say(known, f"{written.after_the_end} lines after its last profile_end")

    @staticmethod
    def _handles(known, written):
        """Whether it was ended by a SIGTERM that profiling looks after."""
        return known.terminated and bool(written.settings.get("sigterm"))

    def _may_go_on(self, known, written):
        """Between the last line and its death by SIGTERM, or where a full disk had it come early."""
        return known.terminated or any(each.startswith("file_") for each in written.end["dropped"])

    def _balance(self, known, written):
        """Recorded = written + dropped, to the span; and so for traces."""
        lines, spans = written.lines.total(), written.end["spans"]
        more = lines - spans["written"]
        if more and not (more > 0 and self._may_go_on(known, written)):
            said = f"profile_end says {spans['written']:,}"
            self._say(known, f"{lines:,} lines of spans are in the file, {said}")
        if "recorded" in spans:
            self._accounts(known, written)
            return
        self._equal(known, "file", lines, FILE, written)
        if self._plan.behaviour:  # of how many phases were sent, too, nothing is known
            self._equal(known, "traces", spans["sent"], TRACES, written, uncertain=PHASES)

    def _accounts(self, known, written):
        """What profile_end says of itself, and what the process knows."""
        spans, dropped = written.end["spans"], written.end["dropped"]
        account = f"{spans}, dropped {dropped}; runs noted {len(known.runs):,}"
        lost = sum(spans_ for reason, spans_ in dropped.items() if reason not in ONLY_TRACES)
        unsent = sum(spans_ for reason, spans_ in dropped.items() if reason in ONLY_TRACES)
        if spans["recorded"] != spans["written"] + lost:
            self._say(known, f"recorded is not written + dropped: {account}")
        if spans["sampled"] != spans["sent"] + spans["handed"] + spans["folded"] + unsent:
            self._say(known, f"sampled is not sent + handed + folded + dropped: {account}")
        if self._plan.disk != "roomy":
            return  # it may have come at the first loss, and a later one have found no room
        if self._plan.behaviour and spans["sampled"] + lost < spans["recorded"]:
            self._say(known, f"spans were neither sampled nor dropped: {account}")
        least, most = self._spans(known.sure()), self._spans(known.most())
        if least is None or most is None:
            self.notes.append(f"process {known.pid}: of some schema nothing is in any file")
        elif not least <= spans["recorded"] <= most + self._in_flight(known):
            expected = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            self._say(
                known, f"{spans['recorded']:,} spans recorded instead of {expected}: {account}"
            )

    def _equal(self, known, what, arrived, reasons, written, uncertain=0):
        """What arrived and what was dropped is what was recorded, but for what is uncertain."""
        dropped = written.end["dropped"]
        least, most = self._spans(known.sure()), self._spans(known.most())
        if least is None or most is None:
            self.notes.append(f"process {known.pid}: of some schema nothing is in any file")
            return
        sure = arrived + sum(dropped.get(reason, 0) for reason in reasons)
        perhaps = sum(dropped.get(reason, 0) for reason in EITHER)
        shared = what == "traces" or self._plan.behaviour
        account = (
            f"{what}: recorded {least:,}, arrived {arrived:,}, dropped {dropped}; "
            f"runs {len(known.runs):,}, written {len(written.runs):,}"
        )
        if sure + perhaps < least:
            self._say(known, f"{least - sure - perhaps:,} spans lost without a word ({account})")
        more = sure + (0 if shared else perhaps) - most - self._in_flight(known) - uncertain
        if more > 0:
            self._too_much(known, dropped, f"{more:,} spans more than there were ({account})")

    def _too_much(self, known, dropped, text):
        """Where lines found no room, those that are no spans are counted as well."""
        if any(reason.startswith("file_") for reason in dropped):
            self.notes.append(f"process {known.pid}: {text}")
        else:
            self._say(known, text)

    def _spans(self, counted):
        sizes = {schema: self._parts.size_of_a_run(schema) for schema, n in counted.items() if n}
        if not all(sizes.values()):
            return None
        return sum(n * sizes.get(schema, 0) for schema, n in counted.items())

    def _in_flight(self, known):
        """A process that was killed may have recorded a run on each thread that it had no time to note."""
        return 0 if known.by_itself else IN_FLIGHT

    def _killed(self, known, written):
        """It loses what was in flight, and what was recorded in its last 0.1 s."""
        if self._plan.disk != "roomy" or known.by_itself or self._may_have_dropped(known):
            return
        lost_before = known.ended - int((0.1 + self._grace) * 1e9)
        due = known.before(lost_before) - self._may_wait(known)
        if len(written.runs) < due:
            counted = f"{len(known.runs):,} runs, {due:,} of them due"
            if written.pid:
                self._say(known, f"killed: {counted}, {len(written.runs):,} written")
            else:
                self.notes.append(f"process {known.pid}: killed before its first line: {counted}")

    def _may_have_dropped(self, known):
        """Where runs wait for room no longer than this, some are dropped; the killed tell nobody."""
        return known.tight and self._plan.block_seconds < PATIENT

    def _may_wait(self, known):
        """How many runs may be in the queues of a process that never rests."""
        if self._plan.streams or not known.tight:
            return 0
        return QUEUE * sum(n > 0 for n in known.most().values())

    def _say(self, known, text):
        self.wrong.append(f"process {known.pid}: {text}")
