"""Lines of the Ruby Kumi's profiler.

Its `ts` is when something ended, its `wall_ms` how long it took. A `ref` computes what it reads if
nobody has asked for it yet, and the operations of that have lines of their own, before its own. Our
figures add operations up, so from its time theirs is taken:

    {"decl":"subtotals","tag":"load_input","wall_ms":0.3}     0.3
    {"decl":"subtotals","tag":"load_input","wall_ms":0.1}     0.1
    {"decl":"total","tag":"ref","wall_ms":0.5,"attrs":{"name":"subtotals"}}     0.1 of its own

Were they together longer than the reference, it did not compute them, and all of its time counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.moments import moment, timestamp

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event

_UNKNOWN: Final = "UnknownSchema"
_VECTOR: Final = "__vec"  # behind the name of a declaration whose value has several cells
_MEGABYTE: Final = 1 << 20


class RubyLines:
    """The lines of a file. What was computed last, and how long, is told from the lines before."""

    def __init__(self) -> None:
        self._run: Any = None
        self._computed: list[tuple[str, float]] = []

    @staticmethod
    def claims(said: dict[str, Any]) -> bool:
        """Whether it is one of the Ruby Kumi's."""
        return "event" not in said and "ts" in said and ("tag" in said or "kind" in said)

    def events(self, said: dict[str, Any]) -> list[Event]:
        """The one event that a line says; one that nobody counts where nothing was executed."""
        kind = said.get("kind")
        if "tag" in said:
            return [self._operation(said)]
        if kind == "phase":
            return [_phase(said)]
        if kind == "mem":
            return [_memory(said)]
        return [{"event": f"ruby_{kind}"}]

    @staticmethod
    def starts() -> list[Event]:
        """Nothing: the lines name no service, and no process."""
        return []

    def _operation(self, said: dict[str, Any]) -> Event:
        declaration, tag, took = said.get("decl"), str(said["tag"]), _took(said)
        if "skipped" in str(said.get("note")):
            return {"event": "ruby_skipped"}
        if said.get("run") != self._run:
            self._run, self._computed = said.get("run"), []
        schema = said.get("schema")
        return {
            "event": "vm_operation",
            "schema": None if schema == _UNKNOWN else schema,
            "operation": "".join(word.capitalize() for word in tag.split("_")),
            "duration_ms": self._own(str(declaration), _target(said) if tag == "ref" else "", took),
            "timestamp": _began(said, took),
            "declaration": declaration,
            "index": said.get("i"),
            "rows": said.get("rows"),
        }

    def _own(self, declaration: str, read: str, took: float) -> float:
        """The time of an operation without what it computed, where it read a declaration."""
        computed = 0
        while computed < len(self._computed) and self._computed[-1 - computed][0] == read:
            computed += 1
        first = len(self._computed) - computed
        inside = sum(ms for _, ms in self._computed[first:])
        if inside <= took:
            del self._computed[first:]
        self._computed.append((declaration, took))
        return round(took - inside, 6) if inside <= took else took


def _target(said: dict[str, Any]) -> str:
    attributes = said.get("attrs")
    name = attributes.get("name") if isinstance(attributes, dict) else None
    return str(name).removesuffix(_VECTOR)


def _phase(said: dict[str, Any]) -> Event:
    """A phase; that of an analyzer's pass is called after the pass."""
    tags, took = said.get("tags"), _took(said)
    of = tags.get("pass") if isinstance(tags, dict) else None
    name = said.get("name") if of is None else f"{said.get('name')} {of}"
    return {
        "event": "phase",
        "name": name,
        "schema": None,
        "duration_ms": took,
        "timestamp": _began(said, took),
    }


def _memory(said: dict[str, Any]) -> Event:
    megabytes = said.get("rss_mb")
    resident = round(megabytes * _MEGABYTE) if isinstance(megabytes, (int, float)) else None
    named = {"event": "memory", "label": said.get("label")}
    return {**named, "rss_bytes": resident, "timestamp": said["ts"]}


def _took(said: dict[str, Any]) -> float:
    took = said.get("wall_ms")
    if isinstance(took, bool) or not isinstance(took, (int, float)):
        raise ValueError("a time is a number")  # noqa: TRY004 - a line of a file is malformed
    return took


def _began(said: dict[str, Any], took: float) -> str | None:
    ended = moment(said["ts"])
    return None if ended is None else timestamp(ended - round(took * 1e6))
