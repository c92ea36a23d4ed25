import _thread
import threading

import pytest
from patience import HANG

from kumi.profiles.interruptible import interruptible


def test_an_interrupt_ends_the_work_and_goes_on():
    ended = threading.Event()

    def work():
        _thread.interrupt_main()
        assert ended.wait(HANG)

    with pytest.raises(KeyboardInterrupt):
        interruptible(work, ended.set)
    assert ended.is_set()


def test_results_and_errors_are_those_of_the_work():
    assert interruptible(lambda: 5, lambda: None) == 5
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 / 0, lambda: None)


def test_work_is_done_where_no_thread_can_be_started_any_more(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert interruptible(lambda: 5, lambda: None) == 5
