"""Simulated studies: a study of the register is done in the lived worlds and gives a number.

Most studies ask everybody there is, over all seeds; their interval (95 %) is a jackknife that
leaves out one of some twenty groups of people in turn. Where the published figure counts studies,
samples of the published size are drawn many times from keyed random streams, and the interval is
the spread between sets of studies.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from abm.chance import Purpose, generator
from abm.evidence.expressions import evaluate
from abm.evidence.posterior_spread import OverDraws, over_draws
from abm.evidence.register import SETTINGS, Entry, Study, bounds_of
from abm.evidence.statistics import STATISTICS, Columns, is_significant, percentage
from abm.evidence.tables import Table, answers, pooled, side_by_side
from abm.evidence.verdicts import Verdict, verdict_of, worst
from abm.studies.intervals import students_half

SEXES = {"female": 0.0, "male": 1.0}
SETS = 200
SETS_A_DRAW = 20
"""Fewer sets tell the mean of one draw of the parameters; its spread is not asked for."""
ENDORSING = 10.0
"""A study reports a function when at least this percentage of its people endorse it."""

Lived = Mapping[int, Mapping[str, Mapping[str, np.ndarray]]]
"""Tables by seed and name."""


class Found(NamedTuple):
    """What a study found: a number, its interval (95 %), how that was made, rows looked at."""

    value: float
    low: float
    high: float
    how: str
    rows: int


class Result(NamedTuple):
    """What became of one entry of the register.

    Attributes
    ----------
    entry : Entry
        The entry.
    found : tuple of Found
        One for each of its studies.
    verdicts : tuple of str
        One for each.
    place : int
        The study that decides: the one with the worst verdict, the first of equals.
    over_draws : tuple of OverDraws
        One for each study, where parameters were drawn; else empty.
    """

    entry: Entry
    found: tuple[Found, ...]
    verdicts: tuple[Verdict, ...]
    place: int
    over_draws: tuple[OverDraws, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict on the entry."""
        return self.verdicts[self.place] if self.verdicts else "not answerable"


class Worlds:
    """The tables of all lived worlds, pooled over their seeds.

    Parameters
    ----------
    lived
        By name of the world: tables by seed and name.
    is_drawn
        Whether every seed lived parameters of its own, drawn from the posterior. Groups of people
        are then across seeds, so that intervals by groups hold chance and not the parameters.
    """

    def __init__(self, lived: Mapping[str, Lived], is_drawn: bool = False) -> None:
        self._lived, self.is_drawn = lived, is_drawn
        self._known: dict[tuple[str, str], Table] = {}
        self.first_seed = min((seed for each in lived.values() for seed in each), default=0)

    def table(self, world: str, name: str) -> Table | None:
        """Return a table of a world, or None if it was not lived or has no such table."""
        key = (world, name)
        if key not in self._known:
            tables = sorted(self._lived.get(world, {}).items())
            seeds = [(seed, each[name]) for seed, each in tables if name in each]
            if not seeds:
                return None
            people = None if name in ("people", "leavers") else self._everybody(world)
            self._known[key] = pooled(seeds, people, across=self.is_drawn)
        return self._known[key]

    def each_seed(self) -> "list[Worlds]":
        """Return the worlds of every seed alone, in order of the seeds."""
        seeds = sorted({seed for each in self._lived.values() for seed in each})
        return [
            Worlds({name: {seed: each[seed]} for name, each in self._lived.items() if seed in each})
            for seed in seeds
        ]

    def _everybody(self, world: str) -> Table | None:
        """Return people and leavers of a world as one table."""
        key = (world, "everybody")
        if key not in self._known:
            seeds = []
            for seed, tables in sorted(self._lived[world].items()):
                parts = [tables[name] for name in ("people", "leavers") if name in tables]
                if parts:
                    names = parts[0]
                    whole = {name: np.concatenate([p[name] for p in parts]) for name in names}
                    seeds.append((seed, whole))
            if not seeds:
                return None
            self._known[key] = pooled(seeds, across=self.is_drawn)
        return self._known[key]


