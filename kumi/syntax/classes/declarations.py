"""`value`, `let` and `trait`, and the base class that collects them from a class body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar, overload

from kumi.errors import Problem, SchemaError
from kumi.syntax import nodes
from kumi.syntax.classes.cascades import Cases
from kumi.syntax.classes.code_places import body_of, class_body, explained, here, users_frame
from kumi.syntax.classes.expression import Expr, Formula, T_co
from kumi.syntax.classes.operands import as_name, node_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Never

    from kumi.places import Place
    from kumi.syntax.classes.code_places import CodePlace
    from kumi.syntax.classes.records import Record

T = TypeVar("T")
R = TypeVar("R", bound="Record")
_MADE = "__kumi_made__"
_NAMED = "write the name of the input before each: `Tax.tax(amount=line.price)`"
RESERVED = frozenset({"Input", "arrow"})
"""Names that a schema needs or will need, besides the attributes of its base classes."""
YIELDING = frozenset({"keys"})
"""Names of the base classes that a declaration may take all the same."""


class Reference(nodes.Name):
    """A reference to a declaration that may not have its name yet."""

    __slots__ = ("target",)

    def __init__(self, place: Place, target: Value[Any]) -> None:
        super().__init__(place, "")
        self.target = target


class ImportCall(nodes.Call):
    """A call of a declaration of another schema, which gets its name when this one is complete."""

    __slots__ = ("target",)

    def __init__(
        self, place: Place, target: Value[Any], named: tuple[tuple[str, nodes.ExprNode], ...]
    ) -> None:
        super().__init__(place, target.name or "", (), (), named)
        self.target = target


class Value(Expr[T_co]):
    """A declaration. On the class it is an expression, on a result its value.

    One of another schema is called: `Tax.tax(amount=line.price)` is what it computes there, with
    the arguments for the inputs of that schema.
    """

    __slots__ = ("attribute", "body", "kind", "name", "owner", "place")

    def __init__(
        self,
        kind: nodes.DeclarationKind,
        name: str | None,
        body: nodes.ExprNode | nodes.Cascade | None,
        place: CodePlace,
    ) -> None:
        self.kind = kind
        self.name = name
        self.body = body
        self.place = place
        self.attribute: str | None = None
        self.owner: type | None = None

    def __set_name__(self, owner: type, attribute: str) -> None:
        """Take the first name that the class body gives; later ones are aliases."""
        if self.owner is None:
            self.owner = owner
            self.attribute = attribute
            self.name = self.name or attribute
            self.place = self.place.named(attribute)

    if TYPE_CHECKING:

        @overload
        def __get__(self, result: None, owner: type) -> Value[T_co]: ...
        @overload
        def __get__(self, result: object, owner: type) -> T_co: ...
        def __get__(self, result: object, owner: type) -> Any: ...
        def __set__(self, result: object, value: Never) -> None: ...
        def __call__(self, /, **arguments: Any) -> Expr[T_co]:
            """The declaration of another schema, computed with these inputs."""

    else:

        def __call__(self, /, *args: Any, **arguments: Any) -> Expr[T_co]:
            """The declaration of another schema, computed with these inputs."""
            if self.owner is None:
                super().__call__()  # it refuses: nothing is called in its own schema
            if args:
                raise TypeError(explained("arguments of another schema are named", _NAMED))
            place = here()
            named = tuple((name, node_of(value, place)) for name, value in arguments.items())
            return Formula(ImportCall(place, self, named))

        def __get__(self, result: Declarations | None, owner: type) -> Any:
            return self if result is None else result._value(self.name)  # noqa: SLF001 - its own class

    def __kumi_node__(self, place: Place) -> nodes.ExprNode:
        return Reference(place, self)

    def __repr__(self) -> str:
        owner = f"{self.owner.__qualname__}." if self.owner else ""
        return f"<kumi.{self.kind} {owner}{self.name}>"


def _changed(_declaration: Value[Any], _by: object) -> NoReturn:
    hint = "give what becomes of it a name of its own: `more = kumi.value(total + 1)`"
    raise TypeError(explained("a declaration is never changed", hint))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or"):
    setattr(Value, f"__i{_name}__", _changed)


@overload
def value(e: Expr[T], *, name: str | None = None) -> Value[T]: ...
@overload
def value(e: type[R], *, name: str | None = None) -> Value[R]: ...
@overload
def value(e: T, *, name: str | None = None) -> Value[T]: ...
def value(e: object, *, name: str | None = None) -> Value[Any]:
    """Declare an output. `name` is for names that Python forbids or the class needs itself."""
    return _declaration("value", e, name)


@overload
def let(e: Expr[T], *, name: str | None = None) -> Value[T]: ...
@overload
def let(e: type[R], *, name: str | None = None) -> Value[R]: ...
@overload
def let(e: T, *, name: str | None = None) -> Value[T]: ...
def let(e: object, *, name: str | None = None) -> Value[Any]:
    """Declare a step on the way to the outputs."""
    return _declaration("let", e, name)


def trait(e: Expr[bool], *, name: str | None = None) -> Value[bool]:
    """Declare a condition; it runs where an output needs it."""
    return _declaration("trait", e, name)


def ref(name: str) -> Expr[Any]:
    """A declaration by its name: one that comes later, or that Python cannot name."""
    return Formula(nodes.Name(here(), as_name(name)))


def declared(kind: nodes.DeclarationKind, name: str) -> Value[Any]:
    """A declaration of a schema that was parsed from text: its place in a class."""
    return Value(kind, name, None, here())


def _declaration(kind: nodes.DeclarationKind, e: object, name: str | None) -> Value[Any]:
    place = here()
    body = e.__kumi_cascade__() if isinstance(e, Cases) else node_of(e, place)
    made: Value[Any] = Value(kind, None if name is None else as_name(name), body, place)
    namespace = class_body()
    if namespace is not None:
        namespace.setdefault(_MADE, []).append(made)
    return made


class Declarations:
    """The base of schemas: a class body of declarations, and an `Input` record."""

    __slots__ = ()
    __kumi_declarations__: ClassVar[tuple[Value[Any], ...]] = ()
    __kumi_place__: ClassVar[CodePlace]
    __kumi_body__: ClassVar[CodeType | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__kumi_declarations__:
            raise TypeError(
                f"{cls.__name__} extends a schema that has declarations; schemas do not inherit "
                "them: extend kumi.Schema"
            )
        cls.__kumi_place__ = here()
        cls.__kumi_body__ = body_of(users_frame(), cls.__qualname__)
        found = _found(cls)
        problems = [problem for one in found for problem in _refused(cls, one)]
        if problems:
            raise SchemaError(problems)
        cls.__kumi_declarations__ = found

    if TYPE_CHECKING:

        def _value(self, name: str) -> Any:
            """The value of a declaration in a result; results have it."""


def _found(cls: type) -> tuple[Value[Any], ...]:
    """The declarations of a class body in order, those made elsewhere and only named here last.

    The list that `_declaration` kept in the namespace is removed.
    """
    made: list[Value[Any]] = vars(cls).get(_MADE, [])
    if made:
        delattr(cls, _MADE)
    bound = [one for one in vars(cls).values() if isinstance(one, Value)]
    return tuple(dict.fromkeys([*made, *bound]))


def _nameless(cls: type, one: Value[Any]) -> Problem:
    """A declaration without a name: it never had one, or another took it."""
    assigned = re.match(r"\s*(\w+)\s*=[^=]", one.place.source.line(one.place.line) or "")
    other = vars(cls).get(assigned[1]) if assigned else None
    if assigned and isinstance(other, Value) and other.place.line > one.place.line:
        name = assigned[1]
        message = f"`{name}` is declared again on line {other.place.line}"
        return Problem("semantic", one.place.named(name), message, "rename one of the two")
    hint = f"write `name = kumi.{one.kind}(...)`, each name once in a class body"
    return Problem("semantic", one.place, f"this {one.kind} has no name", hint)


def _refused(cls: type, one: Value[Any]) -> Iterator[Problem]:
    """What is wrong with a declaration's name."""
    if one.name is None:
        yield _nameless(cls, one)
    attribute = one.attribute or ""
    bases = () if attribute in YIELDING else cls.__mro__[1:]
    taken = attribute in RESERVED or any(attribute in vars(base) for base in bases)
    if taken and one.owner is cls:
        hint = f'write `{attribute}_ = kumi.{one.kind}(..., name="{attribute}")`'
        yield Problem("semantic", one.place, f"`{attribute}` is a name of the class itself", hint)
