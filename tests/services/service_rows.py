"""The table: how each service is started, how it is ended, and what is there afterwards."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from service_endings import by_itself, by_signal, interrupted_twice
from service_ways import at_once, holding, slowly, slowly_at_first

if TYPE_CHECKING:
    from collections.abc import Callable

    from otlp_receivers import Received
    from service_running import Service

FILE = ("file",)
PRIVATE = ("private-http", "private-grpc")
PROVIDER = ("own-exporter", "stock-exporter")
EVERYWHERE = FILE + PRIVATE + PROVIDER


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way in which a Python service lives and ends."""

    name: str
    command: str
    """What a user types, as docs/services.md has it."""
    needs: str = ""
    """A command that must work here: where it does not, the row is left out, and that is said."""
    before: str = ""
    """A command that is over before the service starts."""
    requests: int = 0
    """Requests that are answered before it is ended."""
    pause: float = 0.0
    """Seconds between the requests of one client, of which there are four."""
    runs: int
    """All of them, when everything is over. None may be missing."""
    processes: int = 1
    """At least so many processes did them: what is said to be recycled, is."""
    end: Callable[[Service], None] = by_itself
    code: int = 0
    """The exit code; negative: the signal that ended it."""
    ways: tuple[str, ...] = FILE
    """Where the runs go: each is a test of its own."""
    collector: Callable[[Received], None] = at_once
    """How it answers."""
    messages: int | None = None
    """The most requests that its spans may come in."""
    settings: dict[str, str] = field(default_factory=dict)
    ends: bool = True
    """Each of its processes ends by itself, so that it has a profile_end."""
    recorded: bool = True
    """False: not all of it need be in the file, but what is missing is counted, or said."""
    profiled: bool = True
    tracebacks: int = 0
    """Those of the program's own exceptions, which Python prints."""
    cut_short: bool = False
    """What the collector has not got is counted: somebody did not want to wait."""
    says_nothing: bool = True
    """Nobody is warned about the file."""


SIGTERM = by_signal(signal.SIGTERM)
DEFAULT_PACE = {"KUMI_PROFILE_BLOCK_MS": "100", "KUMI_PROFILE_EXIT_MS": "2000"}
WORKERS = {"sync": "", "gthread": " --threads 4", "gevent": " --worker-class gevent"}

SCRIPTS = [
    Row(name="script", command="python script.py", runs=30, ways=EVERYWHERE),
    Row(
        name="script, unhandled exception",
        command="python script.py with_an_exception",
        runs=30,
        code=1,
        tracebacks=1,
    ),
    Row(
        name="script, sys.exit",
        command="python script.py with_sys_exit",
        runs=30,
        code=3,
    ),
    Row(
        name="script, sys.exit in a thread",
        command="python script.py with_sys_exit_in_a_thread",
        runs=32,
    ),
    Row(
        name="script, SIGTERM",
        command="python script.py when_told",
        runs=30,
        end=SIGTERM,
        code=-signal.SIGTERM,
        ways=FILE + PRIVATE,
    ),
    Row(
        name="script, SIGTERM left alone",
        command="KUMI_PROFILE_SIGTERM=0 python script.py when_told",
        runs=30,
        end=by_signal(signal.SIGTERM, rest=0.3),
        code=-signal.SIGTERM,
        ends=False,
    ),
    Row(
        name="script, SIGINT twice",
        command="python interrupted.py",
        runs=30,
        end=interrupted_twice,
        code=-signal.SIGINT,
        ways=("private-http",),
        collector=holding,
        cut_short=True,
        tracebacks=1,
    ),
    Row(
        name="script, os._exit",
        command="python script.py with_os_exit",
        runs=30,
        code=5,
        ends=False,
    ),
    Row(
        name="script, SIGKILL",
        command="python script.py with_sigkill",
        runs=30,
        code=-signal.SIGKILL,
        ends=False,
    ),
    Row(
        name="PID 1 of a container, SIGTERM",
        command="unshare --pid --fork python script.py as_pid_1",
        needs="unshare --pid --fork true",
        runs=32,
        code=6,
    ),
    *[
        Row(name=f"logrotate, {how}", command=f"python rotated.py {how}", runs=20)
        for how in ("create", "copytruncate")
    ],
]

SERVERS = [
    Row(
        name="uvicorn, SIGTERM",
        command="uvicorn shop:asgi",
        requests=100,
        runs=200,
        end=by_signal(signal.SIGTERM, rest=0.3),
        code=-signal.SIGTERM,
        ways=EVERYWHERE,
    ),
    Row(
        name="uvicorn, several workers",
        command="uvicorn --workers 2 shop:asgi",
        requests=100,
        runs=200,
        end=SIGTERM,
        ends=False,  # uvicorn's handlers are there before the application: the signal is the end
    ),
    *[
        Row(
            name=f"gunicorn, {kind}{preload and ', preload'}",
            command=f"gunicorn --workers 2{option}{preload} shop:wsgi",
            requests=100,
            runs=200,
            end=SIGTERM,
            ways=EVERYWHERE if kind == "sync" else FILE,
        )
        for kind, option in WORKERS.items()
        for preload in ("", " --preload")
    ],
    *[
        Row(
            name=f"gunicorn, {kind}{preload and ', preload'}, recycled",
            command=f"gunicorn --workers 2{option} --max-requests 20{preload} shop:wsgi",
            requests=242,
            pause=0.1 if kind == "gevent" else 0.0,  # it takes all that is there at once
            runs=484,
            processes=6,
            end=by_signal(signal.SIGTERM, rest=1.0),  # one that is just born never hears of it
        )
        for kind, option in WORKERS.items()
        for preload in ("", " --preload")
    ],
]

