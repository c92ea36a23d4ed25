import pytest
from text_trees import hint, mistake, mistakes, problems

import kumi

SINGLE = [
    ("value :a input.x", 1, 10, "expected `,` or `do` after `:a`, found `input`"),
    ("value a, 1", 1, 7, "expected a name such as `:total`, found `a`"),
    ("value :a, x = 3", 1, 13, "a single `=` is no operator"),
    ("value :a, !x", 1, 11, "`!` is no operator"),
    ("value :a, x ? 1 : 2", 1, 13, "`?` is no operator"),
    ("value :a, 1e3", 1, 11, "`1e3` is no number"),
    ("value :a, 12abc + 1", 1, 11, "`12abc` is no number"),
    ('value :a, "abc', 1, 11, "the string has no end"),
    ("value :a, x @ y", 1, 13, "unexpected character `@`"),
    ("value :a, x\u00a0+ y", 1, 12, "unexpected character `U+00A0`"),
    ("value :a, a && b", 1, 14, "expected an expression, found `&`"),
    ("value :a, 1 +", 1, 14, "expected an expression, found `end` on line 5"),
    ("value :a, +1", 1, 11, "expected an expression, found `+`"),
    ("value :a, 1 2", 1, 13, "expected an operator, a declaration or `end`, found `2`"),
    ("value :a, b.c", 1, 12, "expected an operator, a declaration or `end`, found `.`"),
    ("value :a, (1 + 2", 1, 17, "expected `)` to close `(` on line 4, found `end` on line 5"),
    ("value :a, (1 + [2, 3)", 1, 21, "expected `,` or `]` to close `[` on line 4, found `)`"),
    ("value :a, x[]", 1, 13, "expected an expression, found `]`"),
    ("value :a, ()", 1, 12, "expected an expression, found `)`"),
    ("value :a, x[1, 2]", 1, 14, "expected `]` to close `[` on line 4, found `,`"),
    ("value :a, fn(sum, x)", 1, 14, "expected a function's name, found `sum`"),
    ("value :a, fn(:sum x)", 1, 19, "expected `,` or `)` to close `fn(` on line 4, found `x`"),
    ("value :a, input + 1", 1, 17, "expected `.` and a field after `input`, found `+`"),
    ("value :a, input.1", 1, 17, "expected a field's name after `.`, found `1`"),
    ("value :a, Math::PI", 1, 11, "unknown constant `Math::PI`"),
    ("value :a, shift(x, 1, policy: y)", 1, 31, "expected a literal for `policy:`, found `y`"),
    ("value :a, shift(x, policy: 1, 2)", 1, 31, "expected another option, found `2`"),
    ("value :a, {b 1}", 1, 12, "expected a key or `}`, found `b`"),
    ("value :a, {:b 1}", 1, 15, "expected `=>` after the key :b, found `1`"),
    ("trait :a do\n on x, 1\nend", 1, 10, "expected `,` after `:a`, found `do`"),
    ("vlaue :a, 1", 1, 1, "expected a declaration or `end`, found `vlaue`"),
    ("value :a do\n on x, 1\n onn y, 2\nend", 3, 2, "expected an `on` or `base` line, or `end`, found `onn`"),
    ("value :a do\n base 1\n base 2\nend", 3, 2, "`:a` has a second `base`"),
    ("value :a do\n base x, 2\nend", 2, 2, "`base` takes one expression"),
    ("value :a\n on x, 1\n base 2\nend", 1, 9, "expected `,` or `do` after `:a`, found `on` on line 5"),
    ("value :a do\n on x, 1\nvalue :b, 2", 3, 1, "expected `end` to close the `do` of `:a`, found `value`"),
    ("end\nvalue :b, 2", 2, 1, "expected the end of the file, found `value`"),
    ("input do\nend", 1, 1, "a second input block"),
    ("schema do\nend", 1, 1, "a file has one schema"),
    ("value :a, 1\nimport :b, from: C", 2, 1, "imports stand before the input block"),
    ("value :a, " + "9" * 5000, 1, 11, "a number of 5000 digits is too long"),
    ("value :a, not input.x", 1, 15, "expected an operator, a declaration or `end`, found `input`"),
    ("value :a, value + 1", 1, 11, "expected an expression, found `value`"),
    ("value :a, 1\non input.x, 2\nbase 1", 2, 1, "expected an operator, a declaration or `end`, found `on`"),
    ("value :a, input.\nvalue :b, 1", 1, 17, "expected a field's name after `.`, found `value` on line 5"),
    ("value :a, 1 < x < 5", 1, 11, "comparisons do not chain"),
    ("value :a, b & 1 < x == y != z", 1, 15, "comparisons do not chain"),
    ("value :é, 1", 1, 7, "a `:` stands alone"),
    ("value :a, é + 1", 1, 11, "unexpected character `é`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "message"), SINGLE)
def test_a_mistake_is_found_once_and_in_its_place(text, line, column, message):
    assert mistake(text) == (line, column, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("value :a input.x", "write `value :a, expression`"),
        ("value a, 1", "write `value :name, expression`"),
        ("vlaue :a, 1", "did you mean `value`?"),
        ("value :a, x = 3", "compare with `==`"),
        ("value :a, !x", "write `fn(:not, …)`, or `!=` to compare"),
        ("value :a, a && b", "one `&` is enough: it means and"),
        ("value :a, sum(x)", "a function is called as `fn(:sum, …)`"),
        ("value :a, b.c", "only `input` has fields: `input.name`"),
        ("value :a = 3", "write `value :a, expression`"),
        ("value :a? , 3", "a name has no `?`: write `:a`"),
        ("value :a, fn(:sum?, x)", "a name has no `?`: write `:sum`"),
        ("value :any? , x", "a name has no `?`: write `:any`"),
        ("value :a, x and y", "and is written `&`"),
        ("value :a, x or y", "or is written `|`"),
        ("value :a, not x", "not is written `fn(:not, condition)`"),
        ("value :a, if x then 1 else 2", "write `select(condition, then, else)`, or a cascade"),
        ("value :a, x ^ 2", "a power is written `**`"),
        ("value :a, .5", "a number has digits on both sides of its point: `0.5`"),
        ("value :a, 5. + 1", "a number has digits on both sides of its point: `0.5`"),
        ("value :a, input.x.sum()", "a function is called as `fn(:name, …)`"),
        ("value :a, “x”", 'write strings in straight quotes: "…"'),
        ("value :a, 1 \u2212 2", "write minus as `-`"),
        ("value :a, é + 1", "names have letters from a to z, digits and `_`"),
        ("value :a,\u200b1", "it cannot be seen: delete it, or type a blank"),
        ('value :a, "x\nvalue :b, "y"\n', "the string before it begins on line 4: has it no end?"),
        ("on x, 1", "`on` and `base` belong between `do` and `end`"),
        ("end\nvalue :b, 2", "the schema ended on line 4: is there one `end` too many?"),
    ],
)
def test_a_mistake_comes_with_the_hint_that_helps(text, expected):
    assert hint(text) == expected


INPUTS = [
    ("integr :x", "expected an input such as `float :price` or `end`, found `integr`", "did you mean `integer`?"),
    ("float price", "expected a name such as `:price`, found `price`", "write `float :name`"),
    ("float :x, index: :i", "`index:` on a float", "only arrays have one"),
    ("integer :x, index: :i", "`index:` on an integer", "only arrays have one"),
    ("float :x, domian: 1", "expected `domain:`, `index:` or `null:`, found `domian:`", "did you mean `domain`?"),
    ("float :x, null: yes", "expected `true` or `false`, found `yes`", "write `null: true` for what may be null"),
    ("array :x, null: true do\n float :y\n end", "an array is never null", "give `[]` where there is nothing"),
    ("float :x, domain: y", "expected a domain, found `y`", 'write `0..100`, `0...100`, `0..` or `["a", "b"]`'),
    ("any :x, domain: [y]", "expected a literal or `]` in the domain, found `y`", None),
    ("any :x, domain: [1 2]", "expected `,` or `]` in the domain, found `2`", None),
    ("float :x do\n float :y\n end", "a float has no fields", "only arrays and hashes have"),
    ("array :x, index: i", "expected the index's name such as `:i`, found `i`", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "help_text"), INPUTS)
def test_a_mistake_in_the_input_block(text, message, help_text):
    (only,) = problems(f"schema do\ninput do\n{text}\nstring :fine\nend\nvalue :a, 1\nend")
    assert (only.place.line, only.message, only.hint) == (3, message, help_text)


def test_inputs_nested_beyond_reason_are_refused():
    deep = "".join(f"array :a{i} do " for i in range(200)) + "float :x " + "end " * 200
    (only,) = problems(f"schema do input do {deep} end end")
    assert only.message == "inputs are nested more than 100 levels deep"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["expected `schema` to begin the file, found the end of the file"]),
        ("input do end", ["expected `schema` to begin the file, found `input`"]),
        ("shcema do input do end end", ["expected `schema` to begin the file, found `shcema`"]),
        ("schema do end", ["the schema has no input block"]),
        ("schema do inputs do float :x end value :a, input.x end", [
            "expected `input do`, found `inputs`",
        ]),
        ("schema do float :x string :y end value :a, input.x end", [
            "expected a declaration or `end`, found `float`",
        ]),
        ("schema do input float :x end value :a, input.x end", [
            "expected `do` after `input`, found `float`",
        ]),
        ("schema do input do end", [
            "expected `end` to close the `schema do` of line 1, found the end of the file",
        ]),
        ("schema do input do integer :x value :a, 1 end", [
            "expected `end` to close the `do` of `input` on line 1, found `value`",
        ]),
        ("schema do value :a, 1 input do end end", [
            "the input block stands before the declarations",
        ]),
        ("import :a, :b\nschema do input do end end", [
            "expected `from:` and the schema's name, found `schema` on line 2",
        ]),
        ("import :a from: B\nschema do input do end end", [
            "expected `,` before `from:`, found `from:`",
        ]),
        ("import :a, from: 3\nschema do input do end end", [
            "expected a schema's name such as `Shared::Tax`, found `3`",
        ]),
        ("schema do codegen streaming: 1\ninput do end end", [
            "expected `true` or `false`, found `1`",
        ]),
    ],
)  # fmt: skip
def test_mistakes_in_the_frame_of_a_file(text, messages):
    assert [problem.message for problem in problems(text)] == messages


