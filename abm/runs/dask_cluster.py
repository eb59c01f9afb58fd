"""A Dask cluster: connecting to one, or starting a small one on this machine.

``python -m abm.runs.dask_cluster scheduler ...`` is ``dask scheduler ...``, but ends when its
standard input is closed, as it is when the process that started it ends.
"""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from abm.io.tables import TableError, read_json
from abm.runs.errors import NoExecutorError
from abm.runs.processes import THREADS

SECONDS_TO_CONNECT = 15
SECONDS_TO_START = 60
LOGGERS = ("distributed", "tornado", "asyncio")


@contextlib.contextmanager
def connected(address: str, at_least: int = 1) -> Iterator[Executor]:
    """Yield an executor over the workers of a running scheduler.

    `address` is the scheduler's, such as ``tcp://10.0.0.1:8786``, or the file that it wrote
    (``--scheduler-file``, a name that ends in .json); `at_least` so many workers are waited for.
    """
    distributed = _distributed()
    with _quiet():
        client = _client(distributed, address)
        executor = client.get_executor(pure=False)
        try:
            _wait_for_workers(client, address, at_least)
            yield executor
        finally:
            for end in (lambda: executor.shutdown(wait=False), lambda: client.close(timeout=5)):
                with contextlib.suppress(Exception):  # the scheduler may be gone
                    end()


def _client(distributed: Any, address: str) -> Any:
    """Connect to a scheduler."""
    try:
        where = _address_in(Path(address)) if address.endswith(".json") else address
        return distributed.Client(where, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except Exception as error:  # of the network, of parsing, of versions that do not fit
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        message = f"--dask: no Dask scheduler answers at {address!r} ({reason})"
        raise NoExecutorError(message) from error


def _wait_for_workers(client: Any, address: str, number: int) -> None:
    try:
        client.wait_for_workers(number, timeout=SECONDS_TO_START)
    except (TimeoutError, OSError, RuntimeError) as error:
        raise NoExecutorError(
            f"--dask: the scheduler at {address} has no workers; start one with "
            f"`dask worker {address} --nthreads 1`"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from printing tracebacks of its own: what is lost is reported in one line."""
    names = [name for name in logging.Logger.manager.loggerDict if name.split(".")[0] in LOGGERS]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _address_in(file: Path) -> str:
    """Return the address in the file of a scheduler that may be starting just now."""
    until = time.monotonic() + SECONDS_TO_CONNECT
    while True:
        try:
            return str(read_json(file)["address"])
        except (TableError, KeyError, TypeError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise NoExecutorError("--dask needs Dask: pip install 'nssi-abm[cluster]'") from None
    return distributed


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and workers as processes of this machine; yield its address; end them.

    They end, too, when this process is killed. Dask lets everybody who reaches the scheduler run
    code: here that is every user of this machine, for it listens without a password or encryption.
    """
    _distributed()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        contextlib.ExitStack() as processes,
    ):
        folder, file = Path(name), f"{name}/scheduler.json"
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        scheduler = _start(folder, "scheduler", *local, "--port", "0", "--scheduler-file", file)
        processes.callback(_end, scheduler)
        address = _address(scheduler, Path(file), folder / "scheduler.log")
        options = ["--nthreads", "1", "--nworkers", str(workers), "--memory-limit", "0"]
        options += ["--local-directory", name]
        processes.callback(_end, _start(folder, "worker", address, *local, *options))
        yield address


def _start(folder: Path, *command: str) -> "subprocess.Popen[bytes]":
    """Start a command of Dask that ends when this process does."""
    environment = dict.fromkeys(THREADS, "1") | os.environ
    with open(folder / f"{command[0]}.log", "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "abm.runs.dask_cluster", *command],
            stdin=subprocess.PIPE,  # nothing is sent; that it closes tells of our end
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the main process only
        )


def _address(scheduler: "subprocess.Popen[bytes]", file: Path, log: Path) -> str:
    """Wait until the scheduler has written where it listens."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and scheduler.poll() is None:
        with contextlib.suppress(TableError, KeyError, TypeError):
            return str(read_json(file)["address"])
        time.sleep(0.05)
    lines = log.read_text(errors="replace").strip().splitlines()
    reason = lines[-1] if lines else "it said nothing"
    raise NoExecutorError(f"the Dask scheduler did not start: {reason}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command of Dask, by asking first."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _end_with_input() -> None:
    """Read until the other end is closed; then end this process."""
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    from dask.cli import run_cli

    sys.argv[0] = "dask"
    run_cli()
