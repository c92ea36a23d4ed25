"""From tree to program: the stages between a front end and the VM.

`analyze` says everything that is known of a schema before it runs, or raises SchemaError with all
that is wrong with it; `lower` turns that into the program for some outputs. Each is a phase of its
own in a profile, opened by whoever calls them.
"""

from __future__ import annotations

from kumi.analysis.facts import Analysis
from kumi.analysis.pipeline import analyze
from kumi.ir.lower import lower

__all__ = ["Analysis", "analyze", "lower"]
