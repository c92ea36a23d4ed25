"""Every attribute name, scope and variable-free constant that a span of Kumi carries.

What each means, and on which spans it is, `registry/registry.yaml` says; a test compares both.
"""

from __future__ import annotations

SCOPE_NAME = "kumi"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"

SCHEMA_NAME = "kumi.schema.name"
SCHEMA_ORIGIN = "kumi.schema.origin"
DECLARATION_NAME = "kumi.declaration.name"
DECLARATION_KIND = "kumi.declaration.kind"
OPERATION_NAME = "kumi.operation.name"
OPERATION_FUNCTION = "kumi.operation.function"
OPERATION_INDEX = "kumi.operation.index"
OPERATION_ROWS = "kumi.operation.rows"
OPERATION_AXES = "kumi.operation.axes"
INPUT_PATH = "kumi.input.path"
REF_DECLARATION = "kumi.ref.declaration"
RUN_ID = "kumi.run.id"
RUN_OPERATIONS = "kumi.run.operations"
RUN_CASES = "kumi.run.cases"
RUN_KEPT = "kumi.run.kept"
RUN_FOLDED = "kumi.run.folded"
IS_SUMMARY = "aggregation.is_summary"
SPAN_COUNT = "aggregation.span_count"
DURATION_TOTAL = "aggregation.duration_total_ns"
DURATION_MIN = "aggregation.duration_min_ns"
DURATION_MAX = "aggregation.duration_max_ns"
CODE_FILE = "code.file.path"
CODE_LINE = "code.line.number"
ERROR_TYPE = "error.type"

EXCEPTION_EVENT = "exception"
EXCEPTION_TYPE = "exception.type"
EXCEPTION_MESSAGE = "exception.message"
