"""How a page finds room on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumi.letters import cells, shortened
from kumi.profiles.reports.document import Table
from kumi.profiles.reports.drawing import plain, wrapped

HEADING = ("schema", "target", "count", "time ms", "share", "average", "p50", "p95", "p99", "most")
FIGURES = ("2", "18.9640", "66.6 %", "9.48 ms", "7.49 ms", "11.4 ms", "11.5 ms", "12.5 ms")
TABLE = Table(
    "Declarations",
    HEADING,
    (
        ("OrderPricing", "lines.line.quantity", *FIGURES),
        ("others (12)", "", *FIGURES[:4], *[""] * 4),
    ),
    2,
)


@pytest.mark.parametrize(
    ("width", "drawn"),
    [
        (
            108,
            """\
Declarations
  schema        target               count  time ms   share  average      p50      p95      p99     most
  OrderPricing  lines.line.quantity      2  18.9640  66.6 %  9.48 ms  7.49 ms  11.4 ms  11.5 ms  12.5 ms
  others (12)                            2  18.9640  66.6 %  9.48 ms
""",
        ),
        (
            103,
            """\
Declarations
  schema        target              count  time ms   share  average      p50      p95      p99     most
  OrderPricing  lines.lin…quantity      2  18.9640  66.6 %  9.48 ms  7.49 ms  11.4 ms  11.5 ms  12.5 ms
  others (12)                           2  18.9640  66.6 %  9.48 ms
""",
        ),
        (
            80,
            """\
Declarations
  schema        target                 count  time ms    share  average
                                         p50      p95      p99     most
  OrderPricing  lines.line.quantity        2  18.9640   66.6 %  9.48 ms
                                     7.49 ms  11.4 ms  11.5 ms  12.5 ms
  others (12)                              2  18.9640   66.6 %  9.48 ms
""",
        ),
        (
            60,
            """\
Declarations
  schema        target
      count  time ms    share  average
        p50      p95      p99     most
  OrderPricing  lines.line.quantity
          2  18.9640   66.6 %  9.48 ms
    7.49 ms  11.4 ms  11.5 ms  12.5 ms
  others (12)
          2  18.9640   66.6 %  9.48 ms
""",
        ),
    ],
)
def test_names_give_way_first_and_then_figures_go_below(width, drawn):
    assert plain([TABLE], width) == drawn


names = st.text(st.sampled_from("aé.計"), max_size=90)
tables = st.lists(st.tuples(names, names), min_size=1, max_size=5).map(
    lambda rows: Table("Title", HEADING, tuple((*row, *FIGURES) for row in rows), 2)
)


@given(tables, st.integers(min_value=46, max_value=300))
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_lost(table, width):
    drawn = plain([table], width)
    assert max(map(cells, drawn.splitlines())) <= width
    assert [drawn.count(figure) for figure in FIGURES] == [
        plain([table]).count(figure) for figure in FIGURES
    ]


@given(tables)
def test_nothing_is_shortened_where_there_is_no_terminal(table):
    assert "…" not in plain([table])


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("lines.line.quantity", 19, "lines.line.quantity"),
        ("lines.line.quantity", 10, "lines…tity"),
        ("lines.line.quantity", 3, "l…y"),
        ("lines.line.quantity", 1, "…"),
        ("計算スキーマ", 12, "計算スキーマ"),
        ("計算スキーマ", 8, "計算…マ"),
    ],
)
def test_names_are_shortened_in_the_middle(text, room, shown):
    assert shortened(text, room) == shown
    assert cells(shown) <= room


@given(names, st.integers(min_value=1, max_value=100))
def test_a_shortened_name_has_its_beginning_and_its_end(text, room):
    shown = shortened(text, room)
    beginning, _, end = shown.partition("…")
    assert cells(shown) <= room
    assert shown == text or (text.startswith(beginning) and text.endswith(end))


def test_a_text_is_folded_between_words_and_a_number_keeps_its_unit():
    text = "  1. Shop.a: Map multiply takes 17.5 % of the time: 1,200 times"
    assert wrapped(text, 36) == [
        "  1. Shop.a: Map multiply takes",
        "     17.5 % of the time: 1,200 times",
    ]
    assert wrapped(text, 80) == wrapped(text, None) == [text]


def test_wide_letters_count_twice_where_a_text_is_folded():
    lines = wrapped("計算スキーマ.合計金額: Map add takes most of the time", 30)
    assert max(map(cells, lines)) <= 30
    assert " ".join(line.strip() for line in lines) == (
        "計算スキーマ.合計金額: Map add takes most of the time"
    )
