"""docs/services.md has no command and no line of code that the table does not run."""

from service_page import COMMANDS, EXPORTED, PYTHON
from service_rows import TABLE
from service_running import APPLICATIONS


def test_each_command_of_the_page_is_a_row():
    assert len(COMMANDS) > 10
    assert set(COMMANDS) - {row.command for row in TABLE} == set()


def test_the_page_sets_what_the_rows_run_with():
    assert set(EXPORTED) == {"KUMI_PROFILE", "KUMI_PROFILE_OPS", "KUMI_PROFILE_FILE"}


def test_each_line_of_code_is_in_a_program_that_is_run():
    run = {word for row in TABLE for word in row.command.split() if word.endswith(".py")}
    programs = ["".join((APPLICATIONS / name).read_text().split()) for name in run]
    for code in PYTHON:
        assert any("".join(code.split()) in program for program in programs), code
