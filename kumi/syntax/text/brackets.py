"""What may stand between two brackets, and the node that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from kumi.syntax.nodes import Call, Object, Tuple
from kumi.syntax.text.literals import option, string

if TYPE_CHECKING:
    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode, LiteralValue
    from kumi.syntax.text.cursor import Cursor
    from kumi.syntax.text.lexer import Token


class Operator(NamedTuple):
    """A pending operator: `level` is how tightly it binds, `function` what it calls."""

    level: int
    function: str
    token: Token


class Parsed(NamedTuple):
    """An expression that was parsed, and the offsets of its text, brackets included.

    `operator` is the one that made it, None where brackets are around it or it is a primary.
    """

    node: ExprNode
    start: int
    end: int
    operator: Operator | None = None


class Bracket:
    """An open bracket: operands and operators pending in it, and the elements that are finished.

    An object of this class itself is the outermost: the whole expression, which no bracket closes.
    """

    __slots__ = ("elements", "opened", "operands", "operators")

    closer: ClassVar[str] = ""

    def __init__(self, opened: Token) -> None:
        self.opened = opened
        self.operands: list[Parsed] = []
        self.operators: list[Operator] = []
        self.elements: list[ExprNode] = []

    @property
    def start(self) -> int:
        """The offset where its node begins."""
        return self.opened.start

    def begin(self, cursor: Cursor) -> bool:  # noqa: ARG002 - subclasses read a key here
        """Before an element: read what leads it; True where the bracket must close instead."""
        return False

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """The node that it stands for, with the place from where it begins to offset `end`."""
        raise NotImplementedError


class Parentheses(Bracket):
    """`( e )`."""

    __slots__ = ()

    closer = ")"

    def build(self, cursor: Cursor, end: int) -> ExprNode:  # noqa: ARG002 - it keeps its own place
        """The expression itself: parentheses leave no trace."""
        return self.elements[0]


class Index(Bracket):
    """`e[ i ]`."""

    closer = "]"

    def __init__(self, opened: Token, indexed: Parsed) -> None:
        super().__init__(opened)
        self._indexed = indexed

    @property
    def start(self) -> int:
        """The offset where the indexed expression begins."""
        return self._indexed.start

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """A call of `at`."""
        return Call(cursor.place(self.start, end), "at", (self._indexed.node, self.elements[0]))


class Items(Bracket):
    """`[ e, … ]`; may be empty and may end in a comma."""

    closer = "]"

    def begin(self, cursor: Cursor) -> bool:
        """A tuple may close before any element."""
        return cursor.token.text == self.closer

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """A tuple of the elements."""
        return Tuple(cursor.place(self.start, end), tuple(self.elements))


class Arguments(Bracket):
    """`fn(:name, e, …, option: literal)` and `select( e, … )`."""

    closer = ")"

    def __init__(self, opened: Token, function: str) -> None:
        super().__init__(opened)
        self._function = function
        self._options: list[tuple[str, LiteralValue]] = []
        self._places: list[Place] = []

    def begin(self, cursor: Cursor) -> bool:
        """Options come last: after one, another follows or the call closes."""
        while cursor.token.kind == "label":
            label = cursor.advance()
            value = option(cursor, label.text[:-1])
            self._options.append((label.text[:-1], value))
            self._places.append(cursor.place(label.start, cursor.previous.end))
            if not cursor.take(","):
                return True
        if self._options:
            raise cursor.missing("another option", "options stand behind all arguments")
        return cursor.token.text == self.closer and not self.elements

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """A call of the function."""
        place, places = cursor.place(self.start, end), tuple(self._places)
        options = tuple(self._options)
        return Call(place, self._function, tuple(self.elements), options, option_places=places)


class Keyed(Bracket):
    """Elements with keys; may be empty and may end in a comma. The last of equal keys counts."""

    def __init__(self, opened: Token) -> None:
        super().__init__(opened)
        self._keys: list[str] = []

    def begin(self, cursor: Cursor) -> bool:
        """Read the key of the next element."""
        if cursor.token.text == self.closer:
            return True
        self._keys.append(self._key(cursor))
        return False

    def fields(self) -> tuple[tuple[str, ExprNode], ...]:
        """The elements under their keys."""
        return tuple(dict(zip(self._keys, self.elements, strict=True)).items())

    def _key(self, cursor: Cursor) -> str:
        raise NotImplementedError


class Braces(Keyed):
    """`{ key: e, :key => e, "key" => e }`."""

    closer = "}"

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """An object."""
        return Object(cursor.place(self.start, end), self.fields())

    def _key(self, cursor: Cursor) -> str:
        token = cursor.token
        if token.kind not in {"label", "symbol", "string"}:
            raise cursor.missing("a key or `}`", "write `{name: expression}`")
        cursor.advance()
        if token.kind == "label":
            return token.text[:-1]
        cursor.expect("=>", f"after the key {token.text}")
        return string(token) if token.kind == "string" else token.text[1:]


class Parameters(Keyed):
    """`imported( key: e, … )`: the call of an imported declaration."""

    closer = ")"

    def __init__(self, opened: Token, imported: str, *, is_imported: bool) -> None:
        super().__init__(opened)
        self._imported = imported
        self._is_imported = is_imported

    def build(self, cursor: Cursor, end: int) -> ExprNode:
        """A call with named arguments."""
        return Call(cursor.place(self.start, end), self._imported, (), (), self.fields())

    def _key(self, cursor: Cursor) -> str:
        if cursor.token.kind != "label":
            raise cursor.missing(
                f"`name: expression` or `)` in the call of `{self._imported}`",
                f"a function is called as `fn(:{self._imported}, …)`"
                if not self._is_imported
                else f"arguments of an import have names: `{self._imported}(amount: …)`",
            )
        name = cursor.token.text[:-1]
        if name in self._keys:
            raise cursor.fault(f"another argument than `{name}`, which the call gives already")
        cursor.advance()
        return name
