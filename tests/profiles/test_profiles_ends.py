"""What was lost, where processes said it more than once."""

import pytest

from kumi.profiles.losses import drops


def end(process, moment, **dropped):
    timestamp = f"2026-01-01T00:00:0{moment}.000Z"
    return {
        "event": "profile_end",
        "process": process,
        "dropped": dropped,
        "timestamp": timestamp,
    }


@pytest.mark.parametrize("backwards", [False, True])
def test_the_last_line_of_a_process_counts(backwards):
    ends = [
        end("a", 1, file_error=5),
        end("a", 2, file_error=7, exit=1),
        end("b", 1, file_error=5),
    ]
    assert drops(reversed(ends) if backwards else ends) == {"exit": 1, "file_error": 12}


def test_two_parts_of_one_process_that_counted_anew_are_added():
    ends = [end("a", 1, queue_full=5), end("a", 2), end("a", 3, exit=2)]
    assert drops(ends) == {"exit": 2, "queue_full": 5}
