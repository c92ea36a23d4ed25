"""Exceptions that answer nothing, or raise when they are asked: the caller gets them as they are."""

import pytest

import kumi
from kumi.observations import Level


@pytest.fixture
def same():
    class Same(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[object]
            y: kumi.Field[object]

        equal = kumi.value(Input.x == Input.y)

    return Same


class Metaclass(type):
    def __getattribute__(cls, name):
        if name in {"__qualname__", "__module__", "__name__", "__mro__"}:
            raise SystemExit
        return super().__getattribute__(name)


class Nameless(Exception, metaclass=Metaclass):
    pass


class Interrupting(Exception):
    def __str__(self):
        raise KeyboardInterrupt


class Leaving(Exception):
    def __str__(self):
        raise SystemExit(3)


class Itself(Exception):
    def __str__(self):
        raise self


class OddWords(str):
    __slots__ = ()

    def encode(self, *_):
        raise KeyboardInterrupt


class SpeaksOddly(Exception):
    def __str__(self):
        return OddWords("words")


class NoText(Exception):
    def __str__(self):
        return 5  # noqa: PLE0307 - the point


class Homeless(Exception):
    __module__ = 5


class FrozenError(Exception):
    def __setattr__(self, name, value):
        raise KeyboardInterrupt


class RefusesNotes(Exception):
    __notes__ = 5

    def add_note(self, note):
        raise SystemExit


class Pretends(Exception):
    @property
    def __class__(self):
        raise KeyboardInterrupt

    @property
    def __traceback__(self):
        raise KeyboardInterrupt


class LooksLikeOurs(kumi.InputError):
    def __init__(self):
        pass

    @property
    def violations(self):
        raise KeyboardInterrupt


def raised_by(work):
    try:
        work()
    except BaseException as error:
        return error


ODD = [
    Nameless, Interrupting, Leaving, Itself, SpeaksOddly, NoText, Homeless, FrozenError,
    RefusesNotes, Pretends, LooksLikeOurs,
]  # fmt: skip


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("kind", ODD, ids=range(len(ODD)))
def test_whatever_an_exception_does_when_asked_it_reaches_the_caller(same, watch, level, kind):
    class Raises:
        def __eq__(self, other):
            raise error

        __hash__ = None

    error = kind()
    tape = watch(level) if level else None
    assert raised_by(lambda: same.run(x=Raises(), y=Raises())) is error
    if tape is not None:
        (run,) = tape.failures
        assert all(type(text) is str for text in (run.message, run.original, run.error_type))
        assert run.message.endswith(" in Map equal of equal")


def test_the_input_error_of_another_schema_is_an_error_of_the_operation(same, watch):
    class Inner:
        def __eq__(self, other):
            return same.run({}).equal

        __hash__ = None

    tape = watch(Level.OPERATIONS)
    with pytest.raises(kumi.InputError) as caught:
        same.run(x=Inner(), y=Inner())
    inner, outer = tape.failures
    assert inner.message == "bad input: x and 1 more"
    assert outer.message == "InputError in Map equal of equal"
    assert [note.partition(" (")[0] for note in caught.value.__notes__] == [
        "in Same.equal, Map equal"
    ]