def test_all_mistakes_are_reported_together():
    found = mistakes(
        "value :a input.x\n"
        "value :fine, 1\n"
        'value :b, "abc\n'
        "value :c, fn(:sum, x\n"
        "value :d do\n"
        "  on x, 1 +\n"
        "  on y, (2\n"
        "  base 3\n"
        "end\n"
        "vlaue :e, 1\n"
        "value :f, x = 1\n"
        "trait :g, !h\n"
    )
    assert [line for line, _, _ in found] == [1, 3, 4, 6, 7, 10, 11, 12]


def test_a_mistake_shows_its_line_with_a_caret():
    (only,) = problems("schema do\n  input do\n  end\n  value :a input.x\nend")
    assert str(only) == (
        "test.kumi:4:12: syntax error: expected `,` or `do` after `:a`, found `input`\n"
        "    4 |   value :a input.x\n"
        "      |            ^^^^^\n"
        "      = write `value :a, expression`"
    )


@pytest.mark.parametrize("before", [0, 100, 4000])
@pytest.mark.parametrize("after", [0, 100, 4000])
def test_of_an_endless_line_what_is_around_the_mistake_is_shown(before, after):
    (only,) = problems(f"schema do input do end {' ' * before}vlaue :a, 1{' ' * after} end")
    _, line, carets, *_ = str(only).split("\n")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "vlaue"
    assert len(line) < 180
    assert ("…" in line) == (before + after > 120)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 < x < 5", "compare twice: `(1 < x) & (x < 5)`"),
        ("a + 1 >= x ** 2 > b", "compare twice: `(a + 1 >= x ** 2) & (x ** 2 > b)`"),
        ("1 < 2 == true", "compare twice: `(1 < 2) & (2 == true)`"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa < x < b + 100_000_000", "compare twice: `(a < b) & (b < c)`"),
    ],
)  # fmt: skip
def test_a_chain_of_comparisons_is_told_apart(text, expected):
    assert hint(f"value :it, {text}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x // 2", "there is no `//`: the whole part of a quotient is `fn(:floor, a / b)`"),
        ("x * 20%", "20 percent is a number: `0.2`"),
        ("7.5% * x", "7.5 percent is a number: `0.075`"),
        ("x += 1", "a value is never changed: give what becomes of it a name of its own"),
        ('x in ["a"]', "one of several values is `fn(:in, x, 1, 2)`"),
    ],
)
def test_what_other_languages_have_is_told_how_to_write(text, expected):
    assert hint(f"value :it, {text}") == expected


def test_an_argument_of_an_import_is_given_once():
    text = "schema do import :tax, from: Tax input do end value :it, tax(a: 1, a: 2) end"
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.loads(text)
    told = [one.message for one in caught.value.errors]
    assert "expected another argument than `a`, which the call gives already, found `a:`" in told
