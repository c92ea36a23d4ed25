"""Help for the tests of the command line: a call in this process, or in one of its own."""

import io
import os
import subprocess
import sys

from patience import PATIENT

from kumi.cli.main import main

TAX = """\
schema do
  input do
    float :income, domain: 0..
    float :rate
    array :gifts do
      float :gift
    end
  end
  trait :rich, input.income > 1000.0
  value :tax, input.income * input.rate
  value :given, fn(:sum, input.gifts.gift)
  value :each, input.gifts.gift / 2.0
end
"""
DATA = '{"income": 2000, "rate": 0.25, "gifts": [1.0, 4.0]}'
RESULT = '{\n  "tax": 500.0,\n  "given": 5.0,\n  "each": [0.5, 2.0]\n}\n'

MODULE = """\
import kumi

class First(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    double = kumi.value(Input.x * 2.0)

class Second(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    half = kumi.value(Input.x / 2.0)
"""


class Called:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def call(capsys, *arguments, stdin=None, monkeypatch=None):
    """Run the command line here."""
    if stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        said = capsys.readouterr()
        return Called(end.code, said.out, said.err)


def start(*arguments, variables=None, **options):
    """Run the command line in a process, and a group, of its own, as a shell does.

    With these variables; None stands for without.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    environment |= PATIENT | (variables or {})
    environment = {name: value for name, value in environment.items() if value is not None}
    command = [sys.executable, "-m", "kumi", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, process_group=0, **options
    )
