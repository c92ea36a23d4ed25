"""`python fork_early.py SECONDS`: a fork so long after the first run, amid its first request."""

import os
import sys
import time

from shop import serve

serve()
time.sleep(float(sys.argv[1]))
child = os.fork()
for _ in range(5):
    serve()
if not child:
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
