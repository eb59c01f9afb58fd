"""Simulated studies: a study of the register is done in simulated worlds and gives a number.

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
from abm.evidence.register import SETTINGS, Asked, Entry, Study, bounds_of
from abm.evidence.statistics import STATISTICS, Columns, is_significant, percentage
from abm.evidence.tables import StudyTable, answers, below, pooled, side_by_side
from abm.evidence.verdicts import PosteriorSpread, Verdict, posterior_spread, verdict_of, worst
from abm.studies.intervals import TAILS, students_half

SEXES = {"female": 0.0, "male": 1.0}
SETS = 200
SETS_A_DRAW = 20
"""Fewer sets tell the mean of one draw of the parameters; its spread is not asked for."""
ENDORSING = 10.0
"""A study reports a function when at least this percentage of its people endorse it."""

Tables = Mapping[int, Mapping[str, Mapping[str, np.ndarray]]]
"""Tables of a world, by seed and name."""


class Simulated(NamedTuple):
    """What a simulated study gives."""

    value: float
    low: float  # end of its interval (95 %)
    high: float
    made_of: str  # how the interval was made
    people: int  # looked at; where a table has no persons, its rows


class Result(NamedTuple):
    """What became of one entry of the register."""

    entry: Entry
    simulated: tuple[Simulated, ...]  # one for each of its studies
    verdicts: tuple[Verdict, ...]  # one for each
    deciding: int  # the study with the worst verdict, the first of equals
    spreads: tuple[PosteriorSpread, ...] = ()  # for each study, where parameters were drawn
    # Of each study its value in every seed alone: of all where parameters were drawn, else of those
    # that have no interval by groups of people.
    by_seed: tuple[tuple[float, ...], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict on the entry."""
        return self.verdicts[self.deciding] if self.verdicts else "not answerable"


class Worlds:
    """The tables of all worlds that were run, by name, pooled over their seeds.

    `is_drawn` says whether every seed has parameters of its own, drawn from the posterior. Groups
    of people are then across seeds, so that intervals by groups hold chance and not the parameters.
    """

    def __init__(self, tables: Mapping[str, Tables], is_drawn: bool = False) -> None:
        self._tables, self.is_drawn = tables, is_drawn
        self._known: dict[tuple[str, str], StudyTable | None] = {}
        self._answered: dict[tuple[str, str, Asked], StudyTable | None] = {}
        self.first_seed = min((seed for seeds in tables.values() for seed in seeds), default=0)

    def table(self, world: str, name: str) -> StudyTable | None:
        """Return a table of a world, or None if it was not run or has no such table."""
        if (world, name) not in self._known:
            people = None if name in ("people", "leavers") else self._everybody(world)
            self._known[world, name] = self._pooled(world, (name,), people)
        return self._known[world, name]

    def answered(self, world: str, name: str, asked: Asked) -> StudyTable | None:
        """Return a table as people report it who are asked so, or None if there is none."""
        key = world, name, asked
        if key not in self._answered:
            table = self.table(world, name)
            self._answered[key] = None if table is None else answers(table, asked)
        return self._answered[key]

    def of_single_seeds(self) -> "list[Worlds]":
        """Return the worlds of every seed alone, in order of the seeds."""
        return [
            Worlds(
                {name: {seed: seeds[seed]} for name, seeds in self._tables.items() if seed in seeds}
            )
            for seed in sorted({seed for seeds in self._tables.values() for seed in seeds})
        ]

    def _everybody(self, world: str) -> StudyTable | None:
        """Return people and leavers of a world as one table; a person's last row is the latest."""
        if (world, "everybody") not in self._known:
            self._known[world, "everybody"] = self._pooled(world, ("people", "leavers"))
        return self._known[world, "everybody"]

    def _pooled(
        self, world: str, names: tuple[str, ...], people: StudyTable | None = None
    ) -> StudyTable | None:
        """Return tables of a world below each other, of all seeds that have one of them."""
        seeds = []
        for seed, tables in sorted(self._tables.get(world, {}).items()):
            if parts := [tables[name] for name in names if name in tables]:
                seeds.append((seed, below(parts)))
        return pooled(seeds, people, across=self.is_drawn) if seeds else None


