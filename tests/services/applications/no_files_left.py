"""Not one file can be opened when the first run begins."""

import os
import resource

import shop

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
shop.serve()
for descriptor in taken:
    os.close(descriptor)
shop.serve()
