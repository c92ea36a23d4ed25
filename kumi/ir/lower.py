"""From an analysed schema to a program: the fixed list of operations for some outputs."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from kumi.analysis.facts import decimal_literal
from kumi.analysis.neighbours import along, indexed
from kumi.errors import CompilerBug, did_you_mean
from kumi.ir import ops
from kumi.ir.build import Builder
from kumi.ir.desugar import DESUGARED
from kumi.ir.domains import brought
from kumi.ir.program import Group, Leaf, Program, Step
from kumi.ir.standing import standing_for
from kumi.kernels.kinds import DECIMAL, NULL
from kumi.kernels.null_rules import Nulls
from kumi.syntax.nodes import (
    Argument,
    Call,
    Cascade,
    Constant,
    InputPath,
    Name,
    Object,
    Tuple,
    children,
    distinct,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kumi.analysis.facts import Analysis, Path, Reach
    from kumi.ir.ops import Opcode
    from kumi.kernels.signatures import Function
    from kumi.syntax.nodes import Case, Declaration, ExprNode

ALONG = {"index": ops.INDEX, "shift": ops.SHIFT, "roll": ops.ROLL}
"""What goes along an array, by the function's name."""

_PAIRS = {"cross": Builder.cross, "outer": Builder.outer}

_JOINS = {"all": "and", "any": "or", "none": "or"}


def lower(analysis: Analysis, outputs: Sequence[str] | None = None) -> Program:
    """The program that computes `outputs`, by default every value and let in textual order.

    Only what they need is loaded and computed. Raises ValueError for a name that the schema does
    not declare.
    """
    wanted = _wanted(analysis, outputs)
    lowering = _Lowering(analysis)
    needed = _needed(analysis, wanted)
    lowering.load(needed)
    for declaration in needed:
        lowering.declare(declaration)
    operations = tuple(lowering.builder.operations)
    return Program(
        schema=analysis.schema.name,
        source=analysis.schema.source,
        inputs=tuple(one.name for one in analysis.schema.inputs),
        operations=operations,
        groups=tuple(lowering.groups),
        axes=tuple(dict.fromkeys(axis for operation in operations for axis in operation.axes)),
        outputs=wanted,
        made=lowering.builder.made,
        sources={
            group.origin: group.place.source
            for group in lowering.groups
            if group.origin != analysis.schema.name
        },
    )


def _wanted(analysis: Analysis, outputs: Sequence[str] | None) -> tuple[str, ...]:
    declared = {name: one for name, one in analysis.declarations.items() if one.origin is None}
    if outputs is None:
        return tuple(name for name, one in declared.items() if one.kind != "trait")
    require_declared(analysis.schema.name, declared, outputs)
    return tuple(dict.fromkeys(outputs))


def require_declared(schema: str, declared: Collection[str], names: Sequence[str]) -> None:
    """Raise ValueError for the first of `names` that a schema does not declare."""
    for name in names:
        if name not in declared:
            hint = did_you_mean(name, declared)
            raise ValueError(f"{schema} does not declare `{name}`" + (f"; {hint}" if hint else ""))


def _needed(analysis: Analysis, wanted: tuple[str, ...]) -> tuple[Declaration, ...]:
    """The declarations behind the outputs, in order of evaluation."""
    names = set(wanted)
    needed = []
    for declaration in reversed(analysis.order):
        if declaration.name in names:
            needed.append(declaration)
            found = analysis.nodes(declaration)
            names.update(node.name for node in found if isinstance(node, Name))
    return tuple(reversed(needed))