def judge(
    entry: Entry,
    worlds: Worlds,
    draws: Sequence[Worlds] = (),
    do: Callable[[Study, Worlds], Simulated] | None = None,
) -> Result:
    """Do the studies of an entry of the register and give the verdict.

    `worlds` are those of all seeds; `draws`, where parameters were drawn, those of every seed
    alone. `do` does one study, where that is not `do_study`.
    """
    if not entry.is_answerable:
        return Result(entry, (), (), 0)
    simulated, verdicts, spreads, by_seed = [], [], [], []
    for study in entry.study:
        number, bounds = (do or do_study)(study, worlds), bounds_of(entry, study)
        interval = number.low, number.high
        has_none = do is None and math.isnan(number.low) and not math.isnan(number.value)
        seeds = draws or (worlds.of_single_seeds() if has_none else ())
        values = [value_of(study, seed, SETS_A_DRAW) for seed in seeds]
        by_seed.append(tuple(values))
        if draws:
            spreads.append(posterior_spread(values, *bounds))
            interval = spreads[-1].interval_for_verdict(*interval, *bounds)
        simulated.append(number)
        verdicts.append(verdict_of(number.value, *bounds, *interval))
    deciding = worst(verdicts)
    return Result(
        entry, tuple(simulated), tuple(verdicts), deciding, tuple(spreads), tuple(by_seed)
    )


def do_study(study: Study, worlds: Worlds) -> Simulated:
    """Do one study; without its world, or without people, its number is NaN."""
    sample = _sample(study, worlds)
    if sample is None:
        return Simulated(math.nan, math.nan, math.nan, "nobody to ask", 0)
    with np.errstate(all="ignore"):
        if study.size is not None:
            return _over_studies(study, sample, worlds.first_seed)
        simulated = _over_people(study, sample)
    if not worlds.is_drawn:
        return simulated
    has_none = math.isnan(simulated.low)
    made_of = "no interval for chance" if has_none else "interval by groups of people"
    return simulated._replace(made_of=f"everybody of all draws; {made_of}")


def value_of(study: Study, worlds: Worlds, sets: int = SETS) -> float:
    """Return the number of a study without its interval, which takes far longer.

    A study over studies draws so many `sets` of them.
    """
    sample = _sample(study, worlds)
    if sample is None:
        return math.nan
    with np.errstate(all="ignore"):
        if study.size is not None:
            return _over_studies(study, sample, worlds.first_seed, sets).value
        return _statistic_of(study, sample.values, slice(None))


class _Sample(NamedTuple):
    """What a study computes from: columns of those it samples."""

    values: list[np.ndarray]  # `of`, `by`, `given` and those of `than`; the same array where equal
    group: np.ndarray  # of every row
    people: int  # whose rows they are; where a table has no persons, how many there are


def _sample(study: Study, worlds: Worlds) -> _Sample | None:
    """Return whom a study samples, without rows on which something is not known, or None."""
    table = worlds.answered(study.world, study.table, study.asked)
    if table is not None and study.against is not None:
        other = worlds.answered(study.against, study.table, study.asked)
        table = None if other is None else side_by_side(table, other)
    if table is None or not len(table):
        return None
    sample = sample_of(study, table)
    if not len(sample):
        return None
    expressions = [study.of, study.by or study.of, study.given or study.of, *study.than]
    columns = {
        expression: evaluate(expression, sample) for expression in dict.fromkeys(expressions)
    }
    keep = np.ones(len(sample), bool) if study.where is None else evaluate(study.where, sample) > 0
    for column in columns.values():
        keep &= ~np.isnan(column)
    rows = np.flatnonzero(keep)
    if study.size is None:  # groups that stand together are left out faster
        rows = rows[np.argsort(sample.group[rows], kind="stable")]
    kept = {expression: column[rows] for expression, column in columns.items()}
    people = len(np.unique(sample.key[rows])) if sample.has("person") else len(rows)
    return _Sample([kept[expression] for expression in expressions], sample.group[rows], people)