def judge(entry: Entry, worlds: Worlds, draws: Sequence[Worlds] = ()) -> Result:
    """Do the studies of an entry and give the verdict.

    Parameters
    ----------
    entry
        Of the register.
    worlds
        Of all seeds.
    draws
        Where parameters were drawn, the worlds of every seed alone.
    """
    if not entry.is_answerable:
        return Result(entry, (), (), 0)
    found = tuple(do_study(study, worlds) for study in entry.study)
    spread = tuple(
        over_draws([value_of(study, each, SETS_A_DRAW) for each in draws], *bounds_of(entry, study))
        for study in entry.study
        if draws
    )
    own = [(each.low, each.high) for each in found]
    for place, each in enumerate(spread):
        own[place] = each.sureness(*own[place], *bounds_of(entry, entry.study[place]))
    verdicts = [
        verdict_of(each.value, *bounds_of(entry, study), *ends)
        for study, each, ends in zip(entry.study, found, own, strict=True)
    ]
    return Result(entry, found, tuple(verdicts), worst(verdicts), spread)


def do_study(study: Study, worlds: Worlds) -> Found:
    """Do one study; without its world, or without people, its number is NaN."""
    asked = _asked(study, worlds)
    if asked is None:
        return Found(math.nan, math.nan, math.nan, "nobody to ask", 0)
    values, group = asked
    with np.errstate(all="ignore"):
        if study.size is not None:
            return _over_studies(study, values, worlds.first_seed)
        found = _over_people(study, values, group)
    if not worlds.is_drawn:
        return found
    how = "no interval for chance" if math.isnan(found.low) else "interval by groups of people"
    return found._replace(how=f"everybody of all draws; {how}")


def value_of(study: Study, worlds: Worlds, sets: int = SETS) -> float:
    """Return the number of a study without its interval, which takes far longer.

    Parameters
    ----------
    study
        Any of the register.
    worlds
        The lived worlds.
    sets
        How many sets are drawn, where it is over studies.
    """
    asked = _asked(study, worlds)
    if asked is None:
        return math.nan
    with np.errstate(all="ignore"):
        if study.size is not None:
            return _over_studies(study, asked[0], worlds.first_seed, sets).value
        return _statistic_of(study, asked[0], slice(None))


def _asked(study: Study, worlds: Worlds) -> tuple[list[np.ndarray], np.ndarray] | None:
    """Return the columns a study computes from, and the group of each row; None without people."""
    table = worlds.table(study.world, study.table)
    if table is not None and study.against is not None:
        other = worlds.table(study.against, study.table)
        table = None if other is None else side_by_side(table, other)
    if table is None or not len(table):
        return None
    sample = sample_of(study, answers(table, study.asked))
    if not len(sample):
        return None
    expressions = [study.of, study.by or study.of, study.given or study.of, *study.than]
    values = [evaluate(each, sample) for each in expressions]
    used = values[:1] + [v for v, e in zip(values[1:3], (study.by, study.given), strict=True) if e]
    keep = ~np.isnan(np.array([*used, *values[3:]])).any(axis=0)
    if study.where is not None:
        keep &= evaluate(study.where, sample) > 0
    return [np.ascontiguousarray(each[keep]) for each in values], sample.group[keep]


def sample_of(study: Study, table: Table) -> Table:
    """Return those of a table whom a study samples: by setting, sex and completed age.

    Tables without a column (the census has no persons, a trial no ages) are not narrowed by it;
    the setting of an act or prompt is that of its person.
    """
    keep = np.ones(len(table), bool)
    if study.sex != "all":
        keep &= table.column("sex") == SEXES[study.sex]
    if study.ages != (10, 25):
        age = table.column("age" if table.has("age") else "who_age")
        keep &= (age >= study.ages[0]) & (age < study.ages[1] + 1)
    if study.setting != "community":
        whose = table if table.has("care") else _as_people(table)
        keep &= evaluate(SETTINGS[study.setting], whose) > 0
    return table.take(keep)