class _Lowering:
    """The state of one lowering: what was built, and where each value is to be found."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.builder = Builder()
        self.groups: list[Group] = []
        self.loaded: dict[tuple[Declaration | None, Path], int] = {}
        self.declaration: Declaration | None = None
        self.results: dict[str, int] = {}
        self.standing: dict[str, ExprNode] = {}
        """Arguments that are computed elsewhere or not at all, by the name of their declaration."""

    def load(self, needed: tuple[Declaration, ...]) -> None:
        """The group `inputs`: a LoadInput for each leaf and each declaration that reads it.

        They stand in the order of the input block. The pass `load_sharing` leaves one of a leaf.
        """
        readers = self._readers(needed)
        for path, reach in self.analysis.reaches.items():
            if path in readers:
                leaf = _leaf(reach)
                for reader in readers[path]:
                    loaded = self.builder.append(
                        ops.LOAD_INPUT, leaf.place, leaf.kind, axes=leaf.axes, leaf=leaf
                    )
                    self.loaded[reader, path] = self.loaded[None, path] = loaded
        schema = self.analysis.schema
        last = len(self.builder.operations)
        self.groups.append(Group("inputs", "input", schema.name, schema.place, 0, last))

    def _readers(
        self, needed: tuple[Declaration, ...]
    ) -> dict[Path, dict[Declaration | None, None]]:
        """Who reads which paths; of an array of which only positions are read, of its elements.

        These are nobody's: somebody has to go through them to find out how many there are.
        """
        reaches = self.analysis.reaches
        readers: dict[Path, dict[Declaration | None, None]] = {}
        positions: list[Call] = []
        for declaration in needed:
            for node in self.analysis.nodes(declaration):
                if isinstance(node, InputPath):
                    readers.setdefault(node.path, {})[declaration] = None
                elif isinstance(node, Call) and node.function == "index":
                    positions.append(node)
        for position in positions:
            (array,) = indexed(self.analysis, position)
            axes = along(array)
            if not any(reaches[path].axes[: len(axes)] == axes for path in readers):
                (element,) = array.declared.children or ()
                readers[*array.path, element.name] = {None: None}
        return readers

    def declare(self, declaration: Declaration) -> None:
        """The group of one declaration; none of an argument that takes no operation of its own."""
        standing = standing_for(self.analysis, declaration)
        if standing is not None:
            self.standing[declaration.name] = standing
            return
        self.declaration = declaration
        first = self.builder.open()
        result = self._body(declaration)
        if result < first:
            result = self._store(declaration, result)
        self.results[declaration.name] = result
        last = len(self.builder.operations)
        self.groups.append(
            Group(
                declaration.name,
                declaration.kind,
                declaration.origin or self.analysis.schema.name,
                declaration.place,
                first,
                last,
                result,
            )
        )

    def _store(self, declaration: Declaration, loaded: int) -> int:
        source = self.builder.operations[loaded]
        return self.builder.append(
            ops.STORE, declaration.place, source.kind, (loaded,), source.axes, leaf=source.leaf
        )

    def _body(self, declaration: Declaration) -> int:
        body = declaration.body
        done: dict[ExprNode, int] = {}
        if isinstance(body, Cascade):
            return self._cascade(body, done)
        for node in self.analysis.nodes(declaration):
            done[node] = self._node(node, done)
        return done[body]

    def _cascade(self, body: Cascade, done: dict[ExprNode, int]) -> int:
        """Conditions and results as written, then one Select for each case, from last to first."""
        cases = [
            (case, self._condition(body, case, done), self._result(body, case, done))
            for case in body.cases
        ]
        if body.base is not None:
            value = self._root(body, body.base, done)
        else:
            value = self.builder.constant(body.place, NULL, None)
        for case, condition, result in reversed(cases):
            value = self.builder.select(case.place, condition, result, value)
        return value

    def _condition(self, body: Cascade, case: Case, done: dict[ExprNode, int]) -> int:
        """`a and (b and c)`; `any` joins with `or`, and `none` is its negation."""
        parts = [self._root(body, condition, done) for condition in case.conditions]
        join = _JOINS[case.join]
        self.builder.written = "a condition"
        whole = reduce(
            lambda right, left: self.builder.call(case.place, join, left, right), parts[::-1]
        )
        if case.join == "none":
            whole = self.builder.call(case.place, "not", whole)
        self.builder.written = None
        return whole

    def _result(self, body: Cascade, case: Case, done: dict[ExprNode, int]) -> int:
        if case.result is None:
            raise CompilerBug("a case without a result passed the analysis")
        return self._root(body, case.result, done)

    def _root(self, body: Cascade, root: ExprNode, done: dict[ExprNode, int]) -> int:
        for node in distinct(root):
            if node not in done:
                done[node] = self._node(node, done)
        (result,) = self._operands(body, (root,), done)
        return result

    def _operands(
        self, user: ExprNode | Cascade, parts: Sequence[ExprNode], done: dict[ExprNode, int]
    ) -> tuple[int, ...]:
        """The operands as their user finds them: some have the axis of an array opened."""
        opened = self.analysis.opened.get(user, ())
        if not opened:
            return tuple([done[part] for part in parts])
        return tuple(
            [
                self.builder.outer(part.place, done[part]) if part in opened else done[part]
                for part in parts
            ]
        )

    def _node(self, node: ExprNode, done: dict[ExprNode, int]) -> int:  # noqa: PLR0911 - one a node
        match node:
            case Call():
                return self._call(node, self._operands(node, node.args, done))
            case Constant():
                return self.builder.constant(node.place, self.analysis.kinds[node], node.value)
            case InputPath():
                return self._load_of(node.path)
            case Name():
                return self._reference(node)
            case Argument():
                return self._argument(node, done[node.value])
            case Tuple():
                return self.builder.gather(node.place, *self._operands(node, node.items, done))
            case Object():
                fields = tuple(name for name, _ in node.fields)
                values = self._operands(node, children(node), done)
                return self.builder.gather(node.place, *values, fields=fields)

    def _load_of(self, path: Path) -> int:
        """The declaration's own load; of a path that is an argument of it, anybody's."""
        own = self.loaded.get((self.declaration, path))
        return self.loaded[None, path] if own is None else own

    def _argument(self, node: Argument, given: int) -> int:
        """An argument, brought to the kind of its parameter."""
        kind = self.analysis.kinds[node]
        if kind == self.builder.operations[given].kind:
            return given
        if self.analysis.nulls[node.value] is not Nulls.NEVER:  # null is passed on, brought or not
            choice = self.builder.overload("coalesce", given, given)
            return self.builder.map(node.place, choice, given, given, kind=kind)
        self.builder.written = f"the argument `{'.'.join(node.path)}`"
        brought = self.builder.call(node.place, f"to_{kind}", given)
        self.builder.written = None
        return brought

    def _reference(self, node: Name) -> int:
        standing = self.standing.get(node.name)
        if standing is not None:
            return self._node(standing, {})
        result = self.results[node.name]
        source = self.builder.operations[result]
        return self.builder.append(
            ops.REF, node.place, source.kind, (result,), source.result_axes, ref=node.name
        )

    def _call(self, node: Call, args: tuple[int, ...]) -> int:
        function = self.analysis.functions[node]
        if function.name in DESUGARED:
            self.builder.written = f"`{function.name}`"
            result = DESUGARED[function.name](self.builder, node.place, *args)
            self.builder.written = None
            return result
        if (literal := decimal_literal(node)) is not None:
            return self.builder.constant(node.place, DECIMAL, literal)
        return self._operation(node, function, args)

    def _operation(self, node: Call, function: Function, args: tuple[int, ...]) -> int:
        if function.name == "select":
            return self.builder.select(node.place, *args)
        if function.name in _PAIRS:
            return _PAIRS[function.name](self.builder, node.place, *args)
        if function.name in ALONG:
            return self._along(ALONG[function.name], node, args)
        if function.reducer:
            return self.builder.reduce(node.place, function, *args)
        options = self._options(node)
        if function.table:
            return self.builder.search(node.place, function, *args, options=options)
        kind = self.analysis.kinds[node]
        return self.builder.map(node.place, function, *args, options=options, kind=kind)

    def _along(self, opcode: Opcode, node: Call, args: tuple[int, ...]) -> int:
        kind, options = self.analysis.kinds[node], self._options(node)
        axes = self.analysis.axes[node]
        if opcode is not ops.INDEX:
            axes = self.builder.operations[args[0]].result_axes
        return self.builder.append(opcode, node.place, kind, args, axes, options=options)

    def _options(self, node: Call) -> tuple[tuple[str, object], ...]:
        return tuple(self.analysis.options.get(node, {}).items())


def _leaf(reach: Reach) -> Leaf:
    declared = reach.declared
    steps = tuple(_steps(reach))
    domain = brought(declared.domain, reach.kind)
    return Leaf(reach.path, steps, reach.axes, reach.kind, domain, declared.place)


def _steps(reach: Reach) -> list[Step]:
    """From the root: into each element of an array, and by key where a field is looked up.

    An array's only child is its element, so going there is no step of its own.
    """
    steps: list[Step] = []
    at: Reach | None = reach
    while at is not None:
        parent = at.parent
        if parent is not None and parent.declared.kind == "array":
            dotted = ".".join(parent.path)
            steps.append(Step("each", parent.declared.name, dotted, at.declared.null))
        else:
            steps.append(Step("key", at.declared.name, ".".join(at.path), at.declared.null))
        at = parent
    return steps[::-1]
