"""Results that tests put into stores, and a process that puts them until it is killed."""

import hashlib
import math
import sys
from pathlib import Path

from abm.runs.result_store import FAILED, KeptResult, ResultStore, StoreError

SEVERAL = 40


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


KEYS = [key(number) for number in range(1000)]


def figures(number: int) -> dict[str, float]:
    odd = [math.nan, math.inf, -math.inf, -0.0][number % 4]
    return {"wave": math.sin(number), "third": number / 3, "odd": odd}


def row(number: int) -> KeptResult:
    """Return a result with figures only."""
    return KeptResult(key(number), "run", about={"seed": number}, figures=figures(number))


def failed(number: int) -> KeptResult:
    return KeptResult(key(number), "run", FAILED, {"error": "Traceback: no\n"})


def with_files(number: int) -> KeptResult:
    """Return a result with two files that look random."""
    words = b"".join(hashlib.sha256(f"{number} {n}".encode()).digest() for n in range(200))
    return KeptResult(key(number), "warm-up", files={"a.npz": words, "b.csv": words[:100]})


def put_for_ever(folder: Path, start: int) -> None:
    """Put results, saying the number of each when it is kept."""
    store = ResultStore(folder)
    number = start
    while True:
        several = [row(number), with_files(number + 1), row(number + 2)]
        store.claim([each.key for each in several])
        store.put_many(several)
        print(number, flush=True)
        number += 3


def fill(folder: Path) -> None:
    """Put results until that cannot be done; say how many were kept, and why it ended."""
    store = ResultStore(folder)
    for number in range(0, 1000, 2):
        try:
            store.put_many([row(number), with_files(number + 1)])
        except StoreError as error:
            print(number, error)
            return


if __name__ == "__main__":
    action, where, *rest = sys.argv[1:]
    if action == "for-ever":
        put_for_ever(Path(where), int(rest[0]))
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest[0]), int(rest[0])))
        fill(Path(where))
