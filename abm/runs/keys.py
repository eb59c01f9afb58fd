"""One row a run: what decides it (its key), what it differs in, and what became of it."""

import functools
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pydantic import Field

from abm.io.files import ReadBack, parse_json

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.scenario.scenario import Scenario

DONE, FAILED = "done", "failed"
TEXT_COLUMNS = ("key", "status", "error", "code", "differences")
ROW_COLUMNS = ("key", "seed", "status", "error", "code", "differences", "seconds")
PART = "part"  # stands only in the index of a store
LIBRARIES_OF_BITS = ("numpy", "numba")  # other versions may give other last digits
AGENT_DAYS_A_SECOND = 2e6  # until something was measured
NOT_IN_KEY = frozenset({"name", "title", "observation"})  # they do not change the figures


@dataclass(frozen=True)
class RunResult:
    """What became of one run.

    Parameters
    ----------
    key
        `run_key` of the run.
    seed
        Its seed.
    status
        "done" or "failed".
    differences
        Where its scenario differs from the defaults, as JSON (see `differences_of`).
    outcomes
        Figures by name; empty if it failed.
    error
        Traceback of a failed run.
    seconds
        How long it took.
    """

    key: str
    seed: int
    status: str
    differences: str
    outcomes: dict[str, float]
    error: str = ""
    seconds: float = 0.0


def run_key(scenario: "Scenario", seed: int, evaluator: str = "") -> str:
    """Return the SHA-256, in hexadecimal digits, over all that decides the figures of a run.

    Parameters
    ----------
    scenario
        Enters as resolved, without its name, title and observation.
    seed
        Seed of the keyed luck.
    evaluator
        Name of the function that computes the figures, if it is not the standard one.

    Returns
    -------
    str
        64 digits; the versions of the code, of the outcomes and of the libraries that compute
        them have entered, too.
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
    return hashlib.sha256(_json(content).encode()).hexdigest()


def result_key(kind: str, scenario: "Scenario", seed: int, extra: str = "") -> str:
    """Return the key of a result of a kind: a hash over all that decides it.

    Parameters
    ----------
    kind
        What it is, such as "world".
    scenario, seed
        As of `run_key`.
    extra
        What else decides it, such as the name of a function that is not the standard one.
    """
    return hashlib.sha256(f"{kind} {run_key(scenario, seed, extra)}".encode()).hexdigest()


def made_with() -> str:
    """Return the versions of the code and of the libraries that decide every bit of a result.

    Figures of a run are computed by the studies, so their version counts, too.
    """
    from abm.compilation import code_version, version_of

    return f"{code_version()}, studies {version_of('studies')}, {_libraries()}"


@functools.cache
def _libraries() -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES_OF_BITS)


def agent_days(scenario: "Scenario") -> int:
    """Return the days lived by all people of one run, warm-up included."""
    from abm.simulation.world import WARM_UP_YEARS

    warm_up = WARM_UP_YEARS if scenario.population.kind == "open" else 0
    lives = 2 if scenario.interventions else 1  # with and without
    return round(lives * scenario.population.size * (scenario.calendar.years + warm_up) * 365.25)


def differences_of(scenario: "Scenario") -> dict[str, Any]:
    """Return the settings in which a scenario differs from the defaults.

    Names are those of ``--set``: a parameter or switch by its name, anything else dotted, such
    as ``population.size`` or ``trends.online_exposure.2015``.
    """
    defaults = _default_settings()
    settings = _settings(scenario.resolved())
    return {name: value for name, value in settings.items() if defaults.get(name) != value}


def as_json(differences: dict[str, Any]) -> str:
    """Return differences as the text that stands in a result's row."""
    return _json(differences)


@functools.cache
def _default_settings() -> dict[str, Any]:
    from abm.scenario.scenario import Scenario

    return _settings(Scenario(name="defaults").resolved())


def _settings(resolved: dict[str, Any]) -> dict[str, Any]:
    """Flatten a resolved scenario to settings by name."""
    settings: dict[str, Any] = {}
    for name, value in resolved.items():
        if name in NOT_IN_KEY:
            continue
        short = name in ("parameters", "switches")
        _flatten("" if short else name, value, settings)
    return settings


def _flatten(name: str, value: Any, settings: dict[str, Any]) -> None:
    if not isinstance(value, dict):
        settings[name] = value
        return
    for key, inner in value.items():
        _flatten(f"{name}.{key}" if name else str(key), inner, settings)


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)


def table_of(results: Collection[RunResult]) -> "pa.Table":
    """Return results as a table: the columns of `ROW_COLUMNS`, then one an outcome.

    Raises
    ------
    ValueError
        If an outcome is called like one of those columns.
    """
    import pyarrow as pa

    from abm.compilation import code_version

    names = list(dict.fromkeys(name for result in results for name in result.outcomes))
    if clash := set(names) & {*ROW_COLUMNS, PART}:
        raise ValueError(f"an outcome may not be called {', '.join(sorted(clash))}")
    columns: dict[str, pa.Array] = {
        "key": pa.array([result.key for result in results], pa.string()),
        "seed": pa.array([result.seed for result in results], pa.uint64()),
        "status": pa.array([result.status for result in results], pa.string()),
        "error": pa.array([result.error for result in results], pa.string()),
        "code": pa.array([code_version()] * len(results), pa.string()),
        "differences": pa.array([result.differences for result in results], pa.string()),
        "seconds": pa.array([result.seconds for result in results], pa.float64()),
    }
    for name in names:
        values = [result.outcomes.get(name) for result in results]
        columns[name] = pa.array(values, pa.float64())
    return pa.table(columns)


def has_columns_of_results(schema: "pa.Schema", *, in_index: bool = False) -> bool:
    """Return whether a table has the columns of results, each of its type and once.

    Only an index has a column that names the part of each row.
    """
    import pyarrow as pa

    types = dict(zip(schema.names, schema.types, strict=True))
    if len(types) < len(schema.names):  # a name stands twice
        return False
    expected = {name: pa.string() for name in TEXT_COLUMNS}
    expected |= {"seed": pa.uint64(), "seconds": pa.float64()}
    if any(types.pop(name, None) != kind for name, kind in expected.items()):
        return False
    if in_index and types.pop(PART, None) != pa.string():
        return False
    return all(kind == pa.float64() for kind in types.values())


def has_rows_of_results(table: "pa.Table", *, with_differences: bool = False) -> bool:
    """Return whether every row says what became of a run, as far as its columns are there.

    Parameters
    ----------
    table
        Some or all columns of results.
    with_differences
        Look at the settings of each scenario, too.
    """
    import pyarrow.compute as pc

    texts = [name for name in TEXT_COLUMNS if name in table.column_names]
    if any(table[name].null_count for name in texts):
        return False
    if "status" in texts and not {*pc.unique(table["status"]).to_pylist()} <= {DONE, FAILED}:
        return False
    try:
        for text in pc.unique(table["differences"]).to_pylist() if with_differences else ():
            read_differences(text)
    except ValueError:
        return False
    return True


def read_differences(text: str) -> dict[str, Any]:
    """Return the differences that stand in a result's row.

    Raises
    ------
    ValueError
        If they are no settings by name, or size, years or kind of the population are none.
    """
    found = parse_json(text)
    _Differences.model_validate(found)
    return dict(found)


class _Differences(ReadBack):
    """Those settings in which scenarios differ that a listing shows by themselves."""

    kind: str = Field("", alias="population.kind")
    people: int = Field(1, alias="population.size", ge=1)
    years: int = Field(1, alias="calendar.years", ge=1)
