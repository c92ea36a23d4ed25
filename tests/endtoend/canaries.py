"""Values that nothing else has, and where they are looked for."""

import struct

TEXT = "canaryInText"
LITERAL = "canaryInLiteral"
KEY = "canaryAsKey"
DEEP = "canaryAsKeyBelow"
NAME = "canaryAsName"
MESSAGE = "canaryInMessage"
WRONG = "canaryOfWrongKind"
MANY = ["canaryInRow", "canaryInLastRow"]
FLOAT = 48151.62342108
INTEGER = 918273645546372819
NUMBER_LITERAL = "74815263.71828"

VALUES = [TEXT, LITERAL, KEY, DEEP, NAME, MESSAGE, WRONG, *MANY, FLOAT, INTEGER]
VALUES += [float(NUMBER_LITERAL), FLOAT * float(NUMBER_LITERAL), FLOAT / INTEGER]


def spellings(value):
    """How a value may stand in bytes: as text, and as protobuf has numbers."""
    if isinstance(value, float):
        return {repr(value).encode(), struct.pack("<d", value)}
    if isinstance(value, int):
        return {str(value).encode(), struct.pack("<q", value)}
    return {value.encode()}


def found_in(data):
    """The canaries that bytes have in them."""
    return {value for value in VALUES if any(each in data for each in spellings(value))}
