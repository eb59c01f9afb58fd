"""A simulated trial of DBT-A: the people of the published trials, in both of its arms.

Adolescents with repeated self-injury are found in the lived population and given, by keyed draws,
either DBT-A or other specialist care (enhanced usual care). The same months are simulated again
with the arms exchanged, so that everybody is in both and the arms are alike to the last person: a
trial cannot do that, but its expected result is the same, and less of it is chance. Acts before
entry are counted too: people are picked when they act often, so that both arms act less later. No
size was tuned to the result: what DBT-A does is an assumption of `parameters.toml`, and what
follows for self-injury is set beside the published effects.

``python -m abm.studies.trial`` prints it.
"""

import datetime
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from abm.chance import Purpose, draws_for
from abm.mechanisms.morning import MONTH_MASK
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER
from abm.scenario.dates import starts_month
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.beside import run_worlds_together
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of
from abm.studies.intervals import HALF, Z_95, odds_ratio, standardised_difference

AGES = (12.0, 19.0)  # 12 to 18 completed years
LAST_WEEKS = 8  # what "after treatment" looks back on
MOST_MONTHS = 12  # after entry that stand in the table of a trial one by one
PUBLISHED = (
    ("standardised difference of acts", 0.51, 0.18, 0.85, "E215: Kothgassner et al. 2020, DBT-A"),
    (
        "standardised difference of acts", 0.13, 0.04, 0.22,
        "E214: Kothgassner et al. 2020, any therapy against an active control",
    ),
    ("odds ratio of any act", 0.32, 0.13, 0.70, "E211: McCauley et al. 2018, from memory"),
)  # fmt: skip


class Criteria(NamedTuple):
    """Who takes part, and for how long."""

    acts: int  # least in the past year
    recent_days: int  # back to the last act, at most
    weeks: int  # of treatment and of counting
    months: int = 0  # followed from the first day, where that is longer


REPEATED = Criteria(acts=2, recent_days=16 * 7, weeks=19, months=36)
"""Two acts or more, one of them in the last 16 weeks, as in E213; three years as in N046."""
AFTER_ONE_ACT = Criteria(acts=1, recent_days=365, weeks=26)
"""One act or more, as in the trials that E217 pools; half a year is an assumption between them."""


@dataclass(frozen=True)
class Arm:
    """What became of the participants in one arm."""

    acts: np.ndarray  # over the weeks of treatment
    late_acts: np.ndarray  # over the last `LAST_WEEKS` of them
    acts_after: np.ndarray  # from the end of treatment to the end of the months followed
    months: np.ndarray  # acts in every month followed: shape (participants, months)


@dataclass(frozen=True)
class Trial:
    """Who took part, and what became of everybody in the two arms."""

    person: np.ndarray  # number of each participant, in the order of all arrays
    age: np.ndarray  # at entry
    year_before: np.ndarray  # acts in the year before entry
    months_before: np.ndarray  # acts in the six months before, newest first: (participants, 6)
    treated: Arm
    control: Arm


def simulate_trial(
    scenario: Scenario, seed: int, criteria: Criteria = REPEATED, state: WorldState | None = None
) -> Trial:
    """Run a population to its first reported day and try DBT-A on those eligible.

    `state` is the population on that day, where it is at hand.
    """
    if state is None:
        state = state_of(run_warm_up(World(scenario, seed)))
    worlds = [resume(scenario, seed, state=state) for _ in range(2)]
    rows = eligible(worlds[0], criteria)
    people = worlds[0].people[rows].copy()
    age = worlds[0].ages_of(people)
    drawn = draws_for(seed, people["person"], 0, Purpose.TRIAL, 0)[0] < 0.5
    for world, therapy in zip(worlds, (drawn, ~drawn), strict=True):
        _treat(world, rows, therapy)
    months = month_starts(worlds[0].start, criteria.months)
    first, exchanged = _follow(worlds, rows, max(criteria.weeks * 7, months[-1]))
    treated, control = (
        _arm(np.where(here[:, None], first, exchanged), criteria.weeks * 7, months)
        for here in (drawn, ~drawn)
    )
    before = recent_months(people)
    return Trial(people["person"], age, people["past_year_acts"], before, treated, control)


def recent_months(people: np.ndarray) -> np.ndarray:
    """Return acts in each of the last six monthly counts of people, newest first: (people, 6)."""
    counts: np.ndarray = people["recent_months"][:, None] >> 10 * np.arange(6) & MONTH_MASK
    return counts


def month_starts(start: datetime.date, months: int) -> list[int]:
    """Return how many days after its start a run's months begin: the first, and so many more."""
    days = [0]
    while len(days) <= months:
        day = days[-1] + 1
        while not starts_month(start + datetime.timedelta(day), start):
            day += 1
        days.append(day)
    return days


def _treat(world: World, rows: np.ndarray, therapy: np.ndarray) -> None:
    """Put participants in their arms."""
    people = world.people
    people["care"][rows] = np.where(therapy, THERAPY, SPECIALIST)
    people["care_since"][rows] = world.date.toordinal()
    people["waiting_since"][rows] = NEVER
    people["admissions"][rows] += 1
    people["therapies"][rows] += therapy


