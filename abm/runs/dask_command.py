"""The command `dask` for a process that ends with the one that started it.

``python -m abm.runs.dask_command scheduler ...`` is ``dask scheduler ...``, but ends
when its standard input is closed.
"""

import os
import sys
import threading


def _end_with_input() -> None:
    """Read until the other end is closed; then end this process."""
    while os.read(0, 1024):
        pass
    os._exit(1)


def main() -> None:
    """Run the command of Dask that the arguments name."""
    from dask.cli import run_cli

    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.argv[0] = "dask"
    run_cli()


if __name__ == "__main__":
    main()
