"""The message of pprof, as github.com/google/pprof/proto/profile.proto declares it."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

INT, UINT, BOOL, TEXT, MESSAGE = 3, 4, 8, 9, 11
_FIELDS = {
    "ValueType": [("type", 1, INT), ("unit", 2, INT)],
    "Label": [("key", 1, INT), ("str", 2, INT), ("num", 3, INT), ("num_unit", 4, INT)],
    "Sample": [("location_id", 1, [UINT]), ("value", 2, [INT]), ("label", 3, ["Label"])],
    "Mapping": [
        ("id", 1, UINT),
        ("filename", 5, INT),
        ("has_functions", 7, BOOL),
        ("has_filenames", 8, BOOL),
        ("has_line_numbers", 9, BOOL),
    ],
    "Line": [("function_id", 1, UINT), ("line", 2, INT)],
    "Location": [("id", 1, UINT), ("mapping_id", 2, UINT), ("line", 4, ["Line"])],
    "Function": [("id", 1, UINT), ("name", 2, INT), ("filename", 4, INT)],
    "Profile": [
        ("sample_type", 1, ["ValueType"]),
        ("sample", 2, ["Sample"]),
        ("mapping", 3, ["Mapping"]),
        ("location", 4, ["Location"]),
        ("function", 5, ["Function"]),
        ("string_table", 6, [TEXT]),
        ("time_nanos", 9, INT),
        ("default_sample_type", 14, INT),
    ],
}


def _described():
    file = descriptor_pb2.FileDescriptorProto(
        name="kumi_tests_pprof.proto", package="kumi_tests", syntax="proto3"
    )
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, said in fields:
            repeated = isinstance(said, list)
            kind = said[0] if repeated else said
            added = message.field.add(name=field, number=number, label=3 if repeated else 1)
            added.type = MESSAGE if isinstance(kind, str) else kind
            if isinstance(kind, str):
                added.type_name = f".kumi_tests.{kind}"
    return file


_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_described())
PprofProfile = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("kumi_tests.Profile"))
