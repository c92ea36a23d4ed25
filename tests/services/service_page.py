"""docs/services.md, as far as it is run."""

import re
import shlex
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "services.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line
]
COMMANDS = [line for line in LINES if not line.startswith("export ")]
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
EXPORTED = dict(
    word.split("=", 1)
    for line in LINES
    if line.startswith("export ")
    for word in shlex.split(line)[1:]
)
"""The settings that all of the page's commands are run with."""
