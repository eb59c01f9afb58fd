"""Locks on open files that go when their process does, however it ends."""

import enum

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]


class Lock(enum.Enum):
    """What came of asking for a lock."""

    OURS = enum.auto()
    HELD = enum.auto()  # by a process that is alive
    IMPOSSIBLE = enum.auto()  # this system or disk has no locks


def lock(descriptor: int, *, wait: bool = False) -> Lock:
    """Lock an open file until it is closed; some network disks want it open for writing."""
    if fcntl is None:
        return Lock.IMPOSSIBLE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return Lock.HELD
    except OSError:
        return Lock.IMPOSSIBLE
    return Lock.OURS
