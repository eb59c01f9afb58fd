"""A simulated trial of DBT-A: the people of the published trials, in both of its arms.

Adolescents with repeated self-injury are found in the lived population and given, by keyed draws,
either DBT-A or other specialist care (enhanced usual care). The same months are simulated again
with the arms exchanged, so that everybody is in both and the arms are alike to the last person: a
trial cannot do that, but its expected result is the same, and less of it is chance. No size was
tuned to the result: what DBT-A does is an assumption of `parameters.toml`, and what follows for
self-injury is set beside the published effects.

``python -m abm.studies.trial`` prints it.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from abm.chance import Purpose, draws_for
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of
from abm.studies.intervals import HALF, Z_95, odds_ratio, standardised_difference

AGES = (12.0, 19.0)  # 12 to 18 completed years
LAST_WEEKS = 8  # what "after treatment" looks back on
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


REPEATED = Criteria(acts=2, recent_days=16 * 7, weeks=19)
"""Two acts or more, one of them in the last 16 weeks, as in E213."""
AFTER_ONE_ACT = Criteria(acts=1, recent_days=365, weeks=26)
"""One act or more, as in the trials that E217 pools; half a year is an assumption between them."""


@dataclass(frozen=True)
class Trial:
    """What became of everybody in the two arms."""

    person: np.ndarray  # number of each participant, in the order of the arrays below
    treated: np.ndarray  # acts over the weeks of treatment
    control: np.ndarray
    treated_late: np.ndarray  # acts over the last `LAST_WEEKS` of them
    control_late: np.ndarray


def simulate_trial(
    scenario: Scenario, seed: int, criteria: Criteria = REPEATED, state: WorldState | None = None
) -> Trial:
    """Run a population to its first reported day and try DBT-A on those eligible.

    `state` is the population on that day, where it is at hand.
    """
    if state is None:
        state = state_of(run_warm_up(World(scenario, seed)))
    world = resume(scenario, seed, state=state)
    rows = eligible(world, criteria)
    person = world.people["person"][rows].copy()
    drawn = draws_for(seed, person, 0, Purpose.TRIAL, 0)[0] < 0.5
    acts, late = _treat(world, rows, drawn, criteria.weeks)
    swapped, swapped_late = _treat(
        resume(scenario, seed, state=state), rows, ~drawn, criteria.weeks
    )
    return Trial(
        person,
        treated=np.where(drawn, acts, swapped),
        control=np.where(drawn, swapped, acts),
        treated_late=np.where(drawn, late, swapped_late),
        control_late=np.where(drawn, swapped_late, late),
    )


def _treat(
    world: World, rows: np.ndarray, therapy: np.ndarray, weeks: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put participants in their arms and live on; return their acts, in all and late."""
    people, day = world.people, world.date.toordinal()
    people["care"][rows] = np.where(therapy, THERAPY, SPECIALIST)
    people["care_since"][rows] = day
    people["waiting_since"][rows] = NEVER
    people["admissions"][rows] += 1
    people["therapies"][rows] += therapy
    before = people["acts"][rows].copy()
    for lived in range(weeks * 7):
        if lived == (weeks - LAST_WEEKS) * 7:
            late = people["acts"][rows].copy()
        world.live_day()
    after = people["acts"][rows]
    return after - before, after - late


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
    every = list(trials)
    arms = ("person", "treated", "control", "treated_late", "control_late")
    return Trial(*(np.concatenate([getattr(trial, arm) for trial in every]) for arm in arms))


def difference_of_acts(trial: Trial) -> tuple[float, float, float]:
    """Return Cohen's d of acts (positive: fewer under DBT-A) with its 95 % interval.

    The interval is that of a trial with as many other people in each arm.
    """
    n, m = len(trial.treated), len(trial.control)
    d = standardised_difference(trial.control, trial.treated)
    error = math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    return d, d - Z_95 * error, d + Z_95 * error


def odds_ratio_of_any_act(trial: Trial) -> tuple[float, float, float]:
    """Return the odds ratio of any act in the last weeks, DBT-A to control, with its interval."""
    cells = [
        int(np.count_nonzero((arm != 0) == yes))
        for arm in (trial.treated_late, trial.control_late)
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
    means = f"mean {trial.treated.mean():.1f} and {trial.control.mean():.1f}"
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
