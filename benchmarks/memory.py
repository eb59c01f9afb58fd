"""Print how many bytes a person takes: `python memory.py SUBJECT PEOPLE`, in a fresh process.

A small population is run first, so that libraries, compiled code and their buffers are already
there; what the large one then adds at its peak is divided by its people.
"""

import gc
import sys
from pathlib import Path

from subjects import SUBJECTS

SMALL = 1_000
DAYS = 2
STATUS = Path("/proc/self/status")
FORGET_PEAK = Path("/proc/self/clear_refs")


def memory(entry: str) -> int:
    """Return resident bytes, `VmRSS` now or `VmHWM` at the peak so far, of this process."""
    if STATUS.exists():
        fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(fields[entry].split()[0]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def live_days(subject: str, people: int) -> None:
    """Build a population and live a few days."""
    live_day = SUBJECTS[subject].build(people)
    for _ in range(DAYS):
        live_day()


def main() -> None:
    """Measure one subject and print bytes a person."""
    subject, people = sys.argv[1], int(sys.argv[2])
    live_days(subject, SMALL)
    gc.collect()
    if FORGET_PEAK.exists():
        FORGET_PEAK.write_text("5")
    before = memory("VmRSS")
    live_days(subject, people)
    print((memory("VmHWM") - before) / people)


if __name__ == "__main__":
    main()
