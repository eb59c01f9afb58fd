"""Chores for workers, and what may go wrong in them; the environment names a file to note them."""

import os
import signal
from pathlib import Path


def note(number):
    with open(os.environ["LIVES_DIARY"], "a", encoding="utf-8") as lines:
        lines.write(f"{number}\n")


def double(number):
    note(number)
    return 2 * number


def double_but_fail_at_three(number):
    if number == 3:
        raise ValueError("three is never doubled")
    return double(number)


def double_or_be_killed_once(number):
    scar = Path(os.environ["LIVES_DIARY"] + ".scar")
    if number == 3 and not scar.exists():
        scar.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def double_or_be_killed(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def double_but_interrupt(number):
    if number == 3:
        raise KeyboardInterrupt
    return double(number)
