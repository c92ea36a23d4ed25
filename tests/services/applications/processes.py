"""`python processes.py fork|spawn|forkserver`: children of multiprocessing, and their parent."""

import multiprocessing
import sys

from shop import serve


def work():
    for _ in range(5):
        serve()


if __name__ == "__main__":
    processes = multiprocessing.get_context(sys.argv[1])
    serve()
    children = [processes.Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    serve()
    for child in children:
        child.join()
        assert child.exitcode == 0, child.exitcode
