"""What a round of `chaos.py` will be: drawn from its seed and number alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from chaos_collector import BEHAVIOURS

KINDS = ("fork", "fork", "subprocess", "multiprocessing fork", "multiprocessing spawn")
ENDS = ("return", "return", "sys.exit", "os._exit", "SIGTERM", "SIGKILL")
BLOCK_MS = (1, 20, 100, 2_000, 10_000)
EXIT_MS = (200, 2_000, 10_000)
MODES = (
    {"KUMI_PROFILE_PERSISTENT": "1"},
    {"KUMI_PROFILE_TRUNCATE": "1"},
    {"KUMI_PROFILE_TRUNCATE": "1", "KUMI_PROFILE_PERSISTENT": "1"},
    {},
)
"""Of the file. Two services are two jobs, so that the second may move the first one's file aside."""
ROTATIONS = ("rename", "copytruncate", "delete")


@dataclass(frozen=True)
class Round:
    """One round: what is set, what is started, and what is done to it from outside."""

    number: int
    seed: int
    settings: dict[str, str]
    protocol: str
    behaviour: str
    """Of the collector; empty where there is none."""
    disk: str
    """roomy, small (a tmpfs) or limited (RLIMIT_FSIZE)."""
    kib: int
    rotations: list[tuple[float, str]]
    """After how many seconds, what."""
    services: list[dict]

    @property
    def streams(self):
        return "KUMI_PROFILE_STREAM" in self.settings

    @property
    def block_seconds(self):
        return int(self.settings["KUMI_PROFILE_BLOCK_MS"]) / 1000

    @property
    def exit_seconds(self):
        return int(self.settings["KUMI_PROFILE_EXIT_MS"]) / 1000

    def describe(self):
        parts = [
            f"{len(self.services)} x {[_told(service) for service in self.services]}",
            f"{self.protocol} {self.behaviour}" if self.behaviour else "no traces",
            f"disk {self.disk}" + (f" {self.kib} KiB" if self.disk != "roomy" else ""),
            "+".join(what for _, what in self.rotations) or "no rotation",
            *(
                f"{name.removeprefix('KUMI_PROFILE_')}={value}"
                for name, value in self.settings.items()
                if name.startswith("KUMI_PROFILE_")
            ),
        ]
        return "; ".join(parts)


def draw(seed, number):
    """The plan of a round."""
    random = Random(f"{seed}:{number}")
    services = random.choice((1, 1, 2))
    behaviour = random.choice(("", *BEHAVIOURS, "good"))
    protocol = random.choice(("http", "grpc"))
    disk = random.choices(("roomy", "small", "limited"), (8, 1, 1))[0]
    return Round(
        number=number,
        seed=seed,
        settings=_settings(random, services, protocol if behaviour else ""),
        protocol=protocol,
        behaviour=behaviour,
        disk=disk,
        kib=random.choice((64, 256, 1024)),
        rotations=_rotations(random),
        services=[_process(random, depth=2) for _ in range(services)],
    )


def _settings(random, services, protocol):
    chosen = {
        "KUMI_PROFILE": "1",
        "KUMI_PROFILE_OPS": random.choice(("1", "1", "0")),
        "KUMI_PROFILE_BLOCK_MS": str(random.choice(BLOCK_MS)),
        "KUMI_PROFILE_EXIT_MS": str(random.choice(EXIT_MS)),
    }
    if random.random() < 0.3:
        chosen["KUMI_PROFILE_STREAM"] = "1"
    chosen |= random.choice(MODES[:1] if services > 1 else MODES)
    if protocol:
        chosen["OTEL_EXPORTER_OTLP_PROTOCOL"] = {"http": "http/protobuf", "grpc": "grpc"}[protocol]
        chosen["OTEL_EXPORTER_OTLP_TIMEOUT"] = random.choice(("1", "10"))
    return chosen


def _rotations(random):
    if random.random() < 0.5:
        return []
    count = random.randint(1, 5)
    return sorted((random.uniform(0.3, 3.0), random.choice(ROTATIONS)) for _ in range(count))


def _process(random, depth):
    """A process: its children are processes as well, down to `depth`."""
    children = [_child(random, depth - 1) for _ in range(random.randint(0, 3))] if depth else []
    tight = random.random() < 0.4
    return {
        "kind": "service",
        "end": random.choice(ENDS),
        "seconds": random.uniform(0.0, 1.0),
        "dies": random.uniform(0.2, 2.0),
        "threads": random.choice((0, 1, 3)),
        "burst": 400 if tight else 10,
        "pause": 0.02 if tight else 0.01,
        "alarm": random.choice((0, 0, 0.003, 0.02)),
        "warm": random.random() < 0.9,
        "late": random.random() < 0.2,
        "fails": random.random() < 0.3,
        "logging": random.random() < 0.5,
        "children": children,
        "seed": random.random(),
    }


def _child(random, depth):
    return _process(random, depth) | {
        "kind": random.choice(KINDS),
        "after": random.uniform(0.0, 0.4),
    }


def _told(process):
    """A process and its children in a few letters."""
    children = ", ".join(f"{child['kind']} {_told(child)}" for child in process["children"])
    marks = "".join(
        mark
        for mark, is_so in (
            (f" {process['threads']}t", process["threads"]),
            (" alarm", process["alarm"]),
            (" late", process["late"]),
            (" cold", not process["warm"]),
        )
        if is_so
    )
    return f"{process['end']}{marks}" + (f" ({children})" if children else "")
