"""Processes that are forked: workers that answer phones, and each one's back office."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from helpdesk_tui.backend.errors import ConfigurationProblem


def fork(work: Callable[[], None]) -> int:
    """Do this in a process of its own, which ends with status 0 only when it could; its id.

    To be called before there are threads, and before SQLite has connections: neither must cross a fork.
    """
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        print(error, file=sys.stderr, flush=True)
    finally:
        os._exit(status)


class Worker(Protocol):
    """What a worker does until it is stopped or left alone: it calls `ready`; what it forks closes the file descriptor
    `says`; from `alone` there is something to read, its end, as soon as the process is gone that started all."""

    def __call__(self, ready: Callable[[], None], says: int, alone: int, /) -> None: ...


def run_workers(work: Worker, workers: int, forked: Callable[[], object], ready: Callable[[], None]) -> None:
    """Run so many workers until one of the signals `ends`; `forked` is called when there are all, `ready` when all are.

    Raises ConfigurationProblem when one ends by itself: the others are stopped then.
    """
    reading, writing = os.pipe()
    alone, held = os.pipe()  # nobody writes: its end is closed with this process

    def begin() -> None:
        os.close(held)
        work(lambda: _say(writing), writing, alone)

    children = [fork(begin) for _ in range(workers)]
    os.close(alone)
    forked()

    def stop(number: int, _: object) -> None:
        for child in children:
            try:
                os.kill(child, signal.SIGTERM)
            except ProcessLookupError:
                continue

    for number in ends():
        signal.signal(number, stop)
    os.close(writing)
    if len(_read_exactly(reading, workers)) == workers:
        ready()
    else:
        stop(signal.SIGTERM, None)
    if _wait_for(children, stop):
        raise ConfigurationProblem("A worker process ended by itself: its last lines on stderr say why.")


def ends() -> tuple[signal.Signals, ...]:
    """The signals that mean: finish what is under way, and stop. Not SIGHUP where somebody lets it be ignored."""
    hung_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    return (signal.SIGTERM, signal.SIGINT, *hung_up)


def _say(writing: int) -> None:
    os.write(writing, b".")
    os.close(writing)


def _read_exactly(reading: int, count: int) -> bytes:
    """One byte of every worker that is ready; fewer when one ended before it was."""
    said = b""
    while len(said) < count and (more := os.read(reading, count)):
        said += more
    return said


def _wait_for(children: Sequence[int], stop: Callable[[int, object], None]) -> bool:
    """Wait for all; when one fails, the others are stopped too, so that whoever supervises us starts them anew."""
    failed = False
    left = set(children)
    while left:
        child, status = os.wait()
        left.discard(child)
        if status != 0 and not failed:
            failed = True
            stop(signal.SIGTERM, None)
    return failed
