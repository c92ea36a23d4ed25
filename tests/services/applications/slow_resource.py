"""The first run is over while the resource is still being detected."""

import slow_detector
from shop import serve

serve()
slow_detector.first_run_is_over.set()
serve()


def check():
    assert all(slow_detector.saw), "a run waited for the resource detector, 20 seconds"


check()
