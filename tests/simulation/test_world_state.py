"""A world made from a state is the world that lived its warm-up, in everything it holds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from abm.people.layout import person_dtype
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import LOG_NAMES, NO_LOGS, Logs, Record
from abm.simulation.run import run
from abm.simulation.world import World
from abm.simulation.world_state import WorldState, resume, run_warm_up, state_of, take_people

OPENED = ("abm.people", "abm.scenario", "abm.simulation.delivery", "abm.simulation.counts")
EVERYTHING = Logs(people=True, acts=True, panel=True, moments=True, ties=True)
RISKY = {"barrier_mean": 6.5, "awareness_age": 10.0, "stressor_rate": 1.2}
RISKY |= {"tie_end": 0.03, "tie_weaken": 0.05, "bullying_begins": 0.02, "bullied_rate": 0.2}
SEED = 5


def risky(name: str = "baseline", **more: Any) -> Scenario:
    """Return two reported years of few people among whom many act."""
    return load_scenario(name, population=240, years=2, overrides=RISKY | more)


@pytest.fixture(scope="module")
def kept() -> WorldState:
    """Return the state of the plain risky scenario at its first reported day."""
    return state_of(run_warm_up(World(risky(), SEED)))


LATER_TRENDS = {"trends.stressor_rate.2016": 1.0, "trends.stressor_rate.2017": 1.4}


def plain(value: Any, depth: int = 0) -> Any:
    """Return anything that a world holds in a form that can be compared."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.str, np.shape(value), value.tobytes()
    if isinstance(value, dict):
        return {key: plain(each, depth) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth) for each in value]
    if callable(value):
        return getattr(value, "__qualname__", type(value).__name__)
    if type(value).__module__.startswith(OPENED) and depth < 3:
        return {key: plain(each, depth + 1) for key, each in vars(value).items()}
    return value


def tables_of(record: Record) -> dict[str, bytes]:
    """Return every table that a run can write, as bytes."""
    found = {log: b"".join(rows.tobytes() for rows in record.logged[log]) for log in record.logged}
    return found | {"curves": record.curves.to_csv().encode()}


def holds_the_same(made: World, whole: World) -> None:
    """Assert that two worlds agree in everything that they hold."""
    assert vars(whole).keys() == vars(made).keys()
    for attribute, value in vars(whole).items():
        if attribute in ("day_log", "acted"):  # written anew for every person and every day
            continue
        assert plain(getattr(made, attribute)) == plain(value), attribute


@pytest.mark.parametrize("name", ["baseline", "package-services"])
def test_everything_that_a_world_holds_is_as_if_it_had_lived(kept: WorldState, name: str) -> None:
    whole = run_warm_up(World(risky(name), SEED, NO_LOGS))
    holds_the_same(resume(risky(name), SEED, NO_LOGS, state=kept), whole)


EARLY_TRENDS = {
    f"trends.{name}.{year}": factor
    for name in ("stressor_rate", "prevalence_neglect")
    for year, factor in ((2003, 0.7), (2011, 1.2), (2018, 0.9))
}


@pytest.mark.parametrize("start", ["2016-09-01", "2016-09-02", "2016-02-29"])
def test_numbers_that_change_during_the_warm_up_are_those_of_its_last_day(start: str) -> None:
    scenario = risky("package-schools", **EARLY_TRENDS, **{"calendar.start": start})
    whole = run_warm_up(World(scenario, SEED))
    made = resume(scenario, SEED, state=state_of(whole))
    for attribute in ("people", "parameters", "base", "days", "stages", "childhoods", "entries"):
        assert plain(getattr(made, attribute)) == plain(getattr(whole, attribute)), attribute
    assert made.parameters["stressor_rate"] != made.base["stressor_rate"]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("baseline", {}),
        ("baseline", LATER_TRENDS),
        ("baseline", {"observation.panel_share": 1.0, "observation.moments_days": 365}),
        ("baseline", {"calendar.years": 1}),
        ("package-schools", {}),
        ("package-services", LATER_TRENDS),
    ],
    ids=["same", "trends", "observation", "years", "programmes", "programmes and trends"],
)
def test_a_life_goes_on_as_if_its_warm_up_had_been_lived(
    kept: WorldState, name: str, more: dict[str, Any]
) -> None:
    scenario = risky(name, **more)
    whole = run_warm_up(World(scenario, SEED, EVERYTHING))
    made = resume(scenario, SEED, EVERYTHING, state=kept)
    holds_the_same(made, whole)
    records = [run(scenario, SEED, EVERYTHING, world=world) for world in (whole, made)]
    lived, gone_on = map(tables_of, records)
    assert lived.keys() == {*LOG_NAMES, "curves"}
    assert len(records[0].logged["acts"][0]) > 100
    assert np.isfinite(records[0].logged["ties"][0]["ended"]).sum() > 100
    for table in lived:
        assert gone_on[table] == lived[table], table
    assert records[1].reached == records[0].reached
    assert made.people.tobytes() == whole.people.tobytes()
    assert np.array_equal(made.network.table, whole.network.table)