def sample_of(study: Study, table: StudyTable) -> StudyTable:
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
        whose = table if table.has("past_year_acts") else _as_people(table)
        keep &= evaluate(SETTINGS[study.setting], whose) > 0
    return table if keep.all() else table.take(keep)


def _as_people(table: StudyTable) -> StudyTable:
    """Return the columns that settings ask for, looked up in the table of people."""
    names = ("care", "ever", "hospital_contacts", "past_year_acts")
    columns = {name: table.column(f"who_{name}") for name in names}
    return StudyTable(columns, table.key, table.group)


def _statistic_of(study: Study, values: list[np.ndarray], rows: np.ndarray | slice) -> float:
    """Compute the statistic of some rows."""
    compute = STATISTICS[study.statistic].compute
    distinct = {id(column): column for column in values}
    chosen = {number: column[rows] for number, column in distinct.items()}
    of, by, given, *others = [chosen[id(column)] for column in values]
    whole = compute(Columns(of, by, given, study.per))
    rest = [compute(Columns(other, by, given, study.per)) for other in others]
    return whole - max(rest) if rest else whole


def _over_people(study: Study, sample: _Sample) -> Simulated:
    """Compute the statistic of everybody, and its interval by leaving out groups of people."""

    def statistic(rows: np.ndarray | slice) -> float:
        return _statistic_of(study, sample.values, rows)

    value = statistic(slice(None))
    bounds = (-math.inf, math.inf) if study.than else STATISTICS[study.statistic].bounds
    low, high = within(bounds, statistic, value, sample.group)
    made_of = "everybody; interval by groups of people"
    return Simulated(value, low, high, made_of, sample.people)


def within(
    bounds: tuple[float, float],
    statistic: Callable[[np.ndarray], float],
    value: float,
    group: np.ndarray,
) -> tuple[float, float]:
    """Return the interval of a statistic that lies within bounds: of ratios, on the log scale."""
    lowest, highest = bounds
    if lowest == 0.0 and highest == math.inf and value > 0.0:
        ends = jackknife(lambda rows: float(np.log(statistic(rows))), math.log(value), group)
        if all(map(math.isfinite, ends)):
            return math.exp(min(ends[0], 700.0)), math.exp(min(ends[1], 700.0))
    low, high = jackknife(statistic, value, group)
    return float(np.maximum(low, lowest)), float(np.minimum(high, highest))


def jackknife(
    statistic: Callable[[np.ndarray], float], value: float, group: np.ndarray
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic by leaving out one group of rows in turn.

    `statistic` is of the rows for which an array is true, `value` that of all rows, `group` the
    group of every row. Student's t interval; NaN with fewer than three groups, where one gives no
    number, and where all give the same.
    """
    groups = np.unique(group)
    count = len(groups)
    if count < 3 or math.isnan(value):
        return math.nan, math.nan
    without = np.array([statistic(group != left_out) for left_out in groups])
    spread = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    half = float(students_half(spread * math.sqrt(count), count, value))
    return value - half, value + half


def _over_studies(study: Study, sample: _Sample, seed: int, sets: int = SETS) -> Simulated:
    """Draw sets of studies of limited size; return the mean percentage and its spread."""
    assert study.size is not None
    assert study.studies is not None
    answered, stream = len(sample.group), generator(seed, Purpose.STUDY)
    fewest, most = study.size
    if answered < fewest:
        too_few = "too few people for one study"
        return Simulated(math.nan, math.nan, math.nan, too_few, sample.people)
    yes = np.zeros(sets * study.studies, bool)
    for index in range(len(yes)):
        size = min(answered, int(stream.integers(fewest, most + 1)))
        rows = stream.integers(0, answered, size)
        of, by, given = (column[rows] for column in sample.values[:3])
        columns = Columns(of, by, given, study.per)
        if study.statistic == "percentage of studies significant":
            yes[index] = is_significant(columns)
        else:
            yes[index] = percentage(columns) >= ENDORSING
    shares = 100.0 * yes.reshape(sets, study.studies).mean(axis=1)
    low, high = np.quantile(shares, TAILS)
    made_of = f"sets of {study.studies} studies of {fewest} to {most} people, drawn {sets} times"
    return Simulated(float(shares.mean()), float(low), float(high), made_of, sample.people)
