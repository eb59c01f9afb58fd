"""What a run hands back: tidy tables, built from the compact arrays of the simulation on demand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.people.codes import CARE_STAGES, TIE_KINDS
from abm.simulation.census import Census

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario.scenario import Scenario

SEX_NAMES = ("female", "male")
ROUTE_NAMES = ("calm", "feel", "punish")

# Integer fields that stand for words or for yes and no in written tables.
WORDS: dict[str, tuple[str, ...]] = {
    "sex": SEX_NAMES,
    "route": ROUTE_NAMES,
    "care": CARE_STAGES,
    "kind": TIE_KINDS,
}
YES_OR_NO = frozenset({"ever", "left", "visible", "hospital", "watched"})

# Rows turned into columns at once when a log is written.
ROWS_A_CHUNK = 131_072

LOG_NAMES = ("people", "acts", "panel", "moments", "ties")


@dataclass(frozen=True)
class Logs:
    """Which tables of rows a run keeps, besides the curves; none changes what happens.

    People have one row a person (traits, history, end state), acts one row an act of the reported
    years; the panel has yearly waves of a sample, moments the states and urges of a sample at
    prompt hours over some weeks, ties one row a friendship or bullying of the reported years.
    """

    people: bool = False
    acts: bool = False
    panel: bool = False
    moments: bool = False
    ties: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the names of the logs that are on."""
        return tuple(name for name in LOG_NAMES if getattr(self, name))

    def __or__(self, other: "Logs") -> "Logs":
        """Return the logs that are on in either."""
        return Logs(*(getattr(self, name) or getattr(other, name) for name in LOG_NAMES))


NO_LOGS = Logs()


@dataclass
class Record:
    """The outcome of one run; frames are made when first asked for.

    A frame that was not logged is None: ``abm.run(scenario, logs=abm.Logs(panel=True))`` logs it.
    There is one census at the end of every twelve reported months. Logged are structured arrays of
    the logs that were on, each a tuple of chunks, by name. Reached is how many each intervention of
    the scenario reached and at what cost, in its order: see
    `abm.simulation.delivery.RunningInterventions.reached`.
    """

    scenario: "Scenario"
    seed: int
    censuses: tuple[Census, ...]
    logged: dict[str, tuple[np.ndarray, ...]]
    reached: tuple[dict[str, Any], ...] = ()

    @cached_property
    def curves(self) -> "pd.DataFrame":
        """Tidy curves by date, sex and age; see `abm.simulation.curves.curves_frame`."""
        from abm.simulation.curves import curves_frame

        return curves_frame(self.censuses, self.seed)

    @cached_property
    def people(self) -> "pd.DataFrame | None":
        """One row a person (leavers of the reported years too), or None if `Logs` had it off."""
        return self._frame("people")

    @cached_property
    def acts(self) -> "pd.DataFrame | None":
        """One row an act of the reported years, or None if `Logs` had it off."""
        return self._frame("acts")

    @cached_property
    def panel(self) -> "pd.DataFrame | None":
        """One row a panel member and wave, or None if `Logs` had it off."""
        return self._frame("panel")

    @cached_property
    def moments(self) -> "pd.DataFrame | None":
        """One row a prompt of the sampled group, or None if `Logs` had it off."""
        return self._frame("moments")

    @cached_property
    def ties(self) -> "pd.DataFrame | None":
        """One row a tie of the reported years, or None if `Logs` had it off."""
        return self._frame("ties")

    @property
    def logs(self) -> Logs:
        """Which logs this record holds."""
        return Logs(**dict.fromkeys(self.logged, True))

    def chunks(self, log: str) -> Iterator[dict[str, np.ndarray]]:
        """Yield the columns of a log chunk by chunk, so that no giant frame is needed."""
        for rows in self.logged[log]:
            for start in range(0, max(len(rows), 1), ROWS_A_CHUNK):
                yield columns_of(rows[start : start + ROWS_A_CHUNK], self.seed)

    def keeping(self, logs: Logs) -> "Record":
        """Return the same record with only these logs."""
        kept = {name: rows for name, rows in self.logged.items() if name in logs.names()}
        return replace(self, logged=kept)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the frames behind when pickled; they are made again when asked for."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __repr__(self) -> str:
        logs = ", ".join(self.logged) or "none"
        return f"<Record seed={self.seed} censuses={len(self.censuses)} logs: {logs}>"

    def _frame(self, log: str) -> "pd.DataFrame | None":
        if log not in self.logged:
            return None
        return frame_of(self.logged[log], self.seed)


def columns_of(rows: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Turn the rows of a log into named columns as they stand in written tables, `seed` first.

    Codes become words, 0 and 1 false and true, and `day` (days of the proleptic Gregorian
    calendar, 1 = 1 January of year 1) a date.
    """
    columns: dict[str, np.ndarray] = {"seed": np.full(len(rows), seed, dtype=np.uint64)}
    for name in rows.dtype.names or ():
        columns[name] = _column(name, rows[name])
    return columns


def frame_of(chunks: Iterable[np.ndarray], seed: int) -> "pd.DataFrame":
    """Return one frame of all chunks of a log (see `columns_of` for the columns)."""
    import pandas as pd

    parts = list(chunks)
    if not parts:
        return pd.DataFrame({"seed": np.empty(0, dtype=np.uint64)})
    rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
    frame = pd.DataFrame(columns_of(rows, seed))
    for name in WORDS:
        if name in frame:
            frame[name] = frame[name].astype("str")
    if "day" in frame:
        frame["day"] = frame["day"].astype("datetime64[s]")
    return frame


def _column(name: str, values: np.ndarray) -> np.ndarray:
    """Return one field as it stands in a table."""
    if name in WORDS:
        return np.array(WORDS[name])[values]
    if name in YES_OR_NO:
        return values != 0
    if name == "day":
        days_before_1970 = 719_163
        return (values.astype(np.int64) - days_before_1970).astype("datetime64[D]")
    return np.ascontiguousarray(values)
