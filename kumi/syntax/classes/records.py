"""Records: the shape of the input, and its rows as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import dataclass_transform

from kumi.errors import Problem, did_you_mean
from kumi.syntax.classes.annotations import default, hints, is_class_variable, refusal, shape_of
from kumi.syntax.classes.code_places import annotated, here, users_frame
from kumi.syntax.classes.fields import Array, Field, array, field
from kumi.syntax.classes.input_paths import NoSuchFieldError
from kumi.syntax.classes.members import Member, RecordBase


class RecordType(type):
    """The type of records; it is there for the message of a misspelt field."""

    if not TYPE_CHECKING:

        def __getattr__(cls, attribute: str) -> Any:
            """Only reached where there is no such attribute."""
            if "__kumi_members__" not in vars(cls):
                raise AttributeError(attribute)
            raise NoSuchFieldError(cls, attribute)


@dataclass_transform(kw_only_default=True, field_specifiers=(field, array))
class Record(RecordBase, metaclass=RecordType):
    """A part of the input: its fields are annotations, its instances rows of data.

    On the class a field is an expression, on an instance a value. Instances take every field as a
    keyword (TypeError otherwise) and check nothing else: the run does.
    """

    __kumi_members__: ClassVar[dict[str, Member]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__kumi_members__ = cls.__kumi_members__ | _members(cls)

    def __init__(self, **values: Any) -> None:
        members = self.__kumi_members__
        if values.keys() != members.keys():
            raise TypeError(_wrong_keywords(type(self), values))
        vars(self).update({members[key].name: value for key, value in values.items()})

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # compared by value, and can change

    def __repr__(self) -> str:
        shown = (f"{key}={vars(self)[m.name]!r}" for key, m in self.__kumi_members__.items())
        return f"{type(self).__qualname__}({', '.join(shown)})"


def _members(cls: type[Record]) -> dict[str, Member]:
    frame = users_frame()
    places, statement = annotated(frame, cls.__qualname__), here()
    found: dict[str, Member] = {}
    for attribute, hint in hints(cls, frame).items():
        if is_class_variable(hint):
            continue
        shape = shape_of(hint)
        member = vars(cls).get(attribute, Array() if shape and shape.levels else Field())
        if shape is None or not isinstance(member, Member):
            place = places.get(attribute, statement).named(attribute)
            wrong = refusal(cls, attribute, hint) if shape is None else default(cls, attribute)
            raise TypeError(str(Problem("semantic", place, *wrong)))
        member.settle(attribute, shape, places.get(attribute, statement))
        setattr(cls, attribute, member)
        found[attribute] = member
    for attribute, member in vars(cls).items():
        if isinstance(member, Member) and attribute not in found:
            place = statement.named(attribute)
            raise TypeError(str(Problem("semantic", place, *refusal(cls, attribute, None))))
    return found


def _wrong_keywords(record: type[Record], values: dict[str, Any]) -> str:
    members = record.__kumi_members__
    name = record.__qualname__
    for key in values:
        if key not in members:
            hint = did_you_mean(key, members)
            return f"{name} has no field `{key}`" + (f"; {hint}" if hint else "")
    missing = ", ".join(f"`{key}`" for key in members if key not in values)
    return f"{name} needs {missing} (None where there is no value)"
