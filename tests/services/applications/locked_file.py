"""Another process holds the lock of the file; the first run is over before it lets go."""

import subprocess
import sys

from shop import serve

NEIGHBOUR = """
import fcntl, select, sys
with open("profile.jsonl", "a") as held:
    fcntl.lockf(held, fcntl.LOCK_EX)
    print("held", flush=True)
    released, _, _ = select.select([sys.stdin], [], [], 20)
    print("released" if released else "a run waited for the file's lock, 20 seconds")
"""
neighbour = subprocess.Popen(
    [sys.executable, "-c", NEIGHBOUR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
assert neighbour.stdout.readline() == "held\n"
serve()
said, _ = neighbour.communicate()  # closes its standard input
serve()
assert said == "released\n", said
