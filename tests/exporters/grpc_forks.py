"""A process that forks while it sends over gRPC; each child sends one block. For a test.

Prints how many children sent theirs, and how many messages of the parent were not taken.
Run with the endpoint, the number of children, and "new" for an exporter for each of them.
"""

import os
import random
import signal
import sys
import threading
import time

from span_blocks import block

from kumi_exporters.otlp import KumiOTLPSpanExporter

ENDPOINT, CHILDREN, NEW = sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["new"]
MADE = block(runs=1)


def exporter():
    return KumiOTLPSpanExporter(ENDPOINT, protocol="grpc", timeout=20.0)


def child(using):
    signal.alarm(60)
    os._exit(0 if using.export_blocks([MADE]) == MADE.span_count else 1)


def main():
    using, good, bad = exporter(), 0, []
    for _ in range(CHILDREN):
        using = exporter() if NEW else using
        done = threading.Event()

        def send(using=using, done=done):
            while not done.is_set():
                if using.export_blocks([MADE]) != MADE.span_count:
                    bad.append(using.trouble)

        sending = threading.Thread(target=send)
        sending.start()
        time.sleep(random.uniform(0, 0.01))
        pid = os.fork()
        if not pid:
            child(using)
        done.set()
        good += os.waitpid(pid, 0)[1] == 0
        sending.join()
    print(good, len(bad))


main()
