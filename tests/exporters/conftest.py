"""The blocks that tests of the spans are made of, for exporters too."""

# The SDK's TracerProvider starts a thread pool in forked children. Where it was made before this
# module was imported, its fork handler runs before the pool's own and waits for ever.
import concurrent.futures.thread  # noqa: F401
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "spans"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "profile.jsonl"
