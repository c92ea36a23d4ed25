"""The first screen of five kinds of profiles: what is slow, where it is, what one can do."""

import re

import pytest
from made_profiles import FOLDER, KINDS, screen

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted

ANSWERS = {
    "demo": (
        "OrderPricing.inputs  order_pricing.kumi:3",
        "is compiling: keep each process for more runs",
    ),
    "slow": ("Shipping.surcharge  shipping.kumi:33", "begin with Shipping.surcharge"),
    "loading": ("Ledger.inputs  ledger.kumi:4", "is loading inputs: run only(…) the outputs"),
    "compiling": ("Quote.risk  quotes.py:15", "is compiling, Quote 25 times: load it once"),
    "pauses": ("Score.inputs  score.kumi:2", "is garbage collection: try gc.freeze()"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_24_lines_are_as_they_were_looked_at(tmp_path, kind):
    kept = (FOLDER / f"{kind}.txt").read_text("utf-8")
    assert screen(tmp_path, kind) == kept, "look at it, then run made_profiles.py"


@pytest.mark.parametrize("kind", KINDS)
def test_they_answer_what_is_slow_where_it_is_and_what_to_do(kind):
    kept = (FOLDER / f"{kind}.txt").read_text("utf-8")
    where, what = ANSWERS[kind]
    assert re.search(rf"^ +[\d.]+ %  {re.escape(where)}$", kept, re.MULTILINE)
    assert re.search(rf"^Advice: .*{re.escape(what)}", kept, re.MULTILINE)
    assert max(map(len, kept.splitlines())) <= 80


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_say_the_same_of_them(tmp_path, kind):
    path = tmp_path / "profile.jsonl"
    path.write_text(KINDS[kind](), "utf-8")
    with open_profiles([str(path)]) as profiles:
        small, duck = (breakdown(counted(profiles, Filters(), size)) for size in (1 << 40, 0))
    assert small == duck
