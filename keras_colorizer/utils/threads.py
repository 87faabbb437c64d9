"""Threads that share out many jobs, with a bounded number of them at hand, and stop when asked."""

import collections
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

_POLL = 0.2  # seconds: on Windows Ctrl-C is seen between waits only


class Stopped(Exception):
    """What work raises that ended early because ``stop`` was set."""


def cores() -> int:
    """How many processor cores this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def share_out(
    jobs: Iterable, work: Callable, report: Callable, count: int, stop: threading.Event
) -> None:
    """Calls ``work(job)`` for each job in ``count`` threads, then ``report(job, result, error)``.

    At most twice ``count`` jobs are waiting or being done, so that memory does not grow with their
    number. Reports come one at a time, in this thread, as jobs end. If it is interrupted (Ctrl-C,
    or an error from ``report``), ``stop`` is set, jobs that wait are dropped, and those being done
    are waited for: work that looks at ``stop`` ends early, and nothing is left half done.

    Args:
        jobs: anything; taken only as threads become free.
        work: called in the threads; what it raises becomes ``error``, with ``result`` None.
        report: called here.
        count: threads.
        stop: set when work is to end early.
    """
    waiting = {}

    def settle(least):
        while len(waiting) > least:
            done, _ = wait(waiting, timeout=_POLL, return_when=FIRST_COMPLETED)
            for future in done:
                job, error = waiting.pop(future), future.exception()
                report(job, None if error else future.result(), error)

    pool = ThreadPoolExecutor(count, thread_name_prefix="photo")
    try:
        for job in jobs:
            waiting[pool.submit(work, job)] = job
            settle(2 * count - 1)
        settle(0)
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def ordered_map(work: Callable, items: Iterable, count: int) -> Iterator:
    """Yields ``work(item)`` for each item, in order, from ``count`` threads.

    At most twice ``count`` items are taken ahead of what has been yielded. An error of ``work`` is
    raised in its item's place; items after it are dropped.
    """
    items, ahead = iter(items), collections.deque()
    pool = ThreadPoolExecutor(count)
    try:
        while True:
            for item in itertools.islice(items, 2 * count - len(ahead)):
                ahead.append(pool.submit(work, item))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