def _follow(worlds: Sequence[World], rows: np.ndarray, days: int) -> np.ndarray:
    """Run worlds for some days; return acts ever as of every morning: (worlds, rows, days + 1).

    Participants differ between the worlds for good, by therapy in their history, so that their
    records are those of their own world on every day (see `abm.simulation.beside`).
    """
    start = worlds[0].days_lived
    acts = np.zeros((len(worlds), len(rows), days + 1), np.int64)

    def note(lived: int, _: int) -> None:
        for world, so_far in zip(worlds, acts, strict=True):
            so_far[:, lived - start] = world.people["acts"][rows]

    for world in worlds:
        world.total_days = start + days
    note(start, 0)
    run_worlds_together(worlds, note)
    return acts


def _arm(acts: np.ndarray, treatment: int, months: list[int]) -> Arm:
    """Return the counts of an arm from acts as of every morning; `treatment` is its days."""
    ends = acts[:, treatment]
    return Arm(
        acts=ends - acts[:, 0],
        late_acts=ends - acts[:, treatment - LAST_WEEKS * 7],
        acts_after=acts[:, -1] - ends,
        months=np.diff(acts[:, months], axis=1),
    )


def trial_table(trial: Trial) -> dict[str, np.ndarray]:
    """Return one row a participant and arm, of the treated first.

    `year_before`, `half_year_before` and `month_before` count acts before entry, `month_1` to
    `month_12` (where they were followed) those of the months after it.
    """
    table = {
        name: np.concatenate([getattr(arm, name) for arm in (trial.treated, trial.control)])
        for name in ("acts", "late_acts", "acts_after")
    }
    months = np.concatenate([trial.treated.months, trial.control.months])
    table |= {f"month_{number + 1}": acts for number, acts in enumerate(months.T[:MOST_MONTHS])}
    entry = {
        "person": trial.person,
        "age": trial.age,
        "year_before": trial.year_before,
        "half_year_before": trial.months_before.sum(axis=1),
        "month_before": trial.months_before[:, 0],
    }
    table |= {name: np.concatenate([values, values]) for name, values in entry.items()}
    return table | {"treated": np.repeat([1, 0], len(trial.person))}


def eligible(world: World, criteria: Criteria = REPEATED) -> np.ndarray:
    """Return the rows of adolescents who may take part: recent self-injury, not yet in care."""
    people = world.people
    ages = world.ages_of(people)
    chosen = (people["present"] == 1) & (ages >= AGES[0]) & (ages < AGES[1])
    chosen &= people["past_year_acts"] >= criteria.acts
    chosen &= people["last_act"] >= world.date.toordinal() - criteria.recent_days
    return np.flatnonzero(chosen & (people["care"] < SPECIALIST))


def pooled(trials: Iterable[Trial]) -> Trial:
    """Return all participants of several trials as one."""
    joined: Trial = _joined(list(trials))
    return joined


def _joined(parts: Sequence[Any]) -> Any:
    """Return arrays joined by rows, and dataclasses of them by their fields."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    kind = type(parts[0])
    return kind(*(_joined([getattr(part, one.name) for part in parts]) for one in fields(kind)))


def difference_of_acts(trial: Trial) -> tuple[float, float, float]:
    """Return Cohen's d of acts (positive: fewer under DBT-A) with its 95 % interval.

    The interval is that of a trial with as many other people in each arm.
    """
    treated, control = trial.treated.acts, trial.control.acts
    n, m = len(treated), len(control)
    d = standardised_difference(control, treated)
    error = math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    return d, d - Z_95 * error, d + Z_95 * error


def odds_ratio_of_any_act(trial: Trial) -> tuple[float, float, float]:
    """Return the odds ratio of any act in the last weeks, DBT-A to control, with its interval."""
    cells = [
        int(np.count_nonzero((arm != 0) == yes))
        for arm in (trial.treated.late_acts, trial.control.late_acts)
        for yes in (True, False)
    ]
    ratio = math.log(odds_ratio(*cells, added=HALF))
    error = math.sqrt(sum(1.0 / (cell + HALF) for cell in cells))
    low, high = ratio - Z_95 * error, ratio + Z_95 * error
    return math.exp(ratio), math.exp(low), math.exp(high)


def trial_lines(trial: Trial) -> list[str]:
    """Return the simulated trial beside the published effects, a line each."""
    simulated = {
        "standardised difference of acts": difference_of_acts(trial),
        "odds ratio of any act": odds_ratio_of_any_act(trial),
    }
    arms = f"{len(trial.person)} people, once with DBT-A and once with other specialist care"
    means = f"mean {trial.treated.acts.mean():.1f} and {trial.control.acts.mean():.1f}"
    lines = [f"{arms}; acts over {REPEATED.weeks} weeks: {means}"]
    for name, value, low, high, source in PUBLISHED:
        here, here_low, here_high = simulated[name]
        lines.append(
            f"{name}: simulated {here:.2f} ({here_low:.2f} to {here_high:.2f}), "
            f"published {value:.2f} ({low:.2f} to {high:.2f}), {source}"
        )
    return lines


def main(arguments: Sequence[str]) -> None:
    """Print the trial; arguments: people (10,000) and seeds (4)."""
    people = int(arguments[0]) if arguments else 10_000
    seeds = int(arguments[1]) if len(arguments) > 1 else 4
    scenario = load_scenario("baseline", population=people)
    trial = pooled(simulate_trial(scenario, seed) for seed in range(1, seeds + 1))
    print("\n".join(trial_lines(trial)))


if __name__ == "__main__":
    main(sys.argv[1:])
