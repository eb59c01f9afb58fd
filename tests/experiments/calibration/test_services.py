"""Service numbers in closed form: what is solved from logged acts is what a run then reaches."""

import dataclasses
import math

import pytest

from abm.evidence.evaluation import Worlds, judge
from abm.evidence.observed_tables import observe
from abm.evidence.register import StudiedWorld, register
from abm.experiments.calibration.services import (
    EXPECTED,
    SOLVED,
    bouts_of,
    expected,
    published,
    solve,
)
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run

LOGGED = StudiedWorld(meaning="A cohort.", logs=("people", "acts"))


def cohort(**numbers: float) -> Scenario:
    """Return a birth cohort followed to 18 in which many act."""
    given = {"barrier_mean": 8.0, **numbers}
    return load_scenario("birth-cohort", population=400, years=9, overrides=given)


@pytest.fixture(scope="module")
def logged() -> Record:
    return run(cohort(), 1, Logs(people=True, acts=True))


def test_a_run_with_the_solved_numbers_reaches_the_published_shares(logged: Record) -> None:
    """Within chance: other people, who live with what the services then do."""
    numbers = solve([logged])
    assert set(numbers.values) == set(SOLVED)
    tables = observe(cohort(**numbers.values), 2, LOGGED)
    for entry, percent in numbers.reached.items():
        assert entry not in SOLVED.values() or percent == pytest.approx(published(entry), abs=0.01)
        (study,) = judge(register().entries[entry], Worlds({"baseline": {2: tables}})).simulated
        share = percent / 100.0
        assert abs(study.value - percent) < 300 * math.sqrt(share * (1 - share) / study.people)


def test_only_what_a_number_decides_follows_it(logged: Record) -> None:
    """More of a chance, more are counted; hospital knows nothing of who can be reached."""
    bouts = bouts_of(logged)
    usual = expected(bouts, {}, tuple(EXPECTED))
    more = expected(bouts, {"contact_intercept": 0.0}, tuple(EXPECTED))
    assert more["E122"] > usual["E122"] + 5
    assert more["E120"] < usual["E120"]
    assert more["E068"] == usual["E068"]
    severe = expected(bouts, {"hospital_intercept": 4.0}, tuple(EXPECTED))
    assert severe["E068"] > 99
    assert severe["E122"] > more["E122"]
    told = expected(bouts, {"disclosure_chance": 0.0}, tuple(EXPECTED))
    assert told["E121"] == 0
    assert told["E122"] == usual["E122"]


def test_those_who_entered_before_the_log_are_left_out(logged: Record) -> None:
    (people,) = logged.logged["people"]
    older = people.copy()
    older["year_group"] -= 1
    other = dataclasses.replace(logged, logged=logged.logged | {"people": (older,)})
    assert len(bouts_of(logged).age) > 0
    assert len(bouts_of(other).age) == 0


def test_a_share_that_no_number_gives_is_refused(logged: Record) -> None:
    """Where nothing can be told, however high the chance, more than half have no help."""
    closed = dataclasses.replace(logged, scenario=cohort(help_seeking_odds=0.01))
    with pytest.raises(ValueError, match=r"disclosure_chance: E120 is 48\.4, its ends give"):
        solve([closed])
