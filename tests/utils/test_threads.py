"""Jobs shared out to threads: all of them, few at a time, and an end when asked for."""

import threading
import time

import pytest

from keras_colorizer.utils import threads


def share_out(jobs, work, report=lambda *_: None, count=3, stop=None):
    threads.share_out(jobs, work, report, count, stop or threading.Event())


def test_every_job_is_done_and_reported_here():
    told = []

    def work(job):
        if job % 10 == 3:
            raise ValueError(job)
        return job * job

    def report(job, result, error):
        told.append((job, result, str(error) if error else None, threading.get_ident()))

    share_out(range(40), work, report)
    here = threading.get_ident()
    expected = [
        (n, None, str(n), here) if n % 10 == 3 else (n, n * n, None, here) for n in range(40)
    ]
    assert sorted(told) == expected


def test_jobs_are_taken_only_as_threads_become_free():
    taken, done, most = [], [], []

    def jobs():
        for job in range(60):
            taken.append(job)
            most.append(len(taken) - len(done))
            yield job

    share_out(jobs(), lambda _: time.sleep(0.001), lambda *_: done.append(1))
    assert len(done) == 60 and max(most) <= 2 * 3


def test_as_many_threads_work_at_once_as_asked_for():
    barrier = threading.Barrier(3, timeout=5)  # passes only if three are there
    share_out(range(9), lambda _: barrier.wait(), lambda *result: result[2] and pytest.fail("few"))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_stops_what_waits_and_waits_for_what_runs(error):
    stop, begun, ended = threading.Event(), [], []

    def work(job):
        begun.append(job)
        stop.wait(5)
        time.sleep(0.05)
        ended.append(job)

    def jobs():
        yield from range(3)
        raise error

    with pytest.raises(error):
        share_out(jobs(), work, count=2, stop=stop)
    assert stop.is_set() and 1 <= len(begun) <= 2 and sorted(ended) == sorted(begun)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("photo")]


def test_there_is_a_core():
    assert threads.cores() >= 1


def test_an_ordered_map_keeps_order_looks_a_little_ahead_and_raises_in_place():
    taken, before = [], threading.active_count()

    def items():
        for number in range(20):
            taken.append(number)
            yield number

    def work(number):
        if number == 15:
            raise ValueError("fifteen")
        return -number

    results, found = threads.ordered_map(work, items(), 3), []
    assert taken == []
    with pytest.raises(ValueError, match="fifteen"):
        for result in results:
            found.append(result)
            assert len(taken) <= len(found) + 5
    assert found == [-number for number in range(15)] and max(taken) <= 20
    assert threading.active_count() == before