def test_a_start_within_a_school_year_goes_on_too() -> None:
    scenario = risky(**{"calendar.start": "2016-02-29", "calendar.years": 1})
    whole = run_warm_up(World(scenario, SEED, EVERYTHING))
    made = resume(scenario, SEED, EVERYTHING, state=state_of(whole))
    records = [run(scenario, SEED, EVERYTHING, world=world) for world in (whole, made)]
    assert tables_of(records[0]) == tables_of(records[1])


def test_one_state_serves_many_worlds(kept: WorldState) -> None:
    before = kept.people.tobytes(), kept.ties.tobytes()
    for _ in range(2):
        run(risky(), SEED, NO_LOGS, world=resume(risky(), SEED, state=kept))
    assert (kept.people.tobytes(), kept.ties.tobytes()) == before


def test_a_state_is_taken_at_the_first_reported_day_only() -> None:
    world = World(risky(), SEED)
    with pytest.raises(ValueError, match="has lived 0 days"):
        state_of(world)


def test_a_state_of_other_people_or_another_start_is_refused(kept: WorldState) -> None:
    larger = load_scenario("baseline", population=255, overrides=RISKY)
    with pytest.raises(ValueError, match="people are"):
        resume(larger, SEED, state=kept)
    with pytest.raises(ValueError, match="expected"):
        resume(risky(**{"calendar.start": "2016-02-29"}), SEED, state=kept)


@pytest.mark.parametrize("word", [-1, 10**9, 2**62, -(2**63)])
def test_words_that_nobody_can_have_never_reach_a_kernel(kept: WorldState, word: int) -> None:
    with pytest.raises(ValueError, match="the state's people have"):
        resume(risky(), SEED, state=replace(kept, people=np.full_like(kept.people, word)))


def test_every_field_of_a_person_is_checked(kept: WorldState) -> None:
    """No field is an index out of its range, a number that is none, or another person's."""
    world = resume(risky(), SEED, state=kept)
    for name in person_dtype().names or ():
        is_float = person_dtype()[name].kind == "f"
        for value in (np.nan, np.inf) if is_float else (-1, 2**62 + 1):
            people = kept.people.copy()
            people.view(person_dtype())[name][7] = value
            with pytest.raises(ValueError, match=rf"have (a|another) {name}\b"):
                take_people(world, people)


@pytest.mark.parametrize(
    "ties",
    [
        np.array([[0, 240, 0, 1]], np.int32), np.array([[-1, 3, 0, 1]], np.int32),
        np.array([[3, 3, 0, 1]], np.int32), np.array([[0, 1, 3, 1]], np.int32),
        np.array([[0, 1, 0, 2**31 - 1]], np.int32), np.array([[0, 2**32, 0, 1]], np.int64),
        np.zeros((4, 3), np.int32), np.zeros(4, np.int32), np.zeros((), np.int32),
    ],
)  # fmt: skip
def test_ties_of_others_are_refused(kept: WorldState, ties: np.ndarray) -> None:
    with pytest.raises(ValueError, match="ties"):
        resume(risky(), SEED, state=replace(kept, ties=ties))


def test_a_run_refuses_a_world_of_something_else(kept: WorldState) -> None:
    world = resume(risky(), SEED, state=kept)
    for scenario, seed, logs in (
        (risky(stressor_rate=0.7), SEED, NO_LOGS),
        (risky(), SEED + 1, NO_LOGS),
        (risky(), SEED, EVERYTHING),
    ):
        with pytest.raises(ValueError, match="another scenario, seed or logs"):
            run(scenario, seed, logs, world=world)
