"""An application with no tracer provider of its own: it runs a schema twice, one run failing."""

import json
import sys
from pathlib import Path

import kumi

orders = kumi.load(str(Path(__file__).with_name("shop_orders.kumi")))
given = json.loads(Path(__file__).with_name("shop_orders.json").read_text())
print(f"{orders.run(given).total:.2f}")
try:
    orders.run(given | {"rate": "none"})
except kumi.InputError as error:
    print(error.violations[0].path, file=sys.stderr)
