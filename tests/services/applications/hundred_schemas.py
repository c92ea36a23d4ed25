"""A hundred schemas, two runs of each a second, for seven seconds."""

import time
from pathlib import Path

from shop import serve

import kumi

TEXT = """
schema do
  input do
    float :price
    integer :quantity
  end

  value :total, input.price * input.quantity * 1.2
end
"""
schemas = []
for number in range(100):
    file = Path(f"order{number}.kumi")
    file.write_text(TEXT)
    schemas.append(kumi.load(file))
for _ in range(14):
    for schema in schemas:
        serve(1, schema)
        time.sleep(0.005)
