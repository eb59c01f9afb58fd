"""Whether a run can begin at once, and what is said where it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from abm.compilation import _cache_folder


def is_compiled() -> bool:
    """Return whether a run can begin at once; otherwise its kernels are compiled first."""
    from abm.simulation.kernel import run_everybody  # which takes nearly all of the time

    compiled: Any = run_everybody
    if not hasattr(compiled, "signatures") or compiled.signatures:  # plain Python, or in memory
        return True
    cached = Path(compiled.stats.cache_path).glob("kernel.run_everybody-*.nbi")
    return _cache_folder is not None and any(cached)


def announce_compiling(say: Callable[[str], None]) -> None:
    """Say, before the first run of this version, why nothing seems to happen."""
    if not is_compiled():
        say("Compiling, once (about a quarter of a minute)")
