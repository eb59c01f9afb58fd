"""A subject in a process of its own, which simulates days when asked and says what they cost.

``python subject_process.py SUBJECT PEOPLE`` builds a population, says so, and answers every number
of days on its standard input with the CPU-seconds that these took. So subjects that need another
Python, or another checkout of the project, take turns with the others.
"""

import subprocess
import sys
import time
from typing import Self

from subjects import SUBJECTS


class SubjectProcess:
    """The side that asks; a context at whose end the process ends."""

    def __init__(self, subject: str, people: int, python: str = sys.executable) -> None:
        self._command = [python, __file__, subject, str(people)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def wait_until_built(self) -> None:
        """Return once the population stands and has lived its first day."""
        self._answer()

    def cpu_seconds(self, days: int) -> float:
        """Simulate so many more days; return what they cost, all threads together."""
        assert self._process.stdin is not None
        print(days, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self._command)}: it ended without an answer")
        return float(line)


def main() -> None:
    """Be the side that answers."""
    subject, people = sys.argv[1], int(sys.argv[2])
    answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
    simulate_day = SUBJECTS[subject].build(people)
    simulate_day()
    print(0.0, file=answers, flush=True)
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            simulate_day()
        print(time.process_time() - start, file=answers, flush=True)


if __name__ == "__main__":
    main()
