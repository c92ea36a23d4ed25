"""The blocks that tests of the spans are made of, for exporters too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "spans"))
