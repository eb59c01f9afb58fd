"""What decides a result (its key), what its scenario differs in, and how large a run is."""

import functools
import hashlib
import json
from collections.abc import Callable
from importlib import metadata
from typing import Any

from abm.compilation import code_version, version_of
from abm.scenario.scenario import Scenario

LIBRARIES_OF_BITS = ("numpy", "numba")  # other versions may give other last digits
AGENT_DAYS_A_SECOND = 2e6  # until something was measured
NOT_IN_KEY = frozenset({"name", "title", "observation", "economics"})  # change no figure


def run_key(scenario: Scenario, seed: int, evaluator: str = "") -> str:
    """Return the SHA-256, in hexadecimal digits, over all that decides the figures of a run.

    The scenario enters as resolved, without its name, title and observation; so do the versions of
    the code, of the outcomes and of the libraries that compute them, and the name of the evaluator,
    if it is not the standard one.
    """
    from abm.studies.outcomes import OUTCOMES_VERSION

    resolved = scenario.resolved()
    content = {
        "scenario": {name: value for name, value in resolved.items() if name not in NOT_IN_KEY},
        "seed": seed,
        "code": made_with(),
        "outcomes": OUTCOMES_VERSION,
        "evaluator": evaluator,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def result_key(kind: str, scenario: Scenario, seed: int, extra: str = "") -> str:
    """Return the key of a result of a kind: a hash over all that decides it.

    `extra` is what else decides it, such as the name of a function that is not the standard one.
    """
    return key_of_kind(kind, run_key(scenario, seed, extra))


def key_of_kind(kind: str, run: str) -> str:
    """Return the key of a result of a kind, from the key of its run."""
    return hashlib.sha256(f"{kind} {run}".encode()).hexdigest()


def name_of(function: Callable[..., Any]) -> str:
    """Return what stands for a function in a key: its `key_name`, or else where it is."""
    own = getattr(function, "key_name", None)
    return own if own else f"{function.__module__}.{function.__qualname__}"


def made_with() -> str:
    """Return the versions of all that decides every bit of a result, the studies among them."""
    return f"{code_version()}, studies {version_of('studies')}, {_libraries()}"


@functools.cache
def _libraries() -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES_OF_BITS)


def agent_days(scenario: Scenario) -> int:
    """Return the days lived by all people of one run, warm-up included."""
    from abm.simulation.world import WARM_UP_YEARS

    warm_up = WARM_UP_YEARS if scenario.population.kind == "open" else 0
    runs = 2 if scenario.interventions else 1  # with and without
    return round(runs * scenario.population.size * (scenario.calendar.years + warm_up) * 365.25)


def differences_of(scenario: Scenario) -> dict[str, Any]:
    """Return the settings in which a scenario differs from the defaults.

    Names are those of ``--set``: a parameter or switch by its name, anything else dotted, such
    as ``population.size`` or ``trends.online_exposure.2015``.
    """
    defaults = _default_settings()
    settings = _settings(scenario.resolved())
    return {name: value for name, value in settings.items() if defaults.get(name) != value}


@functools.cache
def _default_settings() -> dict[str, Any]:
    return _settings(Scenario(name="defaults").resolved())


def _settings(resolved: dict[str, Any]) -> dict[str, Any]:
    """Flatten a resolved scenario to settings by name."""
    settings: dict[str, Any] = {}

    def flatten(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            settings[name] = value
            return
        for key, inner in value.items():
            flatten(f"{name}.{key}" if name else str(key), inner)

    for name, value in resolved.items():
        if name not in NOT_IN_KEY:
            flatten("" if name in ("parameters", "switches") else name, value)
    return settings
