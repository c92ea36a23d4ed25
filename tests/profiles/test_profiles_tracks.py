"""What is drawn on one track of a timeline lies side by side."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from kumi.profiles.exports.tracks import Tracks

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)))


@given(SPANS)
def test_nothing_overlaps_whatever_the_order(spans):
    tracks, drawn = Tracks(), defaultdict(list)
    for start, ns in spans:
        track = tracks.beside("p", ("Shop",), start, start + ns)
        assert all(start >= end or start + ns <= begin for begin, end in drawn[track])
        drawn[track].append((start, start + ns))


@given(SPANS)
def test_in_the_order_of_their_ends_they_take_as_many_tracks_as_ran_at_once(spans):
    tracks = Tracks()
    found = sorted(((start, start + ns) for start, ns in spans), key=lambda span: span[1])
    used = {tracks.beside("p", ("Shop",), *span) for span in found}
    at_once = (sum(a < end and b > start for a, b in found) for start, end in found)
    assert len(used) <= max(at_once, default=0) + 1


@given(SPANS)
def test_what_has_no_times_is_in_a_row(spans):
    tracks, free = Tracks(), 0
    for start, ns in spans:
        _, begin = tracks.behind("p", ("Shop",), start, ns)
        assert begin == max(start, free)
        free = begin + ns
    assert len([*tracks.named()]) <= 1
