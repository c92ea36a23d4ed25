import multiprocessing

from shop import serve


def work(number):
    return serve()


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:  # its end terminates the workers
        pool.map(work, range(40))
