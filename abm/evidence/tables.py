"""What simulated studies look at: the tables of one or several seeds, as plain columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from abm.chance import Purpose, draws_for
from abm.evidence.expressions import ExpressionError
from abm.evidence.register import ACTOR, Asked
from abm.io.messages import did_you_mean
from abm.studies.questions import recognised

GROUPS = 20
"""Groups of people that are left out in turn, to tell how sure a number is."""
SEED_SHIFT = 40  # a person's number stands below this bit of a key, the seed's index above it

Columns = Mapping[str, np.ndarray]


@dataclass
class StudyTable:
    """Columns of the same length, and whose row each is."""

    columns: Columns
    key: np.ndarray  # of the person, also among several seeds; a person's rows are together
    group: np.ndarray  # from 0: the group with which a row is left out
    people: "StudyTable | None" = None  # in whose last row of a person `who_...` is looked up

    def __len__(self) -> int:
        return len(self.key)

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self.columns

    def column(self, name: str) -> np.ndarray:
        """Return a column as float64; an ExpressionError says that there is none of that name."""
        if name in self.columns:
            return np.asarray(self.columns[name], np.float64)
        if name.startswith(ACTOR) and self.people is not None:
            return self._of_the_person(name.removeprefix(ACTOR))
        hint = did_you_mean(name, self.columns)
        raise ExpressionError(f"there is no column {name!r} in this table{hint}")

    def _of_the_person(self, name: str) -> np.ndarray:
        assert self.people is not None
        order = np.argsort(self.people.key, kind="stable")
        known = self.people.key[order]
        if not len(known):
            return np.full(len(self), np.nan)
        index = np.maximum(np.searchsorted(known, self.key, "right") - 1, 0)
        values = self.people.column(name)[order][index]
        return np.where(known[index] == self.key, values, np.nan)

    def take(self, rows: np.ndarray) -> "StudyTable":
        """Return the same table with only these rows."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return StudyTable(columns, self.key[rows], self.group[rows], self.people)

    def with_columns(self, **columns: np.ndarray) -> "StudyTable":
        """Return the same table with these columns added or replaced."""
        return StudyTable({**self.columns, **columns}, self.key, self.group, self.people)


def pooled(
    seeds: Sequence[tuple[int, Columns]], people: StudyTable | None = None, across: bool = False
) -> StudyTable:
    """Put the columns of several seeds together; `who_...` is looked up in `people`.

    Without a column `person` all rows of a seed are one group. `across`: every group has people of
    all seeds, so that what seeds differ by is no part of how sure a number is; else a group is of
    one seed.
    """
    a_seed = GROUPS if across else max(2, GROUPS // max(len(seeds), 1))
    keys, groups = [], []
    for index, (_, columns) in enumerate(seeds):
        count, first = len(next(iter(columns.values()))), 0 if across else index * a_seed
        if "person" in columns:
            person = np.asarray(columns["person"], np.int64)
            groups.append(first + person % a_seed)
        else:
            person = np.zeros(count, np.int64)
            groups.append(np.full(count, first))
        keys.append((index << SEED_SHIFT) | person)
    shared = [name for name in seeds[0][1] if all(name in columns for _, columns in seeds)]
    columns = {name: np.concatenate([table[name] for _, table in seeds]) for name in shared}
    columns["seed"] = np.concatenate(
        [np.full(len(key), seed, np.int64) for key, (seed, _) in zip(keys, seeds, strict=True)]
    )
    return StudyTable(columns, np.concatenate(keys), np.concatenate(groups), people)


def side_by_side(table: StudyTable, other: StudyTable) -> StudyTable:
    """Return the rows of two worlds; `other` is true for those of the second.

    The same person has the same key in both; `who_...` is that of the first.
    """
    shared = [name for name in table.columns if other.has(name)]
    columns = {name: np.concatenate([table.columns[name], other.columns[name]]) for name in shared}
    columns["other"] = np.repeat([0.0, 1.0], [len(table), len(other)])
    key, group = (
        np.concatenate([getattr(table, name), getattr(other, name)]) for name in ("key", "group")
    )
    return StudyTable(columns, key, group, table.people)


def answers(table: StudyTable, asked: Asked) -> StudyTable:
    """Return the table as people report it: ever, acts and past_year_acts of those who tell.

    Who remembers, conceals, and says so face to face is a keyed draw: it depends on the seed, the
    person and the day (where rows have one), on nothing else. Who takes what they did for what a
    single item means does not depend on the day.
    """
    if asked.loses_nothing:
        return table
    tells = np.zeros(len(table), bool)
    day = table.column("day") if table.has("day") else np.zeros(len(table))
    willing = np.ones(len(table))
    if asked.mode == "face to face":
        willing = table.column("survey_willingness")
    recent = table.column("past_year_acts") > 0
    seeds = table.column("seed")
    for seed, date in {(int(s), int(d)) for s, d in zip(seeds, day, strict=True)}:
        rows = np.flatnonzero((seeds == seed) & (day == date))
        person = table.column("person")[rows].astype(np.int64)
        first, second, third, _ = draws_for(seed, person, date, Purpose.STUDY, 0)
        is_open = (first < willing[rows]) & (second >= asked.concealment)
        tells[rows] = is_open & (recent[rows] | (third < asked.recall))
    asked_about = {"ever": "acts", "acts": "acts", "past_year_acts": "past_year_acts"}
    reported = {
        name: np.where(tells & means_it(table, acts, asked), table.column(name), 0.0)
        for name, acts in asked_about.items()
        if table.has(name)
    }
    return table.with_columns(**reported)


def means_it(table: StudyTable, acts: str, asked: Asked) -> np.ndarray:
    """Return for every row whether these acts, if any, are what the question is taken to mean."""
    if asked.question == "list":
        return np.ones(len(table), bool)
    means = np.zeros(len(table), bool)
    seeds = table.column("seed")
    for seed in np.unique(seeds).astype(np.int64):
        rows = np.flatnonzero(seeds == seed)
        person = table.column("person")[rows].astype(np.int64)
        chance = table.column("recognition")[rows]
        means[rows] = recognised(seed, person, table.column(acts)[rows], chance)
    if asked.question == "either":
        means |= table.column("asked_by_list") > 0
    return means
