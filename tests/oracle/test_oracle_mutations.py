"""Texts and inputs with something wrong in them: a result, or an error of the user's, in its words.

`MUTATIONS` says how many of each are tried; they follow from one seed, so a failure is found again.
"""

import copy
import os
import random
import re
from datetime import date, datetime
from decimal import Decimal

import golden_programs as golden
import pytest
from brought_in import file_of
from random_inputs import Data
from tree_writer import written

import kumi
from kumi.errors import InputError, SchemaError
from kumi.places import Source
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

TRIES = int(os.environ.get("MUTATIONS", "300"))
SEED = int(os.environ.get("MUTATIONS_SEED", "1"))
TEXTS = dict(zip(golden.RUN, golden.VALID, strict=True))
MORNING = datetime(2024, 2, 29, 1)  # noqa: DTZ001 - users have such, too
TOKEN = re.compile(r"\s+|\w+|\S")
WORDS = """schema do end input value let trait codegen on on_any on_none base fn ( ) [ ] { } , . ..
... => + - * ** / % < <= == != & | 0 1 -1 2.5 0.0 100_000_000_000_000_000_000 "y" "2024-02-29" true
false null Float::INFINITY integer float decimal string boolean date any array hash null: domain:
index: mode: :half_up :floor ends: :up_to default: date("2024-02-29") to_decimal( to_string( select(
shift( roll( cross( outer( fn(:round, fn(:round_to, fn(:lookup, fn(:bracket, fn(:sum, fn(:mean,
fn(:min, fn(:in, fn(:min_of, fn(:add_days, fn(:year, fn(:coalesce, fn(:is_null, fn(:clamp, fn(:at,
fn(:floor, fn(:array_size, fn(:join, fn(:sum_if, fn(:days_between,""".split()  # noqa: SIM905 - words are read as words
VALUES = [
    *(None, True, False, 0, 1, -1, 2**63, 10**400, 0.0, -0.0, 0.1, 1e300, float("nan")),
    *(float("inf"), Decimal("0.10"), Decimal("NaN"), Decimal("-Infinity"), Decimal("1e-7")),
    *(Decimal("1E400"), Decimal("-0"), Decimal("1E+20000"), "", "1.5", "1e400", "abc", "NaN"),
    *("2024-02-29", "2023-02-29", "0001-01-01", date(2024, 2, 29), MORNING),
    *(b"1", 1j, [], {}, [[]], [None], {"k": None}, (1, 2), {1, 2}, object()),
]
INTERNAL = re.compile(
    r"NoneType|numpy|ufunc|dtype|not supported between|unhashable|has no attribute|object is not"
    r"|unsupported operand|decimal\.[A-Z]|Traceback|Column|C long|argument must|setting an array|broadcast"
)
RAISED = (ArithmeticError, ValueError, TypeError)

pytestmark = pytest.mark.filterwarnings("error", "ignore::kumi.SchemaWarning")


def mutated_text(rnd, text):
    """A text with some of its words changed."""
    words = TOKEN.findall(text)
    for _ in range(rnd.choice([1, 1, 1, 2, 4])):
        at, other = rnd.randrange(len(words)), rnd.randrange(len(words))
        words[at] = rnd.choice(
            ["", words[other], rnd.choice(WORDS), words[at] + " " + rnd.choice(WORDS) + " "]
        )
    return "".join(words)


def check_error(error, story):
    """What a run may raise: of a known kind, in words that are not Python's or NumPy's."""
    assert isinstance(error, RAISED), (error, story)
    assert str(error), story
    assert not INTERNAL.search(str(error)), (error, story)
    assert isinstance(error, InputError) or error.__notes__, (error, story)


def check_run(schema, data, story):
    try:
        schema.run(data).to_dict()
    except Exception as error:
        check_error(error, story)


def compiled(text):
    """The tree and the schema of a text, or what is wrong with it."""
    try:
        return parse(Source("mutated.kumi", text), "Mutated"), kumi.loads(text, name="Mutated")
    except SchemaError as error:
        return None, "\n".join(one.message for one in error.errors)


def test_a_mutated_text_is_refused_or_runs():
    rnd = random.Random(SEED)
    for _ in range(TRIES):
        text = mutated_text(rnd, TEXTS[rnd.choice([*TEXTS])])
        tree, schema = compiled(text)
        if tree is None:
            assert not INTERNAL.search(schema), text
            continue
        again = parse(Source("mutated.kumi", written(tree)), "Mutated")
        assert outline(again) == outline(tree), text
        data = Data(rnd).of(tree.inputs)
        check_run(schema, data, (text, data))


IMPORTERS = [name for name, text in TEXTS.items() if "import :" in text]


def files_of(name):
    """The texts of a program and of what it imports, by path."""
    found, todo = {}, [golden.PATHS[name]]
    while todo:
        path = todo.pop()
        if path not in found:
            found[path] = path.read_text(encoding="utf-8")
            imports = parse(Source(str(path), found[path]), "Whole").imports
            todo += [path.parent / file_of(one.module) for one in imports]
    return found


def write_mutated(rnd, files, folder, into):
    """Some of the files changed, one of them at least, and each below another folder."""
    texts = {into / path.relative_to(folder): text for path, text in files.items()}
    for path in rnd.sample([*texts], rnd.randint(1, len(texts))):
        texts[path] = mutated_text(rnd, texts[path])
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return texts


def test_a_mutated_import_is_refused_or_runs(tmp_path):
    rnd = random.Random(SEED)
    files = {name: files_of(name) for name in IMPORTERS}
    for _ in range(TRIES):
        name = rnd.choice(IMPORTERS)
        path = golden.PATHS[name]
        texts = write_mutated(rnd, files[name], path.parent, tmp_path)
        try:
            schema = kumi.load(tmp_path / path.name)
        except SchemaError as error:
            said = "\n".join(one.message for one in error.errors)
            assert said, texts
            assert not INTERNAL.search(said), (said, texts)
            continue
        for data in (golden.data(name), Data(rnd).of(schema._tree().inputs)):
            check_run(schema, data, (texts, data))


def places(value, found):
    """Every place in a value: the dict or list, and the key or index in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        found.append((value, key))
        if isinstance(item, dict | list):
            places(item, found)
    return found


def mutated_input(rnd, data):
    """Some of an input lost, misnamed, repeated, in another's place, or of another kind."""
    data = copy.deepcopy(data)
    for _ in range(rnd.choice([1, 1, 2, 4])):
        found = places(data, [])
        if found:
            mutate(rnd, *rnd.choice(found), found)
    return data


def mutate(rnd, holder, key, found):
    match rnd.randint(0, 5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        case 2 if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        case 3:
            other, there = rnd.choice(found)
            holder[key] = copy.deepcopy(other[there])
        case _:
            holder[key] = copy.deepcopy(rnd.choice(VALUES))


def test_a_mutated_input_is_refused_or_runs():
    rnd = random.Random(SEED)
    schemas = {name: golden.load(name) for name in TEXTS}
    inputs = {name: golden.data(name) for name in TEXTS}
    for _ in range(TRIES):
        name = rnd.choice([*TEXTS])
        given = mutated_input(rnd, inputs[name])
        before = repr(given)
        check_run(schemas[name], given, (name, given))
        assert repr(given) == before