def _as_people(table: Table) -> Table:
    """Return the columns that settings ask for, looked up in the table of people."""
    names = ("care", "ever", "hospital_contacts", "past_year_acts")
    columns = {name: table.column(f"who_{name}") for name in names}
    return Table(columns, table.key, table.group)


def _statistic_of(study: Study, values: list[np.ndarray], rows: np.ndarray | slice) -> float:
    """Compute the statistic of some rows."""
    compute = STATISTICS[study.statistic].compute
    chosen = [each[rows] for each in values]
    by, given = chosen[1:3]
    whole = compute(Columns(chosen[0], by, given, study.per))
    rest = [compute(Columns(each, by, given, study.per)) for each in chosen[3:]]
    return whole - max(rest) if rest else whole


def _over_people(study: Study, values: list[np.ndarray], group: np.ndarray) -> Found:
    """Compute the statistic of everybody, and its interval by leaving out groups of people."""

    def of(rows: np.ndarray | slice) -> float:
        return _statistic_of(study, values, rows)

    value = of(slice(None))
    bounds = (-math.inf, math.inf) if study.than else STATISTICS[study.statistic].bounds
    low, high = within(bounds, of, value, group)
    return Found(value, low, high, "everybody; interval by groups of people", len(group))


def within(
    bounds: tuple[float, float],
    of: Callable[[np.ndarray], float],
    value: float,
    group: np.ndarray,
) -> tuple[float, float]:
    """Return the interval of a statistic that lies within bounds: of ratios, on the log scale."""
    lowest, highest = bounds
    if lowest == 0.0 and highest == math.inf and value > 0.0:
        ends = jackknife(lambda rows: float(np.log(of(rows))), math.log(value), group)
        if all(map(math.isfinite, ends)):
            return math.exp(min(ends[0], 700.0)), math.exp(min(ends[1], 700.0))
    low, high = jackknife(of, value, group)
    return float(np.maximum(low, lowest)), float(np.minimum(high, highest))


def jackknife(
    of: Callable[[np.ndarray], float], value: float, group: np.ndarray
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic by leaving out one group of rows in turn.

    Parameters
    ----------
    of
        The statistic of the rows for which an array is true.
    value
        The statistic of all rows.
    group
        The group of every row.

    Returns
    -------
    tuple of float
        Student's t interval; NaN with fewer than three groups, where one gives no number, and
        where all give the same.
    """
    groups = np.unique(group)
    count = len(groups)
    if count < 3 or math.isnan(value):
        return math.nan, math.nan
    without = np.array([of(group != each) for each in groups])
    spread = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    half = float(students_half(spread * math.sqrt(count), count, value))
    return value - half, value + half


def _over_studies(study: Study, values: list[np.ndarray], seed: int, sets: int = SETS) -> Found:
    """Draw sets of studies of limited size; return the mean percentage and its spread."""
    assert study.size is not None
    assert study.studies is not None
    people, luck = len(values[0]), generator(seed, Purpose.STUDY)
    fewest, most = study.size
    if people < fewest:
        return Found(math.nan, math.nan, math.nan, "too few people for one study", people)
    yes = np.zeros(sets * study.studies, bool)
    for place in range(len(yes)):
        size = min(people, int(luck.integers(fewest, most + 1)))
        rows = luck.integers(0, people, size)
        of, by, given = (each[rows] for each in values[:3])
        columns = Columns(of, by, given, study.per)
        if study.statistic == "percentage of studies significant":
            yes[place] = is_significant(columns)
        else:
            yes[place] = percentage(columns) >= ENDORSING
    shares = 100.0 * yes.reshape(sets, study.studies).mean(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    how = f"sets of {study.studies} studies of {fewest} to {most} people, drawn {sets} times"
    return Found(float(shares.mean()), float(low), float(high), how, people)
