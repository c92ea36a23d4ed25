"""docs/errors.md: each wrong program runs, and its message is the one that the page shows.

`python tests/docs/test_docs_errors.py` writes the messages anew; the programs are the page's own.
"""

import json
import linecache
import re
import sys
from pathlib import Path

import pytest

import kumi
from kumi.cli.import_failure import import_failure

PAGE = Path(__file__).parent.parent.parent / "docs" / "errors.md"
CASE = re.compile(
    r"^```(?P<form>kumi|python)\n(?P<code>.*?)^```\n\n"
    r"(?:```json input\n(?P<data>.*?)^```\n\n)?"
    r"```text\n(?P<said>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
TWENTY = 20
WRITTEN_BY = (3, 11)
FILE = str(Path("rules.py").resolve())


def title(text, start):
    return re.findall(r"^## (.*)$", text[:start], re.MULTILINE)[-1]


def message(form, code, data):
    """What the author is told: as `kumi check` does, or by a run."""
    try:
        schema = kumi.loads(code, name="rules.kumi") if form == "kumi" else of_class(code)
        schema.check()
        schema.run(json.loads(data or "{}"))
    except Exception as error:
        is_ours = isinstance(error, kumi.KumiError)
        said = str(error) if is_ours else import_failure(Path("rules.py"), error)
        return said.replace("<rules.kumi>", "rules.kumi").replace(FILE, "rules.py")
    raise AssertionError(f"nothing is wrong with\n{code}")


def of_class(code):
    """The last schema of a module of this source, with lines for its places."""
    source = f"import kumi\nfrom kumi import when\n\n\n{code}"
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    names = {"__name__": "rules"}
    exec(compile(source, FILE, "exec"), names)
    is_schema = lambda one: isinstance(one, type) and issubclass(one, kumi.Schema)
    return [one for one in names.values() if is_schema(one) and one is not kumi.Schema][-1]


def as_any_python(said):
    """Without columns, carets and Python's own guesses, where another Python wrote the page."""
    if sys.version_info[:2] == WRITTEN_BY:
        return said
    said = re.sub(r"^(rules.py:\d+):\d+:", r"\1:", said, flags=re.MULTILINE)
    said = re.sub(r"\. Did you mean: '\w+'\?", "", said)
    return re.sub(r"^ +\| +\^+$", "", said, flags=re.MULTILINE)


def cases():
    text = PAGE.read_text(encoding="utf-8")
    return [(title(text, one.start()), one) for one in CASE.finditer(text)]


@pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")
@pytest.mark.parametrize(
    "case", [one for _, one in cases()], ids=[f"{name}, {one['form']}" for name, one in cases()]
)
def test_the_message_is_the_one_shown(case):
    said = message(case["form"], case["code"], case["data"])
    assert as_any_python(said) == as_any_python(case["said"].rstrip("\n"))


def test_there_are_twenty_mistakes_in_both_forms():
    forms = {}
    for name, case in cases():
        forms.setdefault(name, set()).add(case["form"])
    assert len([name for name, of in forms.items() if of == {"kumi", "python"}]) >= TWENTY
    assert not [name for name, of in forms.items() if of != {"kumi", "python"}]


def test_nothing_internal_is_shown():
    assert not re.search(r"kumi\.syntax|Formula|Traceback", PAGE.read_text(encoding="utf-8"))


def _written():
    """The page with the messages as they are now."""

    def anew(case):
        said = message(case["form"], case["code"], case["data"])
        start = case.start("said") - case.start()
        return f"{case[0][:start]}{said}\n```"

    return CASE.sub(anew, PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(_written(), encoding="utf-8")
