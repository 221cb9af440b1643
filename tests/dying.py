"""Run a deed in a process of its own and kill that process at a chosen moment, as a power cut would.

Moments are counted at the commits of either database: 0 is just before the first commit, 1 just after it, 2 just
before the second, and so on. The process gets no chance to clean up.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable

from vault.prepared import Database

DEAD = -signal.SIGKILL


def run(deed: Callable[..., None], *args: object, die_at: int | None = None) -> int:
    """Call ``deed``, which opens databases of its own, in a new process; returns how the process ended.

    0: it did everything. DEAD: it was killed at the moment ``die_at``.
    """
    with warnings.catch_warnings():
        # Newer Pythons warn of threads at a fork; the child touches nothing that a thread of ours could hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _live_and_die(deed, args, die_at)
    _, status = os.waitpid(child, 0)
    end = os.waitstatus_to_exitcode(status)
    if end not in (0, DEAD):
        raise AssertionError(f"{deed.__name__} failed by itself with {end}")
    return end


def _live_and_die(deed: Callable[..., None], args: tuple[object, ...], die_at: int | None) -> None:
    try:
        if die_at is not None:
            _watch(die_at)
        deed(*args)
    except BaseException:  # noqa: BLE001  (nothing may get back into the test that was forked)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _watch(die_at: int) -> None:
    moment = 0
    commit = Database.commit

    def counted(self: Database) -> None:
        nonlocal moment
        for half in (0, 1):
            if moment == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            moment += 1
            if half == 0:
                commit(self)

    Database.commit = counted  # type: ignore[method-assign]
