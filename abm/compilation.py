"""How rules are compiled: one decorator for rules, one for kernels, a cache that cannot lie.

A *rule* is plain scalar Python. Called from Python it runs as it stands; called from a *kernel*
(the loop over people) it is compiled. Numba's own cache looks only at the file of the kernel, so
machine code would outlive a change in a rule; here the cache folder is named by a hash over every
file that a kernel reaches, and is private because a cache is a pickle.
"""

import functools
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

PACKAGE = Path(__file__).parent
DECIDES = (
    *("chance.py", "compilation.py", "parameters.py", "parameters.toml"),
    *("people", "mechanisms", "scenario", "simulation"),
)
"""What decides a bit of a run: the simulation and what it stands on. Nothing else can, since none
of it imports anything else of the package but `io`, which knows nothing of the model."""

COMPILED = (
    *("chance.py", "compilation.py", "mechanisms"),
    *("people/birth.py", "people/codes.py", "people/friendships.py", "people/layout.py"),
    *("people/maltreatment.py", "people/records.py", "people/ties.py"),
    *("simulation/kernel.py", "simulation/moments.py"),
)
"""What decides machine code: kernels and all that they import, whose constants are frozen in it.
Fields of records, as those that parameters.toml declares, need no place here: they are part of the
types of arguments, and Numba compiles anew for other types."""


def code_version() -> str:
    """Return the hash (16 hexadecimal digits) over the files of the package that decide results.

    Two runs with the same code version, scenario and seed give the same results, bit for bit.
    """
    return version_of(*DECIDES)


@functools.cache
def version_of(*places: str) -> str:
    """Return a hash over Python, TOML and CSV files at some files and folders of the package."""
    within = tuple(f"{folder}/" for folder in places)
    names = _sources("*.py", "*.toml", "*.csv")
    return _hash_of(name for name in names if name in places or name.startswith(within))


def source_hash() -> str:
    """Return the hash over all files of the package: over what is shown as well as what is run."""
    return _hash_of(_sources("*.py", "*.toml", "*.csv", "*.json"))


def _sources(*kinds: str) -> list[str]:
    paths = (path for kind in kinds for path in PACKAGE.rglob(kind))
    return sorted(path.relative_to(PACKAGE).as_posix() for path in paths)


def _hash_of(names: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0")
        digest.update((PACKAGE / name).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def private_cache_folder() -> Path | None:
    """Return a cache folder that only this user can read and write, or None where there is none.

    `NSSI_CACHE_DIR` names the parent folder; otherwise the user's cache folder is taken.
    """
    chosen = os.environ.get("NSSI_CACHE_DIR")
    standard = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    parent = Path(chosen) if chosen else Path(standard) / "nssi-abm"
    folder = parent / version_of(*COMPILED)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode) or not os.access(folder, os.W_OK | os.X_OK):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077):
        return None
    return folder


_cache_folder = private_cache_folder()
_waiting: list[Callable[..., Any]] = []  # rules that Numba does not know yet


@functools.cache
def _numba() -> Any:
    """Import Numba, which takes a while, once something is to be compiled."""
    if _cache_folder is not None:  # known before Numba looks for it
        os.environ["NUMBA_CACHE_DIR"] = str(_cache_folder)
    import numba

    if _cache_folder is not None:
        numba.config.CACHE_DIR = str(_cache_folder)
    return numba


def rule[F: Callable[..., Any]](function: F) -> F:
    """Mark a function as a rule: plain Python when called from Python, compiled inside a kernel."""
    _waiting.append(function)
    if _numba.cache_info().currsize:
        _make_rules_known()
    return function


def _make_rules_known() -> None:
    """Tell Numba of the rules it does not know; what only reads rules never has to import it.

    All stand in the kernel where they are called. Calling rare ones instead is no faster, and a
    rule that is called in both ways is compiled twice.
    """
    _numba()
    from numba.extending import register_jitable

    while _waiting:
        options = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        register_jitable(**options, forceinline=True)(_waiting.pop(0))


def kernel[F: Callable[..., Any]](function: F) -> F:
    """Compile a loop over people; the only functions that are compiled and cached by themselves."""
    _make_rules_known()
    compiled = _numba().njit(error_model="numpy", cache=_cache_folder is not None)(function)
    return cast(F, compiled)
