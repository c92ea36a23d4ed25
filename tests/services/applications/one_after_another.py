"""A parent that knows nothing of Kumi; its programs follow each other."""

import subprocess
import sys

for _ in range(6):
    subprocess.run([sys.executable, "script.py"], check=True)