INSTRUMENTED = [
    Row(
        name="script",
        command="opentelemetry-instrument python script.py",
        runs=30,
    ),
    *[
        Row(
            name=f"uvicorn{workers}",
            command=f"opentelemetry-instrument uvicorn{workers} shop:asgi",
            requests=100,
            runs=200,
            end=by_signal(signal.SIGTERM, rest=0.3),
            code=0 if workers else -signal.SIGTERM,
        )
        for workers in ("", " --workers 2")
    ],
    Row(
        name="gunicorn",
        command="opentelemetry-instrument gunicorn --workers 2 shop:wsgi",
        requests=100,
        runs=200,
        processes=2,
        end=SIGTERM,
    ),
    Row(
        name="gunicorn, preload, recycled",
        command="opentelemetry-instrument gunicorn --workers 2 --preload --max-requests 20 shop:wsgi",
        requests=242,
        runs=484,
        processes=6,
        end=by_signal(signal.SIGTERM, rest=1.0),
    ),
]
INSTRUMENTED = [
    replace(row, name=f"opentelemetry-instrument, {row.name}", ways=("instrumented",))
    for row in INSTRUMENTED
]

WORK = [
    Row(
        name="celery, recycled children",
        before="python tasks.py 80",
        command="celery --app tasks worker --concurrency 4 --max-tasks-per-child 5",
        runs=160,
        processes=16,
        end=SIGTERM,
        ways=EVERYWHERE,
    ),
    Row(
        name="celery, warm shutdown",
        before="python tasks.py 30",
        command="celery --app tasks worker --concurrency 2",
        runs=60,
        end=SIGTERM,
    ),
    *[
        Row(
            name=f"multiprocessing, {method}",
            command=f"python processes.py {method}",
            runs=34,
            processes=4,
            ways=EVERYWHERE if method == "fork" else FILE,
        )
        for method in ("fork", "spawn", "forkserver")
    ],
    Row(name="Pool, closed and joined", command="python pool.py", runs=80, ways=EVERYWHERE),
    Row(name="Pool, terminated by with", command="python pool_terminated.py", runs=80),
    Row(
        name="Pool, SIGTERM while it ends",
        command="python pool_killed.py",
        runs=80,
        settings={"KUMI_PROFILE_BLOCK_MS": "100"},  # the file is locked from the first run on
        says_nothing=False,
    ),
    Row(
        name="ProcessPoolExecutor, one task each",
        command="python executor.py",
        runs=12,
        processes=6,
    ),
    Row(
        name="programs one after another",
        command="python one_after_another.py",
        runs=180,
        processes=6,
    ),
    Row(name="os.fork and sys.exit", command="python forks.py", runs=34, ways=EVERYWHERE),
]

TROUBLE = [
    Row(
        name="a hundred schemas, a collector that takes 50 ms",
        command="python hundred_schemas.py",
        runs=1400,
        ways=("private-http",),
        collector=slowly,
        messages=200,
        settings=DEFAULT_PACE,
    ),
    Row(
        name="provider set after the first run",
        command="python late_provider.py",
        runs=51,
        ways=PROVIDER,
    ),
    Row(
        name="fork amid a slow first request",
        command="python fork_early.py 0.1",
        runs=22,
        ways=("private-http",),
        collector=slowly_at_first,
    ),
    *[
        Row(
            name=f"fork {ms} ms after the first run",
            command=f"python fork_early.py 0.00{ms}",
            runs=22,
            ways=("private-grpc", "private-http"),
        )
        for ms in (1, 2, 3)
    ],
    Row(
        name="imported before gevent patches",
        command="python gevent_late.py",
        runs=42,
        ways=FILE + PRIVATE,
    ),
    Row(
        name="a resource detector that takes 20 s",
        command="python slow_resource.py",
        runs=4,
        settings={"OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "slow"} | DEFAULT_PACE,
    ),
    *[
        Row(
            name=f"no file can be opened{'' if on == '1' else ', profiling off'}",
            command="python no_files_left.py",
            runs=4,
            settings={"KUMI_PROFILE": on},
            ends=False,
            recorded=False,
            says_nothing=False,
            profiled=on == "1",
        )
        for on in ("1", "0")
    ],
    Row(
        name="the file is locked by a neighbour",
        command="python locked_file.py",
        says_nothing=False,
        runs=4,
        settings=DEFAULT_PACE,
    ),
    Row(
        name="no thread can be started",
        command="python no_threads.py",
        runs=10,
        ends=False,
        recorded=False,
        says_nothing=False,
        ways=FILE + PRIVATE,
    ),
]

TABLE = SCRIPTS + SERVERS + INSTRUMENTED + WORK + TROUBLE
CASES = [(row, way) for row in TABLE for way in row.ways]
