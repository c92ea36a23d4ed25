"""Three rounds of `chaos.py`; by hand it plays as many as one has patience for."""

from __future__ import annotations

import pytest
from chaos import play
from patience import HANG

SEED, ROUNDS = 1, (0, 7, 16)
"""Streams; a collector that hangs and a file that is moved; each kind of rotation, and both signals."""


@pytest.mark.parametrize("number", ROUNDS)
def test_every_run_is_in_the_file_or_counted_whatever_happens(number):
    assert play(SEED, number, grace=HANG, deadline=HANG)
