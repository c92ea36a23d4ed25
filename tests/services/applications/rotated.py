"""`python rotated.py create|copytruncate`: the file is rotated as logrotate does it."""

import os
import shutil
import sys
import time
from pathlib import Path

from shop import serve

profile, rotated = Path("profile.jsonl"), Path("profile.jsonl.1")


def until_written(runs):
    while profile.read_bytes().count(b'{"event":"vm_run"') < runs:
        time.sleep(0.05)


for _ in range(5):
    serve()
until_written(10)
if sys.argv[1] == "create":
    profile.rename(rotated)
    profile.touch()
else:
    shutil.copyfile(profile, rotated)
    os.truncate(profile, 0)
for _ in range(5):
    serve()
