"""The text front end: `.kumi` source to a syntax tree."""

from __future__ import annotations

from kumi.syntax.text.naming import schema_name
from kumi.syntax.text.parser import parse

__all__ = ["parse", "schema_name"]
