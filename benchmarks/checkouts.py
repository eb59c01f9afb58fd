"""Another checkout of the project, with its own environment, measured beside this one."""

import argparse
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def checkout(path: str) -> Path:
    """Return the folder of a checkout that has its environment (for argparse)."""
    folder = Path(path).absolute()
    if not Path(python_of(folder)).exists():
        raise argparse.ArgumentTypeError(
            f"{path} has no .venv/bin/python: run ./nssi --help there once"
        )
    return folder


def python_of(folder: Path) -> str:
    """Return the Python of a checkout."""
    return str(folder / ".venv" / "bin" / "python")


def commit_of(folder: Path) -> str:
    """Return the commit that a checkout is at, and whether it has changes since."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
