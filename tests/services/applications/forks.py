"""Children of `os.fork` that end as programs do."""

import os
import sys

from shop import serve

serve()
children = []
for _ in range(3):
    child = os.fork()
    if not child:
        for _ in range(5):
            serve()
        sys.exit(0)
    children.append(child)
serve()
for child in children:
    assert os.waitpid(child, 0)[1] == 0
