"""Chores for workers, and what may go wrong in them.

The environment reaches spawned processes, too: `CHORES_DIARY` names a file that notes every chore
that was done.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from abm.runs.result_store import KeptResult, ResultStore
from abm.runs.run_tasks import run_tasks
from abm.runs.task import Task, report_share


def key(number):
    return f"{number:064x}"


def tasks(chore, numbers=range(60)):
    return [Task(key(number), chore, number) for number in numbers]


def scar():
    """Return a file that says that something has gone wrong once."""
    return Path(os.environ["CHORES_DIARY"] + ".scar")


def note(line):
    with open(os.environ["CHORES_DIARY"], "a", encoding="utf-8") as lines:
        lines.write(f"{line}\n")


def double(number):
    note(number)
    return 2 * number


def double_slowly(number):
    time.sleep(0.05)
    return double(number)


def double_saying_who(number):
    time.sleep(0.04)
    note(f"pid {os.getpid()}")
    return double(number)


def fail_at_three(number):
    if number == 3:
        raise ValueError("three is never doubled")
    return double(number)


def exit_at_three(number):
    if number == 3:
        sys.exit(3)
    return double(number)


def interrupt_at_thirty(number):
    if number == 30:
        raise KeyboardInterrupt
    return double(number)


def be_killed_once(number):
    if number == 3 and not scar().exists():
        scar().touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def be_killed_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def always_be_killed(number):
    os.kill(os.getpid(), signal.SIGKILL)


def give_what_cannot_be_sent(number):
    return threading.Lock()


def give_much(number):
    return bytes(10_000_000)


def go_halfway(number):
    """Say that half is done, and wait until the test has heard it."""
    report_share(0.5)
    until = time.monotonic() + 30
    while not scar().exists() and time.monotonic() < until:
        time.sleep(0.02)


def keep_in(store):
    """Return what keeps numbers in a store."""

    def keep(finished):
        store.put_many(
            [KeptResult(f.task.key, "run", figures={"double": f.result}) for f in finished]
        )

    return keep


def main():
    """Do chores into a store with two processes, as a command would, until done or stopped."""
    from abm.runs.executors import local_executor

    store = ResultStore(Path(sys.argv[1]))
    wanted = tasks(double_slowly, range(200))
    try:
        with local_executor(int(sys.argv[2])) as executor:
            summary = run_tasks(wanted, keep_in(store), executor, is_known=store.has, claims=store)
    except KeyboardInterrupt:
        sys.exit(130)
    print(summary.known, summary.done, summary.failed)


if __name__ == "__main__":
    main()
