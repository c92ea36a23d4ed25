"""Lines of event files, and the environment in which other processes write them."""

import os
import sys

LINE = b'{"event":"vm_run","schema":"S","n":1}\n'
OLD = b'{"event":"profile_start","format":1}\n{"event":"vm_run","schema":"Old"}\n'
OTHER = b'{"event":"login","user":"x"}\n'


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
