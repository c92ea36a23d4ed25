"""Expressions, by operator precedence, with a stack of open brackets instead of recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.errors import Problem
from kumi.kernels.signatures import canonical, known_names
from kumi.syntax.nodes import Call, Constant, InputPath, Name
from kumi.syntax.text.brackets import (
    Arguments,
    Braces,
    Bracket,
    Index,
    Items,
    Operator,
    Parameters,
    Parentheses,
    Parsed,
)
from kumi.syntax.text.cursor import Fault
from kumi.syntax.text.lexer import RESERVED
from kumi.syntax.text.literals import at_literal, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode
    from kumi.syntax.text.cursor import Cursor
    from kumi.syntax.text.lexer import Token

_COMPARISONS = (">", ">=", "<", "<=", "==", "!=")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("|",),
    ("&",),
    _COMPARISONS,
    ("+", "-"),
    ("*", "/", "%"),
    (),  # unary minus
    ("**",),
)
_LEVEL = {symbol: level for level, symbols in enumerate(_LEVELS, 1) for symbol in symbols}
_FUNCTION = {symbol: canonical(symbol) for symbol in _LEVEL}
_MINUS = _LEVELS.index(()) + 1
_COMPARING = _LEVELS.index(_COMPARISONS) + 1
_RIGHT_TO_LEFT = "**"
_LONG = 60

_SUGAR = frozenset(
    {"select", "shift", "roll", "cross", "outer", "index"}
    | {"to_decimal", "to_integer", "to_int", "to_float", "to_string", "to_str"}
)
_FUNCTIONS = known_names()
_OPENING: dict[str, Callable[[Token], Bracket]] = {"(": Parentheses, "[": Items, "{": Braces}

_STRAY = {
    "=>": "`=>` belongs in `{:key => expression}`",
    "&": "one `&` is enough: it means and",
    "|": "one `|` is enough: it means or",
    "+": "there is no unary plus",
    "/": "there is no `//`: the whole part of a quotient is `fn(:floor, a / b)`",
    ".": "a number has digits on both sides of its point: `0.5`",
}


def expression(cursor: Cursor, imported: Container[str]) -> ExprNode:
    """Take one expression; `imported` names what is called with keywords.

    It goes on over newlines as long as an operator or a `[` follows.
    """
    return _ExpressionReader(cursor, imported).read()


class _ExpressionReader:
    def __init__(self, cursor: Cursor, imported: Container[str]) -> None:
        self._cursor = cursor
        self._imported = imported
        self._brackets = [Bracket(cursor.token)]

    def read(self) -> ExprNode:
        """Operands and operators by turns, until outside of all brackets no operator follows."""
        while True:
            while not self._operand():
                pass
            while not self._operator():
                if len(self._brackets) == 1:
                    return self._settle().node
                if not self._next_element():
                    break

    # Where an operand must stand. Each step takes a token and says whether the operand is there.

    def _operand(self) -> bool:
        cursor, token = self._cursor, self._cursor.token
        if token.text in _OPENING:
            return self._open(_OPENING[token.text](cursor.advance()))
        if at_literal(cursor) and not self._negates_more():
            value = literal(cursor)
            return self._push(
                Constant(cursor.place(token.start, cursor.previous.end), value), token
            )
        if token.text == "-":
            self._pending.operators.append(Operator(_MINUS, "subtract", cursor.advance()))
            return False
        return self._word(token)

    def _negates_more(self) -> bool:
        """Whether a minus before a number belongs to what the number begins: `-2 ** 2` is -4."""
        return self._cursor.token.text == "-" and self._cursor.look(2).text in {"**", "["}

    def _word(self, token: Token) -> bool:
        cursor = self._cursor
        if token.text == "input":
            return self._path(cursor.advance())
        if token.text == "fn":
            return self._function(cursor.advance())
        if token.kind != "word" or token.text in RESERVED:
            raise cursor.missing("an expression", _STRAY.get(token.text) or self._unreadable(token))
        cursor.advance()
        if cursor.take("("):
            return self._open(self._called(token, token.text, plain=token.text in _SUGAR))
        return self._push(Name(cursor.here(token), token.text), token)

    def _unreadable(self, token: Token) -> str | None:
        """Why a declaration cannot be read here, where its name is a word of the language."""
        if token.text not in RESERVED - {"do", "end"} or self._is_next_item():
            return None
        return f"`{token.text}` is a word of the language: what others use needs another name"

    def _path(self, token: Token) -> bool:
        cursor = self._cursor
        steps: list[str] = []
        while not steps or cursor.token.text == ".":
            cursor.expect(".", "and a field after `input`", "write `input.name`")
            if cursor.token.kind != "word" or self._is_next_item():
                raise cursor.missing("a field's name after `.`")
            steps.append(cursor.advance().text)
        place = cursor.place(token.start, cursor.previous.end)
        return self._push(InputPath(place, tuple(steps)), token)

    def _is_next_item(self) -> bool:
        """Whether a word after a dot is no field but begins what follows, on a line of its own."""
        cursor = self._cursor
        same_line = cursor.line_of(cursor.token) == cursor.line_of(cursor.previous)
        return cursor.token.text in RESERVED and not same_line

    def _function(self, token: Token) -> bool:
        cursor = self._cursor
        cursor.expect("(", "after `fn`", "write `fn(:sum, expression)`")
        if cursor.token.kind != "symbol":
            raise cursor.missing("a function's name", "write it as `fn(:sum, expression)`")
        name = self._function_name()
        begins = cursor.take(",")
        named = name in self._imported or (name not in _FUNCTIONS and self._at_label())
        self._brackets.append(self._called(token, name, plain=not named))
        return self._begin() if begins else self._close()

    def _function_name(self) -> str:
        """A symbol's name. There alone a `?` may follow it: some functions are also called so."""
        cursor = self._cursor
        name, end = cursor.token.text[1:], cursor.advance().end
        is_asked = cursor.token.text == "?" and cursor.token.start == end
        if is_asked and canonical(f"{name}?") != f"{name}?":
            cursor.advance()
            return f"{name}?"
        return name

    def _at_label(self) -> bool:
        return self._cursor.token.kind == "label"

    def _called(self, token: Token, name: str, *, plain: bool) -> Bracket:
        if plain:
            return Arguments(token, canonical(name))
        return Parameters(token, name, is_imported=name in self._imported)

    def _open(self, bracket: Bracket) -> bool:
        self._brackets.append(bracket)
        return self._begin()

    def _begin(self) -> bool:
        return self._pending.begin(self._cursor) and self._close()

    # Where an operator may stand. False where none does.

    def _operator(self) -> bool:
        token = self._cursor.token
        if token.text == "[":
            return self._subscript(self._cursor.advance())
        if token.text not in _LEVEL:
            return False
        level = _LEVEL[token.text]
        self._apply(level + (token.text == _RIGHT_TO_LEFT))
        operator = Operator(level, _FUNCTION[token.text], self._cursor.advance())
        self._pending.operators.append(operator)
        return True

    def _subscript(self, token: Token) -> bool:
        self._open(Index(token, self._pending.operands.pop()))
        return True

    def _next_element(self) -> bool:
        """Finish the element; True where its bracket closed and an operator may follow."""
        self._pending.elements.append(self._settle().node)
        if isinstance(self._pending, Parentheses | Index) or not self._cursor.take(","):
            return self._close()
        return self._begin()

    # Building.

    @property
    def _pending(self) -> Bracket:
        return self._brackets[-1]

    def _push(self, node: ExprNode, token: Token) -> bool:
        operand = Parsed(node, token.start, self._cursor.previous.end)
        self._pending.operands.append(operand)
        return True

    def _close(self) -> bool:
        cursor, bracket = self._cursor, self._pending
        if cursor.token.text != bracket.closer:
            raise cursor.missing(self._missing(bracket))
        end = cursor.advance().end
        self._brackets.pop()
        node = bracket.build(cursor, end)
        self._pending.operands.append(Parsed(node, bracket.start, end))
        return True

    def _missing(self, bracket: Bracket) -> str:
        opened = bracket.opened
        shown = opened.text if opened.kind == "operator" else f"{opened.text}("
        comma = "" if isinstance(bracket, Parentheses | Index) else "`,` or "
        line = self._cursor.line_of(opened)
        return f"{comma}`{bracket.closer}` to close `{shown}` on line {line}"

    def _settle(self) -> Parsed:
        """The one operand that is left when every pending operator has been applied."""
        self._apply(0)
        return self._pending.operands.pop()

    def _apply(self, level: int) -> None:
        """Apply the pending operators that bind at least as tightly as `level`."""
        bracket = self._pending
        while bracket.operators and bracket.operators[-1].level >= level:
            operator = bracket.operators.pop()
            right = bracket.operands.pop()
            left = self._zero(operator) if operator.level == _MINUS else bracket.operands.pop()
            place = self._cursor.place(left.start, right.end, at=operator.token.start)
            made_by: Operator | None = operator
            if operator.level == _COMPARING and _compares(left):
                self._report_chain(place, left, operator, right)
                made_by = None  # so that a longer chain is reported once
            node = Call(place, operator.function, (left.node, right.node))
            bracket.operands.append(Parsed(node, left.start, right.end, made_by))

    def _report_chain(self, place: Place, left: Parsed, operator: Operator, right: Parsed) -> None:
        """Say that `1 < x < 5` compares no number with 5, but what `1 < x` gives."""
        shown = "a < b", "b < c"
        if right.end - left.start <= _LONG and left.operator is not None:
            one = self._cursor.shown(left.start, left.end)
            middle = self._cursor.shown(left.operator.token.end, left.end)
            other = self._cursor.shown(right.start, right.end)
            shown = one, f"{middle} {operator.token.text} {other}"
        hint = f"compare twice: `({shown[0]}) & ({shown[1]})`"
        problem = Problem("syntax", place, "comparisons do not chain", hint)
        self._cursor.report(Fault(problem))

    def _zero(self, minus: Operator) -> Parsed:
        token = minus.token
        return Parsed(Constant(self._cursor.here(token), 0), token.start, token.end)


def _compares(parsed: Parsed) -> bool:
    """Whether it is a comparison without brackets around it."""
    return parsed.operator is not None and parsed.operator.level == _COMPARING
