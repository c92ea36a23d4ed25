"""Rounds of everything at once: what profiling promises has to hold whatever happens around it.

    python tests/endtoend/chaos.py --rounds 100 --seed 1     a line for each round
    python tests/endtoend/chaos.py --seed 1 --only 17        one of them again

Threads, signal handlers and children run schemas; children end in every way that there is; collectors
are slow, broken, hanging, refusing; the file is rotated from outside, the disk full. Processes note
each of their runs themselves (`chaos_service.py`). Afterwards, for each process: it has its
profile_end if it ended by itself; runs noted = runs in all parts of the file + what profile_end says
was dropped, to the span; a killed one loses what was in flight and its last 0.1 s; no run is there
twice; nothing hangs; no traceback. The seed gives the same plan again, not the same timing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from chaos_collector import collector
from chaos_disk import Rotating, small_disk
from chaos_plan import draw
from chaos_service import SHOW_THREADS
from chaos_verdict import Verdict

SERVICE = Path(__file__).with_name("chaos_service.py")
DEADLINE = 60.0
"""Seconds beyond what a round should take, after which it hangs."""
GRACE = 0.2
"""Seconds beyond 0.1 for a machine that is busy."""
TRACES_OF_TROUBLE = ("Traceback", "Exception ignored", "UNEXPECTED", "Fatal Python error")
ORPHAN = "EOFError: Ran out of input"
"""What `multiprocessing` has a child say that is spawned by somebody who is killed meanwhile."""
SHOWN = 30


def main(arguments=None):
    """Play the rounds; the exit status is the number of those that failed."""
    asked = _arguments(arguments)
    numbers = [asked.only] if asked.only is not None else range(asked.rounds)
    failed = [n for n in numbers if not play(asked.seed, n, grace=asked.grace, keep=asked.keep)]
    print(f"{len(failed)} of {len(numbers)} rounds failed" + (f": {failed}" if failed else ""))
    return min(len(failed), 100)


def _arguments(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="play this round alone")
    parser.add_argument("--grace", type=float, default=GRACE, help="seconds a kill may cost more")
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed rounds")
    return parser.parse_args(arguments)


def play(seed, number, *, grace=GRACE, deadline=DEADLINE, keep=False):
    """Play one round and print a line about it; whether all held."""
    plan = draw(seed, number)
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-{number}-"))
    begun = time.monotonic()
    with ExitStack() as stack:
        played = Played(plan, folder, stack, deadline)
        verdict = played.judged(grace)
    wrong = played.wrong + verdict.wrong
    print(
        f"round {number}, seed {seed}: {'FAILED' if wrong else 'ok'} in "
        f"{time.monotonic() - begun:.1f} s; runs {verdict.runs:,}, written {verdict.written:,}, "
        f"dropped spans {dict(verdict.dropped)}; {plan.describe()}; {', '.join(played.rotated)}",
        flush=True,
    )
    for text in [*wrong, *(f"(note) {note}" for note in [*played.notes, *verdict.notes])]:
        print(f"    {text}", flush=True)
    if wrong and keep:
        print(f"    kept: {folder}")
    else:
        shutil.rmtree(folder)
    return not wrong


class Played:
    """A round that has been played: all its processes are gone."""

    def __init__(self, plan, folder, stack, deadline):
        self._plan, self._folder, self._deadline = plan, folder, deadline
        self.wrong, self.notes = [], []
        self._disk = self._made_disk(stack)
        self._file = self._disk / "p.jsonl"
        (folder / "sides").mkdir()
        settings = plan.settings | {"KUMI_PROFILE_FILE": str(self._file)}
        self._collector = None
        if plan.behaviour:
            self._collector = stack.enter_context(collector(plan.protocol, plan.behaviour))
            settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = self._collector.endpoint
        with Rotating(self._file, folder, plan.rotations) as rotating:
            self._run(settings)
        self.rotated = rotating.done

    def judged(self, grace):
        """What the files say."""
        parts = [*self._disk.glob("p.jsonl*"), *self._folder.glob("copied.*")]
        sides = [*(self._folder / "sides").glob("*.runs")]
        verdict = Verdict(self._plan, parts, sides, grace)
        if self._collector is not None and self._plan.behaviour in ("good", "slow"):
            received = self._collector.received()
            if received < verdict.sent:
                self.wrong.append(f"{verdict.sent:,} spans sent, {received:,} received")
        return verdict

    def _made_disk(self, stack):
        disk = self._folder / "disk"
        if self._plan.disk != "small":
            disk.mkdir()
            return disk
        refused = stack.enter_context(small_disk(disk, self._plan.kib))
        if refused:
            self.notes.append(f"no small disk: {refused}")
        return disk

    def _run(self, settings):
        started = [self._start(service, settings) for service in self._plan.services]
        deadline = time.monotonic() + self._deadline + self._plan.exit_seconds
        for process, service in zip(started, self._plan.services, strict=True):
            try:
                status = process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._show_hang()
                break
            expected = {"SIGTERM": -15, "SIGKILL": -9}.get(service["end"], 0)
            if status != expected:
                self.wrong.append(f"a service ended with {status} instead of {expected}")
        self._wait_for_orphans(deadline)
        self._read_what_was_said()

    def _start(self, service, settings):
        limit = self._plan.kib * 1024 if self._plan.disk == "limited" else 0
        told = _settled(service, side=str(self._folder / "sides"), limit=limit)
        with (self._folder / "stderr").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, str(SERVICE), json.dumps(told)],
                cwd=self._folder,
                env=_environment() | settings,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def _pids(self):
        """Of the round's processes, those that live."""
        pids = [int(side.stem) for side in (self._folder / "sides").glob("*.runs")]
        return [pid for pid in pids if _lives(pid)]

    def _wait_for_orphans(self, deadline):
        """Children whose parent was killed."""
        while self._pids() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._pids():
            self._show_hang()

    def _show_hang(self):
        """What each thread of each process is at; then they are killed."""
        shown = {pid: self._folder / "sides" / f"{pid}.threads" for pid in self._pids()}
        before = {pid: len(path.read_text()) for pid, path in shown.items()}
        for pid in shown:
            os.kill(pid, SHOW_THREADS)
        time.sleep(1)
        for pid, path in shown.items():
            indented = path.read_text()[before[pid] :].strip().replace("\n", "\n        ")
            self.wrong.append(f"process {pid} hangs:\n        {indented}")
        for pid in self._pids():
            os.kill(pid, signal.SIGKILL)

    def _read_what_was_said(self):
        said = (self._folder / "stderr").read_text(errors="replace").splitlines()
        bad = [n for n, line in enumerate(said) if any(t in line for t in TRACES_OF_TROUBLE)]
        bad = [n for n in bad if ORPHAN not in said[n : n + SHOWN]]
        if bad:
            shown = "\n        ".join(said[bad[0] : bad[0] + SHOWN])
            self.wrong.append(f"{len(bad)} x trouble on stderr, the first:\n        {shown}")


def _settled(process, **known):
    """A process's plan with what is known only now, for its children as well."""
    children = [_settled(child, **known) for child in process["children"]]
    return process | known | {"children": children}


def _environment():
    return {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}


def _lives(pid):
    """Whether there is that process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == "__main__":
    sys.exit(main())
