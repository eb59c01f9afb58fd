"""A simulated trial of DBT-A: the people of the published trials, treated at random.

Adolescents with repeated self-injury are found in the lived population and given, by keyed luck,
either DBT-A or other specialist care (enhanced usual care). Nothing was tuned to the result: what
DBT-A does to a person's skills is an assumption of `parameters.toml`, and what follows for
self-injury is set beside the published effects.

``python -m abm.studies.trial`` prints it.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from abm.chance import Purpose, draws_for
from abm.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER
from abm.scenario import Scenario, load_scenario
from abm.world import World

AGES = (12.0, 19.0)  # 12 to 18 completed years
RECENT_DAYS = 16 * 7  # with an act in the last 16 weeks, as in E213
REPEATED = 2  # and at least two in the past year
WEEKS = 19
LAST_WEEKS = 8  # what "after treatment" looks back on
Z_95 = 1.959963984540054
PUBLISHED = (
    ("standardised difference of acts", 0.51, 0.18, 0.85, "E215: Kothgassner et al. 2020, DBT-A"),
    (
        "standardised difference of acts", 0.13, 0.04, 0.22,
        "E214: Kothgassner et al. 2020, any therapy against an active control",
    ),
    ("odds ratio of any act", 0.32, 0.13, 0.70, "E211: McCauley et al. 2018, from memory"),
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What became of the two arms.

    Attributes
    ----------
    treated, control
        Acts of each participant over the weeks of treatment.
    treated_late, control_late
        Acts of each over the last `LAST_WEEKS` of them.
    """

    treated: np.ndarray
    control: np.ndarray
    treated_late: np.ndarray
    control_late: np.ndarray


def simulate_trial(scenario: Scenario, seed: int, weeks: int = WEEKS) -> Trial:
    """Live a population to its first reported day and try DBT-A on those eligible.

    Parameters
    ----------
    scenario
        The population; its services decide what care does.
    seed
        Seed of the keyed luck.
    weeks
        Weeks of treatment.
    """
    world = World(scenario, seed)
    while not world.is_reported:
        world.live_day()
    rows = eligible(world)
    drawn = draws_for(seed, world.people["person"][rows], 0, Purpose.TRIAL, 0)[0]
    therapy = drawn < 0.5
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
    acts, acts_late = people["acts"][rows] - before, people["acts"][rows] - late
    return Trial(acts[therapy], acts[~therapy], acts_late[therapy], acts_late[~therapy])


def eligible(world: World) -> np.ndarray:
    """Return the rows of adolescents with repeated and recent self-injury, not yet in care."""
    people = world.people
    ages = world.ages_of(people)
    chosen = (people["present"] == 1) & (ages >= AGES[0]) & (ages < AGES[1])
    chosen &= people["past_year_acts"] >= REPEATED
    chosen &= people["last_act"] >= world.date.toordinal() - RECENT_DAYS
    return np.flatnonzero(chosen & (people["care"] < SPECIALIST))


def pooled(trials: Iterable[Trial]) -> Trial:
    """Return all participants of several trials as one."""
    every = list(trials)
    arms = ("treated", "control", "treated_late", "control_late")
    return Trial(*(np.concatenate([getattr(trial, arm) for trial in every]) for arm in arms))


def standardised_difference(trial: Trial) -> tuple[float, float, float]:
    """Return Cohen's d of acts (positive: fewer under DBT-A) with its 95 % interval."""
    one, two = trial.treated, trial.control
    n, m = len(one), len(two)
    spread = math.sqrt(((n - 1) * one.var(ddof=1) + (m - 1) * two.var(ddof=1)) / (n + m - 2))
    d = float(two.mean() - one.mean()) / spread
    error = math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    return d, d - Z_95 * error, d + Z_95 * error


def odds_ratio(trial: Trial) -> tuple[float, float, float]:
    """Return the odds ratio of any act in the last weeks, DBT-A to control, with its interval."""
    table = []
    for arm in (trial.treated_late, trial.control_late):
        yes = int(np.count_nonzero(arm))
        table += [yes + 0.5, len(arm) - yes + 0.5]  # Haldane's correction
    a, b, c, d = table
    ratio = math.log(a * d / (b * c))
    error = math.sqrt(sum(1.0 / cell for cell in table))
    low, high = ratio - Z_95 * error, ratio + Z_95 * error
    return math.exp(ratio), math.exp(low), math.exp(high)


def trial_lines(trial: Trial) -> list[str]:
    """Return the simulated trial beside the published effects, a line each."""
    found = {
        "standardised difference of acts": standardised_difference(trial),
        "odds ratio of any act": odds_ratio(trial),
    }
    arms = f"{len(trial.treated)} given DBT-A, {len(trial.control)} given other specialist care"
    means = f"mean {trial.treated.mean():.1f} and {trial.control.mean():.1f}"
    lines = [f"{arms}; acts over {WEEKS} weeks: {means}"]
    for name, value, low, high, source in PUBLISHED:
        here, here_low, here_high = found[name]
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
