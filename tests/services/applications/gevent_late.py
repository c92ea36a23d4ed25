"""Kumi and all of its profiling are imported before gevent patches threads, queues and locks."""

import importlib
import pkgutil

import kumi
import kumi.otel

for found in pkgutil.walk_packages(kumi.otel.__path__, "kumi.otel."):
    importlib.import_module(found.name)

from gevent import monkey

monkey.patch_all()

import gevent
from shop import serve


def work():
    for _ in range(5):
        serve()
        gevent.sleep(0.01)


gevent.joinall([gevent.spawn(work) for _ in range(4)], raise_error=True)
assert kumi.otel.flush(60)
serve()
