"""Ctrl-C, and again while profiling hands over what it holds."""

import atexit
import signal
from pathlib import Path

from shop import serve

for _ in range(15):
    serve()
atexit.register(Path("exiting").touch)  # called before what was registered earlier
while True:
    signal.pause()
