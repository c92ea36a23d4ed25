"""The VM: runs one program, through whichever function is bound at the moment."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from kumi import hooks
from kumi.errors import InputError
from kumi.kernels.kinds import may_be_made
from kumi.observations import Level
from kumi.vm import convention as names
from kumi.vm import failure
from kumi.vm.codegen import Generated, generate
from kumi.vm.given import unknown_inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.errors import Violation
    from kumi.ir.program import Program
    from kumi.protocols import Channel


class Machine:
    """Executes a program. `call(inputs)` is the slot that runs it, giving an `owner`.

    `declared` names every declaration of the schema, computed here or not.

    Turning recording on or off replaces the slot under a lock; a run in flight ends as it began.
    The plain function is made once and never changes, and has no trace of recording.
    """

    __slots__ = (
        "__weakref__",
        "_code",
        "_outputs",
        "_owner",
        "_plain",
        "call",
        "program",
    )

    call: Callable[[dict[str, Any]], Any]

    def __init__(self, program: Program, owner: type, declared: frozenset[str]) -> None:
        self.program = program
        self._outputs = _outputs(program, declared)
        self._owner = owner
        self._code: dict[tuple[Level, bool, bool], Generated] = {}
        self._plain: Callable[[dict[str, Any]], Any] | None = None
        with hooks.lock():
            hooks.register(self)
            self.rebind()
            if self.call == self._unrecorded:
                self.call = self._without_recording()  # made now, as a part of compiling

    def rebind(self) -> None:
        """Bind the function that the installed watcher wants, or the plain one."""
        watcher = hooks.watcher()
        channel = watcher.open(self.program) if watcher else None
        self.call = self._recorded(channel) if channel else self._plain or self._unrecorded

    def _without_recording(self) -> Callable[[dict[str, Any]], Any]:
        if self._plain is None:
            self._plain = self._function(Level.NOTHING, {})
        return self._plain

    def _unrecorded(self, given: dict[str, Any]) -> Any:
        """A run that is not recorded, of a program that was compiled for recording.

        The plain function is only generated when it is first called: most programs that stop being
        recorded do so because the process ends, and never need it. From then on it is called
        without a detour, in the slot as well as by a recorded function that does not admit a run.
        """
        plain = self._plain
        if plain is None:
            with hooks.lock():
                plain = self._without_recording()
                if self.call == self._unrecorded:
                    self.call = plain
                elif isinstance(self.call, FunctionType):
                    self.call.__globals__[names.PLAIN] = plain
        return plain(given)

    def _recorded(self, channel: Channel) -> Callable[[dict[str, Any]], Any]:
        return self._function(
            channel.level,
            {
                names.PLAIN: self._plain or self._unrecorded,
                names.ADMIT: channel.admit,
                names.KEEP: channel.keep,
                names.QUEUE: channel.queue,
                names.LIMIT: channel.limit,
                names.LEAST: channel.least,
                names.RELIEVE: channel.relieve,
            },
            channel,
        )

    def _function(
        self, level: Level, bound: dict[str, Any], channel: Channel | None = None
    ) -> Callable[[dict[str, Any]], Any]:
        generated = self._generated(level, channel)
        scope = generated.bound | bound
        scope |= {names.OWNER: self._owner, names.OUTPUTS: self._outputs, names.CHECK: self._check}
        scope[names.FAILED] = self._failure_handler(generated, level, channel)
        exec(generated.code, scope)  # noqa: S102 - our own code, nothing pasted into it
        # Taken out, because a function among its own globals refers to itself: its memory, and the
        # channel in it, would stay until the garbage collector comes.
        run = scope.pop(names.RUN)
        if channel is not None:
            channel.bound(run)
        called: Callable[[dict[str, Any]], Any] = run
        return called

    def _generated(self, level: Level, channel: Channel | None) -> Generated:
        times_cpu = channel is not None and channel.times_cpu
        trims = channel is not None and channel.least is not None
        key = level, times_cpu, trims
        if key not in self._code:
            with hooks.phase("codegen", self.program.schema):
                made = generate(self.program, level, times_cpu=times_cpu, trims=trims)
                self._code[key] = made
        return self._code[key]

    def _check(self, given: dict[str, Any], bad: list[tuple[int, Violation]]) -> None:
        unknown = unknown_inputs(given, self.program.inputs)
        bad += [(names.UNDECLARED, violation) for violation in unknown]
        if bad:
            # Once each, also where a leaf is loaded by several operations.
            first = {violation: index for index, violation in reversed(bad)}
            bad[:] = [(first.pop(each), each) for _, each in bad if each in first]
            raise InputError(self.program.schema, [violation for _, violation in bad])

    def _failure_handler(
        self, generated: Generated, level: Level, channel: Channel | None
    ) -> Callable[[BaseException, dict[str, Any]], None]:
        program, owners = self.program, generated.owners

        def failed(error: BaseException, local: dict[str, Any]) -> None:
            # The frame may keep this dict: a circle that would hold the whole input.
            del local[names.ERROR]
            where = failure.stop(program, owners, error, local)
            failure.explain(program, error, where, local)
            if channel is not None:
                channel.failed(failure.record(program, level, error, where, local))
            failure.annotate(program, error, where)

        return failed


def _outputs(program: Program, declared: frozenset[str]) -> names.OutputTable:
    places = {
        name: (position, program.result(name).result_axes)
        for position, name in enumerate(program.readable)
    }
    made = frozenset(name for name in places if may_be_made(program.result(name).kind))
    return names.OutputTable(program.outputs, places, program.axes, declared, made)
