"""A whole file: imports, the input block, the declarations."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from kumi.errors import SchemaError
from kumi.syntax.nodes import Declaration, Gaps, Import, SchemaTree
from kumi.syntax.text.cascades import cascade
from kumi.syntax.text.cursor import CASE_WORDS, DECLARATION_WORDS, WORDS_OF_OTHERS, Cursor, Fault
from kumi.syntax.text.expressions import expression
from kumi.syntax.text.input_block import INPUT_WORDS, inputs

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from kumi.errors import Problem
    from kumi.places import Source
    from kumi.syntax.nodes import Cascade, DeclarationKind, ExprNode, Input
    from kumi.syntax.text.lexer import Token

_WORDS = DECLARATION_WORDS | {"input", "end"}
_STRAY = {
    ".": "only `input` has fields: `input.name`",
    ",": "a declaration has one expression",
    "(": "a function is called as `fn(:name, …)`",
    **dict.fromkeys(CASE_WORDS, "`on` and `base` belong between `do` and `end`"),
}


class TextError(SchemaError):
    """A text that is no schema, with what could be read of it: `tree` has no part that is wrong."""

    def __init__(self, errors: Iterable[Problem], tree: SchemaTree, gaps: Gaps) -> None:
        super().__init__(errors)
        self.tree = tree
        self.gaps = gaps


def parse(source: Source, name: str) -> SchemaTree:
    """The tree of the schema in `source`, which holds its text; `name` is the schema's.

    Raises TextError with every mistake found, one a declaration or line of a cascade.
    """
    cursor = Cursor(source, source.text or "")
    file = _File(cursor)
    schema = file.read(name)
    if cursor.problems:
        raise TextError(cursor.problems, schema, file.gaps)
    return schema


def schema_name(path: str | os.PathLike[str]) -> str:
    """What the schema of a file is called: `us_tax_2024.kumi` holds `UsTax2024`."""
    words = re.findall(r"[^\W_]+", PurePath(path).stem)
    return "".join(word[0].upper() + word[1:] for word in words) or "Schema"


class _File:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._imports: list[Import] = []
        self._inputs: tuple[Input, ...] | None = None
        self._declarations: list[Declaration] = []
        self._imported: set[str] = set()
        self._begun = 0  # the offset of the last declaration, whether it could be read or not
        self._starts: list[int] = []  # the offsets of those that could
        self._all_named = True
        self._lacks_imports = False
        self._has_inputs = False
        """Whether there is an input block without a mistake."""
        self._ended: int | None = None  # the line of the last `end`; 0 where more followed it

    def read(self, name: str) -> SchemaTree:
        cursor = self._cursor
        while cursor.token.text == "import":
            self._import_or_fault()
        opened = cursor.token
        self._header()
        while cursor.token.kind != "eof":
            self._next()
        self._check_whole(opened)
        place, given = cursor.here(opened), (self._inputs or ()) if self._has_inputs else ()
        return SchemaTree(
            name, cursor.source, place, given, tuple(self._declarations), tuple(self._imports)
        )

    @property
    def gaps(self) -> Gaps:
        """What could not be read."""
        lost = self._cursor.lost
        lacks_imports = self._lacks_imports or "import" in lost
        return Gaps(lost, not self._has_inputs, not self._all_named, lacks_imports)

    def _header(self) -> None:
        """`schema do`; where it is wrong, go on behind its `do`, or at what it should contain."""
        cursor, start = self._cursor, self._cursor.token.start
        if not cursor.take("schema"):
            cursor.report(cursor.fault("`schema` to begin the file", "write `schema do … end`"))
            while not (self._starts_item() or cursor.token.kind == "eof" or cursor.take("do")):
                cursor.advance()
            cursor.lose(start)
        elif not cursor.take("do"):
            cursor.report(cursor.missing("`do` after `schema`"))

    def _check_whole(self, opened: Token) -> None:
        cursor = self._cursor
        if opened.text != "schema":
            return  # the missing header was reported, and explains a missing `end` or input block
        if self._ended is None and not cursor.skipped_end:
            line = cursor.line_of(opened)
            cursor.report(cursor.fault(f"`end` to close the `schema do` of line {line}"))
        if self._inputs is None:
            hint = "write `input do … end` first, empty if there are none"
            cursor.report(cursor.refuse(opened, "the schema has no input block", hint))

    def _starts_item(self) -> bool:
        token, following = self._cursor.token, self._cursor.following
        if token.text in {"schema", "input"}:
            return following.text == "do"
        return self._cursor.starts_declaration() or self._cursor.starts_named()

    def _next(self) -> None:
        """Read an item. Where it makes no sense, what stands before it may have been cut short."""
        cursor, faults = self._cursor, self._cursor.faults
        same_line = cursor.line_of(cursor.token) == cursor.line_of(cursor.previous)
        goes_on = same_line or not (cursor.starts_declaration() or self._starts_item())
        is_input = cursor.token.text in INPUT_WORDS or (goes_on and not self._begun)
        last, is_import = self._begun, cursor.token.text == "import"
        cursor.attempt(self._item, self._starts_item)
        if faults == cursor.faults:
            return
        self._lacks_imports |= is_import or not self._begun
        if is_input:
            self._has_inputs = False
        if goes_on and self._declarations and self._starts[-1] == last:
            self._declarations.pop()
            cursor.lose(self._starts.pop())

    def _item(self) -> None:
        token = self._cursor.token
        if self._ended:
            self._reopen(self._ended)
        if token.text in DECLARATION_WORDS:
            self._declaration()
        elif token.text == "input" and self._cursor.following.text != ".":
            faults, self._has_inputs = self._cursor.faults, False
            self._input_block()
            self._has_inputs = faults == self._cursor.faults
        elif token.text == "end":
            self._end(self._cursor.advance())
        elif token.text == "import":
            self._import()
        elif token.text == "codegen":
            self._codegen()
        elif token.text in INPUT_WORDS and not self._inputs:
            self._headless_inputs()
        elif self._inputs is None and token.kind == "word" and self._cursor.following.text == "do":
            self._misspelt_inputs()
        else:
            raise self._unexpected()

    def _unexpected(self) -> Fault:
        cursor, text = self._cursor, self._cursor.token.text
        if text == "schema":
            return cursor.refuse(cursor.token, "a file has one schema", "move it to its own file")
        expected = "a declaration or `end`"
        if self._declarations:
            expected = f"an operator, {expected}"
        if text in _STRAY | WORDS_OF_OTHERS:
            return cursor.fault(expected, (_STRAY | WORDS_OF_OTHERS)[text])
        return cursor.misspelt(expected, _WORDS)

    def _end(self, token: Token) -> None:
        if self._ended is None:
            self._ended = self._cursor.line_of(token)

    def _reopen(self, line: int) -> None:
        """Something follows the last `end`: say so once, and read on for other mistakes."""
        cursor = self._cursor
        hint = f"the schema ended on line {line}: is there one `end` too many?"
        cursor.report(cursor.fault("the end of the file", hint))
        self._ended = 0
        self._has_inputs &= bool(self._begun)  # the one too many may stand among them

    def _import_or_fault(self) -> None:
        faults = self._cursor.faults
        self._cursor.attempt(self._import, self._starts_item)
        self._lacks_imports |= faults != self._cursor.faults

    def _import(self) -> None:
        cursor = self._cursor
        word = cursor.advance()
        if self._inputs is not None or self._declarations:
            raise cursor.refuse(word, "imports stand before the input block")
        names = [self._imported_name()]
        while cursor.take(","):
            if cursor.token.text == "from:":
                break
            names.append(self._imported_name())
        else:
            if cursor.token.text == "from:":
                raise cursor.missing("`,` before `from:`")
        cursor.expect("from:", "and the schema's name", "write `import :tax, from: Shared::Tax`")
        if cursor.token.kind not in {"constant", "word"}:
            raise cursor.missing("a schema's name such as `Shared::Tax`")
        module = cursor.advance()
        place = cursor.place(word.start, module.end)
        self._imports.append(Import(place, tuple(names), module.text))
        self._imported.update(names)

    def _imported_name(self) -> str:
        if self._cursor.token.kind != "symbol":
            raise self._cursor.missing("a declaration's name such as `:tax`")
        return self._cursor.advance().text[1:]

    def _codegen(self) -> None:
        """A hint to other implementations, without effect here."""
        cursor = self._cursor
        cursor.advance()
        cursor.expect("streaming:", "after `codegen`")
        if cursor.token.text not in {"true", "false"}:
            raise cursor.missing("`true` or `false`")
        cursor.advance()

    def _input_block(self) -> None:
        cursor = self._cursor
        word = cursor.advance()
        late, second = bool(self._declarations), self._inputs is not None
        given, self._inputs = self._inputs or (), ()
        self._opened_inputs()
        self._inputs = given + inputs(cursor, word)
        if second:
            raise cursor.refuse(word, "a second input block", "put all inputs into one")
        if late:
            raise cursor.refuse(word, "the input block stands before the declarations")

    def _headless_inputs(self) -> None:
        """Inputs whose `input do` is missing or spoilt: say so once, and read them up to `end`."""
        cursor, first = self._cursor, self._cursor.token
        cursor.report(cursor.fault("a declaration or `end`", "inputs stand in `input do … end`"))
        self._inputs = inputs(cursor, first)

    def _misspelt_inputs(self) -> None:
        """`inputs do`: the only block that can stand here is that of the inputs."""
        cursor = self._cursor
        cursor.report(cursor.misspelt("`input do`", _WORDS))
        word = cursor.advance()
        cursor.advance()
        self._inputs = inputs(cursor, word)

    def _opened_inputs(self) -> None:
        """The `do` of the input block; where only that is missing, its inputs are read as well."""
        cursor = self._cursor
        if not cursor.take("do"):
            missing = cursor.missing("`do` after `input`")
            if not cursor.starts_named():
                raise missing
            cursor.report(missing)

    def _declaration(self) -> None:
        cursor, faults = self._cursor, self._cursor.faults
        word = cursor.advance()
        self._begun = word.start
        if cursor.token.kind != "symbol":
            self._all_named &= cursor.token.kind == "word"
            raise cursor.missing(
                "a name such as `:total`", f"write `{word.text} :name, expression`"
            )
        name = cursor.advance()
        kind = cast("DeclarationKind", word.text)
        body = self._body(word, name)
        if faults != cursor.faults:
            cursor.lose(word.start)
            return
        self._starts.append(word.start)
        self._declarations.append(Declaration(cursor.here(name), kind, name.text[1:], body))

    def _body(self, word: Token, name: Token) -> ExprNode | Cascade:
        cursor = self._cursor
        if cursor.take(","):
            return expression(cursor, self._imported)
        hint = f"write `{word.text} {name.text}, expression`"
        if word.text == "trait":
            raise cursor.missing(f"`,` after `{name.text}`", hint)
        if not cursor.take("do"):
            missing = cursor.missing(f"`,` or `do` after `{name.text}`", hint)
            if not cursor.starts_case():
                raise missing
            cursor.report(missing)
        return cascade(cursor, name, self._imported)
