"""A main process to be killed: live made-up runs into a store with two local processes.

Arguments: folder of the store, how many seeds, runs in a batch at most.
"""

import sys
from pathlib import Path

import made_up_runs

from abm.runs import tasks as batches
from abm.runs.runner import local_executor, run_missing
from abm.runs.store import Store, StoreError


def main() -> None:
    folder, seeds, largest = sys.argv[1:]
    batches.LARGEST_BATCH = int(largest)
    tasks = made_up_runs.tasks(made_up_runs.figures, range(1, int(seeds) + 1))
    try:
        with local_executor(2) as executor:
            lived = run_missing(Store(Path(folder)), tasks, executor)
    except StoreError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    print(lived.found, lived.done, lived.failed)


if __name__ == "__main__":
    main()
