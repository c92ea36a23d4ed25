"""The application sets its tracer provider after the first run."""

import os

exporter = os.environ.pop("SHOP_EXPORTER", "")

import shop

shop.serve(1, traced=False)
os.environ["SHOP_EXPORTER"] = exporter
shop.set_up_tracing()
for _ in range(25):
    shop.serve()
