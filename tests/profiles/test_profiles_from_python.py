"""`kumi.profiles.read`: what a program gets of a profile is what the command prints."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from profile_files import declaration, operation, run, written

import kumi.profiles

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from calling import call

TABLES = ["to_arrow", "to_pandas", "to_polars"]
LIBRARIES = {"to_arrow": "pyarrow", "to_pandas": "pandas", "to_polars": "polars"}


@pytest.fixture
def file(tmp_path):
    events = [
        operation("Shop", "Map", 1000, span_id="1" * 16),
        operation("Shop", "Ref", 0),
        operation("Tax", "Map", 31, declaration="rate", error="ValueError", rows=None),
        declaration(),
        run(),
    ]
    return written(tmp_path, *events)


def columns(table):
    """A table of any library as a dict of lists, with None for null."""
    if hasattr(table, "to_pydict"):
        return table.to_pydict()
    if hasattr(table, "to_dicts"):
        return table.to_dict(as_series=False)
    return {
        name: [None if each != each else each for each in values]
        for name, values in table.to_dict("list").items()
    }


def test_the_figures_are_those_of_the_command(capsys, file):
    document = json.loads(call(capsys, "profile", file, "--json").out)
    assert kumi.profiles.read(file).to_dict() == document
    assert kumi.profiles.read(str(file)).to_dict() == document


def test_filters_are_those_of_the_command(capsys, file):
    options = ["--schema", "Tax", "--schema", "Shop", "--operation", "Map", "--min-duration", "5ns"]
    document = json.loads(call(capsys, "profile", file, "--json", *options).out)
    found = kumi.profiles.read(file, schema=["Tax", "Shop"], operation="Map", min_ns=5)
    assert found.to_dict() == document
    assert columns(found.to_arrow())["operation"] == ["Map", "Map"]
    assert kumi.profiles.read(file, declaration="rate").to_dict()["operations"] == 1


def test_several_files_are_one_profile(file):
    assert kumi.profiles.read(file, file).to_dict()["operations"] == 6
    assert kumi.profiles.read(file, file).to_polars().height == 6


@pytest.mark.parametrize("method", TABLES)
def test_operations_are_a_table(file, method):
    pytest.importorskip(LIBRARIES[method])
    found = columns(getattr(kumi.profiles.read(file), method)())
    assert [*found][:4] == ["event", "schema", "operation", "duration_ms"]
    assert found["schema"] == ["Shop", "Shop", "Tax"]
    assert found["duration_ms"] == [0.001, 0.0, 0.000031]
    assert found["span_id"] == ["1" * 16, None, None]
    assert found["rows"] == [1, 1, None]
    assert found["error"] == [None, None, "ValueError"]
    assert str(found["timestamp"][0]).startswith("2025-01-20 10:30:45.123")


@pytest.mark.parametrize("method", TABLES)
def test_a_library_that_is_missing_is_named(file, method, monkeypatch):
    library = LIBRARIES[method]
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=f"{method} needs {library}: pip install {library}"):
        getattr(kumi.profiles.read(file), method)()


def test_polars_needs_no_arrow(file, monkeypatch):
    pytest.importorskip("polars")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert kumi.profiles.read(file).to_polars().height == 3


class Page(HTMLParser):
    """The cells of all tables, and every tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data):
        if self.lasttag in {"td", "th"}:
            self.cells[-1] += data


def test_a_notebook_shows_the_summary_as_tables(file):
    page = Page(kumi.profiles.read(file)._repr_html_())
    assert page.tags == {"div", "pre", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert {"schema", "Shop", "0.0100"} <= set(page.cells)


def test_names_become_no_markup(tmp_path):
    evil = "<script>alert(1)</script>&\"'"
    path = written(tmp_path, operation(evil, function=evil, declaration=evil), run(evil))
    page = Page(kumi.profiles.read(path)._repr_html_())
    assert "script" not in page.tags
    assert evil in page.cells


def test_printing_a_profile_prints_the_summary(capsys, file):
    found = kumi.profiles.read(file)
    assert str(found) == call(capsys, "profile", file).out
    assert repr(found) == "<Profile: 3 operations, 1031 ns>"


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(kumi.profiles.UnreadableError, match="No such file"):
        kumi.profiles.read(tmp_path / "missing.jsonl")
    with pytest.raises(TypeError, match="at least one file"):
        kumi.profiles.read()


def test_a_file_may_be_called_as_standard_input_is(file, monkeypatch):
    file.rename(file.with_name("-"))
    monkeypatch.chdir(file.parent)
    assert kumi.profiles.read("-").to_dict()["operations"] == 3


def test_importing_is_light(file):
    program = f"""
import sys
import kumi.profiles
assert "kumi.profiles.breakdown" not in sys.modules
kumi.profiles.read({str(file)!r}).to_dict()
print([name for name in ("duckdb", "numpy", "opentelemetry") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_module_has_no_other_public_name():
    names = ["Profile", "UnreadableError", "read", "read_clickhouse", "read_spark"]
    assert kumi.profiles.__all__ == names
    with pytest.raises(AttributeError, match="no attribute 'write'"):
        kumi.profiles.write
