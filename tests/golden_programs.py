"""The golden programs: where they lie, what lies beside each, and what they say that they show.

`programs/` has a folder for each chapter of the language. Beside `NAME.kumi` lie

* `NAME.json`, the input, with `NAME.expected.json` and `NAME.ops`: the values, decimals and dates as
  `"decimal 4.9"` and `"date 2024-02-29"`, and the operations; `NAME.warnings`, if there are some;
  `NAME.printed`, what `kumi run` prints, where that is the point;
* `NAME.json` with `NAME.raises`: the exception of the run;
* or `NAME.error`: what is wrong with the text itself.

Names are unique, so a program is known by its name alone. `python tests/golden_programs.py NAME …`
writes anew what comes of programs; read it before you believe it.
"""

import json
import subprocess
import sys
from pathlib import Path

import kumi

PROGRAMS = Path(__file__).parent / "programs"
PATHS = {path.stem: path for path in sorted(PROGRAMS.rglob("*.kumi"))}


def named(suffix):
    """The programs that have such a file, chapter by chapter."""
    return [name for name, path in PATHS.items() if path.with_suffix(suffix).exists()]


RUN = named(".json")
"""The programs that can be run, whether the run succeeds or not."""
VALID = [PATHS[name].read_text(encoding="utf-8") for name in RUN]


def load(name):
    return kumi.load(PATHS[name])


def beside(name, suffix):
    """The text of a file beside a program."""
    return PATHS[name].with_suffix(suffix).read_text(encoding="utf-8")


def data(name, suffix=".json"):
    return json.loads(beside(name, suffix))


def tagged(value):
    """A decimal, a date or a symbol as a text that tells which of them it is."""
    return f"{type(value).__name__.lower()} {getattr(value, 'name', value)}"


def operations(schema):
    """The titles of the operations, a block for each group that has some."""
    program = kumi.compile(schema)
    groups = [
        "\n".join(one.title for one in program.operations[group.first : group.last])
        for group in program.groups
    ]
    return "\n\n".join(group for group in groups if group) + "\n"


def warned(schema):
    """The warnings of a schema, as `kumi check` shows them; an empty text where there are none."""
    return without_folders("".join(f"{one}\n" for one in schema.check()))


def printed(name):
    """What `kumi run` prints for a program and its input, warnings of the run included."""
    command = [sys.executable, "-m", "kumi", "run", f"{name}.kumi", "--input", f"{name}.json"]
    done = subprocess.run(
        command,
        cwd=PATHS[name].parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout


def without_folders(text):
    """A message in which files stand by their names."""
    folders = {path.parent for path in PATHS.values()}
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        text = text.replace(f"{folder}/", "")
    return text.replace(str(PROGRAMS), PROGRAMS.name)


def raised(schema, given):
    """The exception of a run: its type with its note, behind the text of a TypeError, which is
    ours; or the paths of the bad inputs. None where it succeeds."""
    try:
        schema.run(given)
    except kumi.InputError as error:
        return f"InputError: {', '.join(violation.path for violation in error.violations)}"
    except Exception as error:
        notes = without_folders("".join(error.__notes__))
        told = f"{error}\n{notes}" if isinstance(error, TypeError) else notes
        return f"{type(error).__name__}: {told}"
    return None


def wrong(name):
    """What is wrong with a text, as a user reads it; None where nothing is."""
    try:
        load(name)
    except kumi.SchemaError as error:
        return without_folders(str(error))
    return None


# -- what comes of a program, written anew


def _write(name):
    path = PATHS[name]
    if not path.with_suffix(".json").exists():
        path.with_suffix(".error").write_text(f"{wrong(name)}\n", encoding="utf-8")
        return
    schema = load(name)
    told = raised(schema, data(name))
    if told is not None:
        path.with_suffix(".raises").write_text(f"{told}\n", encoding="utf-8")
        return
    values = schema.run(data(name)).to_dict()
    shown = [f"  {json.dumps(key)}: {_shown(value)}" for key, value in values.items()]
    path.with_suffix(".expected.json").write_text("{\n" + ",\n".join(shown) + "\n}\n", "utf-8")
    path.with_suffix(".ops").write_text(operations(schema), encoding="utf-8")
    if warned(schema):
        path.with_suffix(".warnings").write_text(warned(schema), encoding="utf-8")
    if path.with_suffix(".printed").exists():
        path.with_suffix(".printed").write_text(printed(name), encoding="utf-8")


def _shown(value):
    return json.dumps(value, default=tagged, ensure_ascii=False)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        _write(each)
