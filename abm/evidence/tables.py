"""What simulated studies look at: the tables of one or several seeds, as plain columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class MadeColumns(Mapping[str, np.ndarray]):
    """Columns that are made whenever one is asked for, so that none takes memory unasked."""

    names: tuple[str, ...]
    make: Callable[[str], np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.names:
            raise KeyError(name)
        return self.make(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def below(tables: Sequence[Columns]) -> MadeColumns:
    """Return tables below each other, with the columns that all of them have."""
    shared = [name for name in tables[0] if all(name in columns for columns in tables)]
    return MadeColumns(tuple(shared), lambda name: np.concatenate([t[name] for t in tables]))


def beside(columns: Columns, more: Columns) -> MadeColumns:
    """Return columns with more, which stand instead of those of the same name."""
    names = dict.fromkeys((*columns, *more))
    return MadeColumns(tuple(names), lambda name: (more if name in more else columns)[name])


@dataclass
class StudyTable:
    """Columns of the same length, and whose row each is."""

    columns: Columns
    key: np.ndarray  # of the person, also among several seeds; a person's rows are together
    group: np.ndarray  # from 0: the group with which a row is left out
    people: "StudyTable | None" = None  # in whose last row of a person `who_...` is looked up
    whose: np.ndarray | None = None  # that row; -1 where nothing is known of the person

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
        if self.whose is None:
            self.whose = latest_rows(self.people.key, self.key)
        return np.append(self.people.column(name), np.nan)[self.whose]

    def take(self, rows: np.ndarray) -> "StudyTable":
        """Return the same table with only these rows."""
        columns = MadeColumns(tuple(self.columns), lambda name: self.columns[name][rows])
        whose = None if self.whose is None else self.whose[rows]
        return StudyTable(columns, self.key[rows], self.group[rows], self.people, whose)

    def with_columns(self, **columns: np.ndarray) -> "StudyTable":
        """Return the same table with these columns added or replaced."""
        every = beside(self.columns, columns)
        return StudyTable(every, self.key, self.group, self.people, self.whose)


def latest_rows(known: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Return for every key the last row of those known that has it, or -1."""
    order = np.argsort(known, kind="stable")
    index = np.searchsorted(known[order], keys, "right") - 1
    rows = np.append(order, -1)[index].astype(np.int32)
    rows[np.append(known, -1)[rows] != keys] = -1
    return rows


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
        first = 0 if across else index * a_seed
        if "person" in columns:
            person = np.asarray(columns["person"], np.int64)
            groups.append((first + person % a_seed).astype(np.uint16))
        else:
            person = np.zeros(len(next(iter(columns.values()))), np.int64)
            groups.append(np.full(len(person), first, np.uint16))
        keys.append((index << SEED_SHIFT) | person)
    counts, numbers = list(map(len, keys)), [seed for seed, _ in seeds]
    seed = MadeColumns(("seed",), lambda _: np.repeat(numbers, counts))
    columns = beside(below([table for _, table in seeds]), seed)
    return _with_people(StudyTable(columns, np.concatenate(keys), np.concatenate(groups)), people)


def side_by_side(table: StudyTable, other: StudyTable) -> StudyTable:
    """Return the rows of two worlds; `other` is true for those of the second.

    The same person has the same key in both; `who_...` is that of the first.
    """
    is_other = np.repeat([0.0, 1.0], [len(table), len(other)])
    columns = beside(below([table.columns, other.columns]), {"other": is_other})
    key, group = (
        np.concatenate([getattr(table, name), getattr(other, name)]) for name in ("key", "group")
    )
    return _with_people(StudyTable(columns, key, group), table.people)


def _with_people(table: StudyTable, people: StudyTable | None) -> StudyTable:
    """Return a table whose persons are looked up in another."""
    whose = None if people is None else latest_rows(people.key, table.key)
    return StudyTable(table.columns, table.key, table.group, people, whose)


def answers(table: StudyTable, asked: Asked) -> StudyTable:
    """Return the table as people report it: ever, acts and past_year_acts of those who tell.

    Who remembers, conceals, and says so face to face is a keyed draw: it depends on the seed, the
    person and the day (where rows have one), on nothing else. Who takes what they did for what a
    single item means does not depend on the day.
    """
    if asked.loses_nothing:
        return table
    tells = np.zeros(len(table), bool)
    willing = np.ones(len(table))
    if asked.mode == "face to face":
        willing = table.column("survey_willingness")
    recent, person = table.column("past_year_acts") > 0, table.column("person")
    for seed, day, rows in _by_day(table):
        first, second, third, _ = draws_for(seed, person[rows], day, Purpose.STUDY, 0)
        is_open = (first < willing[rows]) & (second >= asked.concealment)
        tells[rows] = is_open & (recent[rows] | (third < asked.recall))
    asked_about = {"ever": "acts", "acts": "acts", "past_year_acts": "past_year_acts"}
    reported = {
        name: table.columns[name] * (tells & means_it(table, acts, asked))
        for name, acts in asked_about.items()
        if table.has(name)
    }
    return table.with_columns(**reported)


def means_it(table: StudyTable, acts: str, asked: Asked) -> np.ndarray:
    """Return for every row whether these acts, if any, are what the question is taken to mean."""
    if asked.question == "list":
        return np.ones(len(table), bool)
    means = np.zeros(len(table), bool)
    person, counts = table.column("person"), table.column(acts)
    recognition = table.column("recognition")
    for seed, rows in _by_seed(table):
        means[rows] = recognised(seed, person[rows], counts[rows], recognition[rows])
    if asked.question == "either":
        means |= table.column("asked_by_list") > 0
    return means


def _by_seed(table: StudyTable) -> Iterator[tuple[int, np.ndarray]]:
    """Yield every seed of a table with its rows."""
    seeds = table.columns["seed"]
    for seed in np.unique(seeds):
        yield int(seed), np.flatnonzero(seeds == seed)


def _by_day(table: StudyTable) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield every seed and day of a table with their rows; 0 is the day of rows without one."""
    for seed, rows in _by_seed(table):
        days = table.columns["day"][rows] if table.has("day") else np.zeros(len(rows), np.int64)
        for day in np.unique(days):
            yield seed, int(day), rows[days == day]
