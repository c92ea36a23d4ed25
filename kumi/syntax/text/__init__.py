"""The text front end: `.kumi` source to a syntax tree."""

from __future__ import annotations

from kumi.syntax.text.parser import TextError, parse, schema_name

__all__ = ["TextError", "parse", "schema_name"]
