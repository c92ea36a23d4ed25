"""Whether a run gives what the oracle gives: the values with their kinds, or one of the failures due."""

from decimal import Decimal

from cell_functions import Loose, Unsaid
from exact_numbers import shown
from interpreter import BadInput, Failed, evaluate

from kumi.errors import InputError


def expected(tree, data, *names):
    """The oracle's values, and what `told` may say of the exceptions of which one is due.

    Neither where the language does not say what comes out.
    """
    try:
        return evaluate(tree, data, *names), {None}
    except Failed as failed:
        return None, set(failed.kinds)
    except BadInput as bad:
        return None, {bad.paths}
    except Unsaid:
        return None, None


def told(error):
    """An exception's type; of an InputError the places that it names."""
    if isinstance(error, InputError):
        return frozenset(violation.path for violation in error.violations)
    return None if error is None else type(error)


def ran(runnable, data):
    """The values and no exception, or the other way round."""
    try:
        return runnable.run(data).to_dict(), None
    except Exception as error:
        return None, error


def same(found, value):
    """Equal in value, type and sign of zero; loose floats within their slack."""
    if type(value) is Loose:
        return type(found) is float and abs(found - value) <= value.slack
    if type(found) is not type(value):
        return False
    if isinstance(value, list):
        return len(found) == len(value) and all(map(same, found, value))
    if isinstance(value, dict):
        return found.keys() == value.keys() and all(same(found[k], value[k]) for k in value)
    if type(value) is Decimal:
        as_given = found is value  # in an array that was passed on whole
        written = format(found, "f"), found.as_tuple().exponent <= 0
        return as_given or written == (shown(value), True)
    if type(value) is float:
        return repr(found) == repr(value)
    return found == value


def check_run(tree, runnable, data, story, *names):
    """Compare a run with the oracle: of all outputs, or of `names`; a failure tells the story."""
    values, due = expected(tree, data, *names)
    found, error = ran(runnable, data)
    assert due is None or told(error) in due, (error, due, *story)
    assert "NoneType" not in str(error), (error, *story)
    for name, value in (values or {}).items():
        assert same(found[name], value), (name, found[name], value, *story)
