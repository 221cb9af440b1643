"""What the process that holds opened keys owes them, whichever server started it."""

import gc
import os
import resource


def keep_to_itself() -> None:
    """Files made from now on are their owner's alone, and a crash leaves no copy of the memory on a disk.

    Holds for processes started from this one too. A server that starts workers by itself (gunicorn clears the umask)
    reaches this through ``wsgi``.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def settle() -> None:
    """What the process has made so far stays for as long as it lives, so nobody looks through it for what can go."""
    gc.collect()
    gc.freeze()
