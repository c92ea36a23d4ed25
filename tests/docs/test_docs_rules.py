"""docs/rules.md has every rule of the language with the golden programs that show it.

The rules are `programs/rules.txt`. A program names those that it shows in its first comment, behind
`Shows:`, with semicolons between, and lies in the chapter of one of them. Run this file to write the
page anew.
"""

import re
import sys
from itertools import dropwhile, groupby, takewhile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file it has no conftest above it

import pytest
from golden_programs import PATHS, PROGRAMS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").is_dir(), reason="an installed Kumi is tested, and its pages are not here"
)
PAGE = ROOT / "docs" / "rules.md"
HEAD = """# Every rule, and a program that shows it

The rules of the language, chapter by chapter, in an order in which they can be learned, each with
small programs that show it: what goes in, what comes out, or what is said of a mistake, is beside
them. [language.md](language.md) explains; this is where to look whether something is so.

A test runs every program, as text and as a class, and sees to it that no rule is without one.
"""


class Rule(NamedTuple):
    folder: str
    chapter: str
    meaning: str


def rules():
    """The rules by name, in their order."""
    found = {}
    text = (PROGRAMS / "rules.txt").read_text(encoding="utf-8")
    for block in re.split(r"(?m)^# ", text)[1:]:
        head, *lines = block.strip().split("\n")
        for line in lines:
            name, _, meaning = line.partition(": ")
            assert name not in found, name
            found[name] = Rule(*head.split(": "), meaning)
    return found


def first_comment(path):
    """The lines of the first comment of a program."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
    for line in dropwhile(lambda line: not line, lines):
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


def shown(path):
    """What a program says that it shows."""
    _, _, names = " ".join(first_comment(path)).partition("Shows: ")
    return [name.strip() for name in names.split(";") if name.strip()]


def programs_by_rule():
    """The programs that show each rule, those first that show little else."""
    found = {name: [] for name in rules()}
    for path in PATHS.values():
        names = shown(path)
        for at, name in enumerate(names):
            found[name].append((len(names), at, path))
    return {name: [path for *_, path in sorted(there)] for name, there in found.items()}


def page():
    known, parts = programs_by_rule(), [HEAD]
    for folder, group in groupby(rules().items(), lambda one: one[1].folder):
        chapter = dict(group)
        number, title = int(folder.partition("_")[0]), next(iter(chapter.values())).chapter
        parts.append(f"\n## {number}. {title}\n\n| rule | | programs |\n|---|---|---|\n")
        for name, rule in chapter.items():
            links = " ".join(map(_link, known[name]))
            parts.append(f"| {name} | {_cell(rule.meaning)} | {links} |\n")
        paths = dict.fromkeys(path for name in chapter for path in known[name])
        parts.append("\nThe programs of this chapter, one after the other:\n\n")
        parts += [f"* {_link(p)}: {title_of(p)}\n" for p in paths if folder in p.parts]
    return "".join(parts)


def title_of(path):
    """What a program says of itself first."""
    return " ".join(takewhile(lambda line: not line.startswith("Shows:"), first_comment(path)))


def _link(path):
    return f"[{path.stem}](../{path.relative_to(ROOT).as_posix()})"


def _cell(text):
    return text.replace("|", r"\|")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_program_says_what_it_shows(path):
    known, names = rules(), shown(path)
    assert title_of(path).endswith((".", ":"))
    assert names, "its first comment says `Shows:`, and which rules of rules.txt"
    assert [name for name in names if name not in known] == []
    assert path.relative_to(PROGRAMS).parts[0] in {known[name].folder for name in names}


def test_every_rule_is_shown_by_a_program():
    assert [name for name, paths in programs_by_rule().items() if not paths] == []


def test_the_page_has_all_of_them():
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
