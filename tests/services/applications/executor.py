import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from shop import serve


def work(number):
    return serve()


if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn, max_tasks_per_child=1) as executor:
        list(executor.map(work, range(6)))
