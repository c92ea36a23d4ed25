"""The statements of `sql/` in the SQL of other engines.

They are written once, for DuckDB, and sqlglot translates them. What it cannot translate is said in
plainer words before:

    FROM chosen($kind, ...)             FROM (SELECT ... WHERE kind = 'vm_run' ...)
    sum(calls) OVER (w ORDER BY ns)     sum(calls) OVER (PARTITION BY name ORDER BY ns)
    SELECT *                            SELECT alike.name, alike.ns, alike.calls

and what an engine has no word for in common with others stands in OWN_WORDS. No percentile is among
these: figures are made from counts, by comparing integers, so that no engine computes one in a way
of its own (see `kumi.profiles.engine.Tally`).

DuckDB keeps names as the texts of JSON, quotes and all; elsewhere they are plain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.simplify import simplify

from kumi.profiles.figure_rows import ranks

if TYPE_CHECKING:
    from collections.abc import Callable

Parameters = Mapping[str, object]
_DUCKDB: Final = "duckdb"
_COUNTED: Final = "counted"
_CLOCK_COSTS: Final = "clock_costs"


class _Setup(NamedTuple):
    """Macros of `setup.sql` and `chosen.sql`, and the columns of their tables with their types."""

    macros: dict[str, exp.Create]
    tables: dict[str, dict[str, str]]


class CountedTable(NamedTuple):
    """The table `counted` of `sql/setup.sql`, as it is there: in which SQL, and called what."""

    dialect: str
    name: str


def statement(
    name: str,
    of: CountedTable,
    keys: tuple[str, ...],
    parameters: Parameters,
    *,
    passes: str,
    costs: Mapping[str, int],
) -> str:
    """The statement `sql/{name}.sql` in a dialect of OWN_WORDS or DuckDB's own, of a table there.

    `passes` is what has to hold of events, in DuckDB's words; `costs` are what is taken out of
    operations, in nanoseconds by process.
    """
    columns = ", ".join(f'"{key}"' for key in keys)
    found = sqlglot.parse_one(_text(name).format(keys=columns, **ranks()), read=_DUCKDB)
    filtered = _filtered(_expanded(found, parameters), passes)
    expanded = _with_windows(_with_costs(filtered, costs).transform(_plain))
    schema: dict[str, object] = dict(_setup().tables)
    named = qualify(simplify(expanded, dialect=_DUCKDB), schema=schema, dialect=_DUCKDB)
    for table in named.find_all(exp.Table):
        if table.name == _COUNTED:
            table.set("this", exp.to_identifier(of.name))
    own = OWN_WORDS.get(of.dialect)
    return str((named.transform(own) if own else named).sql(of.dialect, comments=False))


@cache
def _setup() -> _Setup:
    found = _Setup({}, {})
    for each in sqlglot.parse(f"{_text('setup')}\n{_text('chosen')}", read=_DUCKDB):
        if isinstance(each, exp.Create) and each.kind == "TABLE":
            columns = {column.name: column.kind.sql(_DUCKDB) for column in each.this.expressions}
            found.tables[each.this.this.name] = columns
        elif isinstance(each, exp.Create):
            found.macros[each.this.this.name] = each
    return found


def _text(name: str) -> str:
    return files("kumi.profiles").joinpath("sql", f"{name}.sql").read_text("utf-8")


def _expanded(query: exp.Expr, parameters: Parameters) -> exp.Expr:
    """The query with the bodies of the macros that it reads from, and parameters in them."""
    for table in list(query.find_all(exp.Table)):
        macro = _setup().macros.get(table.this.name)
        if macro:
            names = [parameter.name for parameter in macro.this.expressions]
            given = [_literal(parameters[each.name]) for each in table.this.expressions]
            body = _filled(macro.expression, dict(zip(names, given, strict=True)))
            table.replace(exp.Subquery(this=body, alias=exp.to_identifier(table.this.name)))
    return query


def _filtered(query: exp.Expr, passes: str) -> exp.Expr:
    """The query with a condition on what it reads of the table `counted`."""
    for table in list(query.find_all(exp.Table)):
        select = table.find_ancestor(exp.Select)
        if table.name == _COUNTED and select is not None:
            select.where(passes, dialect=_DUCKDB, copy=False)
    return query


def _filled(body: exp.Expr, given: dict[str, exp.Expr]) -> exp.Expr:
    def fill(node: exp.Expr) -> exp.Expr:
        is_given = isinstance(node, exp.Column) and not node.table and node.name in given
        return given[node.name].copy() if is_given else node

    return body.copy().transform(fill)


def _literal(value: object) -> exp.Expr:
    return exp.convert(list(value) if isinstance(value, tuple) else value)


def _with_costs(query: exp.Expr, costs: Mapping[str, int]) -> exp.Expr:
    """The query with the costs as rows in it, in place of a table."""
    rows = [f"SELECT {_quoted(process)}, {cost}::BIGINT" for process, cost in costs.items()]
    rows.insert(0, "SELECT NULL::VARCHAR AS of_process, 0::BIGINT AS cost")
    table = sqlglot.parse_one(" UNION ALL ".join(rows), read=_DUCKDB)
    for each in list(query.find_all(exp.Table)):
        if each.name == _CLOCK_COSTS:
            each.replace(exp.Subquery(this=table.copy(), alias=exp.to_identifier(_CLOCK_COSTS)))
    return query


def _quoted(text: str) -> str:
    return exp.Literal.string(text).sql(_DUCKDB)


def _plain(node: exp.Expr) -> exp.Expr:
    """A name without the quotes of JSON."""
    if isinstance(node, exp.Literal) and node.is_string and node.name.startswith('"'):
        return exp.Literal.string(json.loads(node.name))
    return node


def _with_windows(query: exp.Expr) -> exp.Expr:
    """The query with what its named windows say where they are used."""
    for select in query.find_all(exp.Select):
        named = {window.name: window for window in select.args.pop("windows", None) or ()}
        for window in select.find_all(exp.Window) if named else ():
            if window.alias in named:
                parts = named[window.alias].args["partition_by"]
                window.set("partition_by", [part.copy() for part in parts])
                window.set("alias", None)
    return query


def _spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.DataType) and node.is_type(exp.DType.INT128):
        return exp.DataType.build("DECIMAL(38, 0)")
    if longest := _longest(node):
        fields = ", ".join(column.sql("spark") for column in longest.columns)
        kept = f"collect_list(struct({fields})) FILTER (WHERE {longest.where.sql('spark')})"
        return _call(f"slice(sort_array({kept}, FALSE), 1, {longest.most})", "spark")
    return node


def _clickhouse(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.IgnoreNulls):
        return exp.AnyValue(this=node.this.this)
    if isinstance(node, exp.IntDiv):
        return exp.Anonymous(this="intDiv", expressions=[node.this, node.expression])
    if longest := _longest(node):
        fields = ", ".join(column.sql("clickhouse") for column in longest.columns)
        kept = f"groupArrayIf(tuple({fields}), {longest.where.sql('clickhouse')})"
        return _call(f"arraySlice(arrayReverseSort({kept}), 1, {longest.most})", "clickhouse")
    return node


OWN_WORDS: Final[dict[str, Callable[[exp.Expr], exp.Expr]]] = {
    "spark": _spark,
    "clickhouse": _clickhouse,
}
"""What each engine says in its own way: large integers, and which readings are the longest."""


class _Longest(NamedTuple):
    """These columns of the rows where a condition holds; so many, the largest first."""

    columns: list[exp.Expr]
    where: exp.Expr
    most: int


def _longest(node: exp.Expr) -> _Longest | None:
    """What `(list({...} ORDER BY first DESC) FILTER (condition))[1:3]` asks for, if it is that."""
    filtered = node.find(exp.Filter) if isinstance(node, exp.Bracket) else None
    aggregate = filtered and filtered.this.find(exp.ArrayAgg)
    if not filtered or not aggregate:
        return None
    struct = aggregate.find(exp.Struct)
    [part] = node.expressions
    columns = [field.expression for field in struct.expressions]
    return _Longest(columns, filtered.expression.this, int(part.expression.name))


def _call(text: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=dialect)


def quoted_name(name: str, dialect: str) -> str:
    """The name of a table, which may say its database, so that it is nothing but a name.

    >>> quoted_name("otel.otel_traces", "clickhouse")
    '"otel"."otel_traces"'
    """
    parts = [exp.to_identifier(part, quoted=True) for part in name.split(".")]
    return ".".join(part.sql(dialect) for part in parts)
