"""Whatever numbers a scenario may say, every life makes sense, in plain Python and compiled."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from abm.mechanisms.day import live_a_day
from abm.mechanisms.day_log import MOST_ACTS
from abm.mechanisms.morning import MONTH_MASK
from abm.mechanisms.stressors import MOST_STRESSORS
from abm.parameters import parameters, switches
from abm.people.codes import CARE_STAGES, SPECIALIST
from abm.people.layout import NEVER, STATES
from abm.scenario.scenario import Scenario
from abm.simulation.agent_by_agent import AgentByAgent
from abm.simulation.record import Logs
from abm.simulation.world import World

PEOPLE, PLAIN_DAYS, DAYS = 30, 8, 420
SHARES = (
    *("care_gain", "therapy_gain"),
    *("calm", "shame", "coping", "connectedness", "family_support", "exposure", "adversity"),
    *("opioid_tolerance", "expectancy_calm", "expectancy_feel", "expectancy_punish"),
)
YES_OR_NO = ("aware", "in_phase", "present", "sex", "was_never", "known", "help_failed")
GROWING = (
    *("service_contacts", "hospital_contacts", "admissions", "therapies", "days_waited"),
    *("acts", "urges", "bouts", "distressed_decisions", "distressed_acts", "aware"),
)

# Where in its range a number lies; None is its default, to which a failing example shrinks.
PLACES = (None, 0.0, 1.0, 0.5, 0.02, 0.98, None)
NUMBERS = st.lists(
    st.integers(0, len(PLACES) - 1), min_size=len(parameters()), max_size=len(parameters())
)
ANSWERS = st.fixed_dictionaries(
    {name: st.sampled_from(switch.values) for name, switch in switches().items()}
)
RISKY = {
    "barrier_mean": 2.0, "urge_weight": 12.0, "awareness_rate": 10.0, "awareness_age": 9.0,
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "phases": [Phase.explicit, Phase.generate],
}


def values_at(places: list[int], is_risky: bool) -> dict[str, float]:
    """Return every parameter at its place within its declared range."""
    values = {}
    for place, each in zip(places, parameters().values(), strict=True):
        share = PLACES[place]
        values[each.name] = each.default if share is None else each.low
        if share is not None:
            values[each.name] += share * (each.high - each.low)
    return values | (RISKY if is_risky else {})


def world_of(values: dict[str, float], answers: dict[str, str], kind: str, seed: int) -> World:
    table = {
        "population": {"size": PEOPLE, "kind": kind},
        "calendar": {"years": 2},
        "parameters": values,
        "switches": answers,
    }
    logs = Logs(people=True, acts=True)
    return World(Scenario.from_table(table, "extreme"), seed, logs, warm_up=False)


def run_in_plain_python(world: World) -> None:
    """Let everybody in a world live in plain Python from now on."""
    plain = AgentByAgent(world)

    def run_people() -> None:
        plain.begin_day()
        for row in range(len(world.people)):
            plain.live(row)

    world.run_people = run_people


def months_of(people: np.ndarray) -> np.ndarray:
    """Unpack the twelve monthly counts, newest first."""
    halves = (people["recent_months"], people["older_months"])
    return np.array([(half >> (10 * n)) & MONTH_MASK for half in halves for n in range(6)])


def not_finite(people: np.ndarray) -> list[str]:
    """Return which fields are infinite or no number in somebody; whole numbers are neither."""
    names = people.dtype.names or ()
    columns = [place for place, name in enumerate(names) if people.dtype[name].kind == "f"]
    numbers = people.view(np.float64).reshape(len(people), len(names))[:, columns]
    wrong = np.flatnonzero(~np.isfinite(numbers).all(axis=0))
    return [names[columns[place]] for place in wrong]


def check_people(world: World, before: np.ndarray) -> None:
    """Check everybody at the end of a day; `before` is the table of the day before."""
    people, today = world.people, int(world.days["day"][0])
    assert not_finite(people) == []
    for name in STATES[:4]:
        assert (people[name] >= 0).all(), name
        assert (people[name] <= 20).all(), name
    for name in SHARES:
        assert (people[name] >= 0).all(), name
        assert (people[name] <= 1).all(), name
    for name in YES_OR_NO:
        assert np.isin(people[name], (0, 1)).all(), name
    limit = world.parameters["sensitisation_limit"][0] + 1e-9
    for name in ("sns_sensitisation", "pns_sensitisation"):
        assert (people[name] >= 0).all(), name
        assert (people[name] <= limit).all(), name
    assert (people["strain"] >= 0).all()
    assert (people["resolution"] >= 0).all()
    check_history(people, before, today)


def check_history(people: np.ndarray, before: np.ndarray, today: int) -> None:
    """Check that everybody's history is one that can be."""
    acted = people["acts"] > 0
    assert (people["aware"][people["acts_today"] > 0] == 1).all()
    assert (people["aware"][acted] == 1).all()
    for name in ("first_age", "last_age", "last_act"):
        assert ((people[name] == NEVER) == ~acted).all(), name
    assert (people["first_age"] <= people["last_age"]).all()
    assert (people["first_age"][acted] >= 10).all()
    assert (people["last_age"] < 25).all()
    assert (people["last_act"] < today + 31 / 24).all()
    months = months_of(people)
    assert (months.sum(axis=0) == people["past_year_acts"]).all()
    assert (people["past_year_acts"] <= people["acts"]).all()
    assert (months[0] >= people["acts_today"]).all()
    assert (people["past_year_acts"][people["last_act"] >= today - 29] > 0).all()
    assert ((people["bouts"] > 0) == acted).all()
    assert (people["bouts"] <= people["acts"]).all()
    assert (people["in_phase"][~acted] == 0).all()
    ended = people["phase_ended"] != NEVER
    assert (people["phase_ended"] <= today).all()
    assert (ended | (people["in_phase"] == 1))[acted].all()
    assert not ended[~acted].any()
    assert (people["resolution"][~ended] == 0).all()
    assert (people["distressed_acts"] <= people["acts"]).all()
    assert (people["distressed_acts"] <= people["distressed_decisions"]).all()
    assert (people["stressors_today"] <= MOST_STRESSORS).all()
    assert (people["acts_today"] <= np.minimum(people["stressors_today"] + 1, MOST_ACTS)).all()
    assert (people["urges_today"] <= people["stressors_today"] + 1).all()
    assert (people["was_never"] == (people["acts"] == people["acts_today"])).all()
    same = people["person"] == before["person"]
    for name in GROWING:
        assert (people[name][same] >= before[name][same]).all(), name
    check_help(people, today)
    grown = people["acts"] - np.where(same, before["acts"], 0)
    assert (grown == people["acts_today"]).all()


def check_help(people: np.ndarray, today: int) -> None:
    """Check that everybody's way through services is one that can be."""
    assert np.isin(people["care"], range(len(CARE_STAGES))).all()
    assert ((people["care_since"] == NEVER) == (people["care"] == 0)).all()
    assert (people["care_since"] <= today).all()
    assert (people["waiting_since"] <= today).all()
    assert not ((people["waiting_since"] != NEVER) & (people["care"] >= SPECIALIST)).any()
    assert (people["service_contacts"] <= people["bouts"]).all()
    assert (people["hospital_contacts"] <= people["service_contacts"]).all()
    assert ((people["last_hospital"] == NEVER) == (people["hospital_contacts"] == 0)).all()
    assert ((people["known"] == 1) == (people["service_contacts"] > 0)).all()
    assert (people["therapies"] <= people["admissions"]).all()
    assert (people["admissions"][people["care"] >= SPECIALIST] > 0).all()
    assert (people["therapy_gain"] <= people["care_gain"] + 1e-12).all()


def check_acts(acts: np.ndarray, act_hours: float) -> None:
    """Check every row of a log of acts."""
    shares = np.array([acts["share_calm"], acts["share_feel"], acts["share_punish"]])
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, atol=1e-12)
    assert (shares[acts["route"], np.arange(len(acts))] == shares.max(axis=0)).all()
    for name in acts.dtype.names or ():
        assert np.isfinite(acts[name]).all(), name
        state = name.rpartition("_")[0]
        if state in STATES:
            assert (acts[name] >= 0).all(), name
            assert (acts[name] <= (1 if state in SHARES else 20)).all(), name
    assert (acts["relief"] >= 0).all()
    assert (acts["severity"] > 0).all()
    assert (acts["hour"] >= 7).all()
    assert (acts["hour"] < 31).all()
    follows = (np.diff(acts["person"]) == 0) & (np.diff(acts["day"]) == 0)
    assert (np.diff(acts["hour"])[follows] > act_hours - 1e-9).all()


def check_counts(world: World) -> None:
    """Check that what was counted is what is in the log."""
    acts, census = world.act_log(), world.censuses[0]
    last = census.date.toordinal()
    logged = acts[acts["day"] <= last]
    assert census.flows[..., 3].sum() == len(logged)
    assert census.flows[..., 0].sum() == PEOPLE * (last - world.start.toordinal() + 1)
    people, ever, past_year, past_month, in_care, waiting = census.stocks.reshape(-1, 6).T
    assert people.sum() == PEOPLE
    assert ((people >= ever) & (ever >= past_year) & (past_year >= past_month)).all()
    assert (in_care + waiting <= people).all()
    acts_of, visible, hospital = (census.flows[..., column].sum() for column in (3, 8, 9))
    assert acts_of >= visible == logged["visible"].sum()
    assert visible >= hospital == logged["hospital"].sum()
    assert (census.flows[..., 2] <= census.flows[..., 3]).all()
    assert (census.flows[..., 1] <= census.flows[..., 0]).all()


@settings(max_examples=25, **SETTINGS)
@example(places=[1] * len(parameters()), answers={}, is_risky=True, kind="open", seed=1)
@example(places=[2] * len(parameters()), answers={}, is_risky=True, kind="cohort", seed=2)
@example(places=[2] * len(parameters()), answers={}, is_risky=False, kind="open", seed=3)
@given(
    places=NUMBERS,
    answers=ANSWERS,
    is_risky=st.booleans(),
    kind=st.sampled_from(["open", "cohort"]),
    seed=st.integers(0, 2**64 - 1),
)
def test_lives_make_sense_under_any_numbers_in_range(
    places: list[int], answers: dict[str, str], is_risky: bool, kind: str, seed: int
) -> None:
    """Plain Python never raises and gives the compiled bits; every day is checked."""
    values = values_at(places, is_risky)
    world, plain = (world_of(values, answers, kind, seed) for _ in range(2))
    run_in_plain_python(plain)
    for day in range(DAYS):
        before = world.people.copy()
        world.live_day()
        check_people(world, before)
        if day < PLAIN_DAYS:
            plain.live_day()
            assert plain.people.tobytes() == world.people.tobytes()
            assert plain.act_log().tobytes() == world.act_log().tobytes()
            assert plain.flows.tobytes() == world.flows.tobytes()
    check_acts(world.act_log(), float(world.base["act_hours"][0]))
    check_counts(world)


@pytest.mark.slow
@settings(max_examples=600, **{**SETTINGS, "derandomize": False})
@given(
    places=NUMBERS,
    answers=ANSWERS,
    is_risky=st.booleans(),
    kind=st.sampled_from(["open", "cohort"]),
    seed=st.integers(0, 2**64 - 1),
)
def test_lives_make_sense_under_many_more_numbers(
    places: list[int], answers: dict[str, str], is_risky: bool, kind: str, seed: int
) -> None:
    """The same for other numbers every time."""
    whole = test_lives_make_sense_under_any_numbers_in_range.hypothesis.inner_test
    whole(places, answers, is_risky, kind, seed)


TRAITS = (
    *("vagal_tone", "sympathetic_gain", "dissociation_proneness", "recovery", "opioid_tone"),
    *("self_criticism", "reactivity", "regulation", "distress_tolerance", "rumination"),
    *("rejection_sensitivity", "pain_sensitivity", "aversion", "severity_level"),
)


@settings(max_examples=60, **SETTINGS)
@given(
    traits=st.lists(st.floats(-8, 8), min_size=len(TRAITS), max_size=len(TRAITS)),
    adversity=st.floats(0, 1),
    wide=st.lists(st.floats(0, 20), min_size=4, max_size=4),
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    places=NUMBERS,
    age=st.floats(10, 24.99),
)
def test_the_most_unusual_person_lives_on(scene, traits, adversity, wide, shares, places, age):
    """Eight standard deviations from the mean, in any state, under any numbers in range."""
    fields = dict(zip(TRAITS, traits, strict=True)) | dict(zip(STATES[:4], wide, strict=True))
    fields |= dict(zip(("calm", "shame", "coping", "exposure"), shares, strict=True))
    fields |= {"adversity": adversity, "maltreatment_severity": 25 * adversity}
    life = scene(age=age, **values_at(places, True), **fields)
    for _ in range(10):
        life.today.day += 1
        live_a_day(life.me, life.p, life.today, life.stage, life.day_log)
        assert all(abs(value) < float("inf") for value in life.me.values())
        for name in STATES[:4]:
            assert 0.0 <= getattr(life.me, name) <= 20.0, name
        for name in SHARES:
            assert 0.0 <= getattr(life.me, name) <= 1.0, name


def test_curves_people_and_acts_tell_the_same_story(risky_record) -> None:
    """After a warm-up: by year, sex and age, what is counted is what is in the tables."""
    people, acts = risky_record.logged["people"], risky_record.logged["acts"][0]
    everybody = np.concatenate(people)
    assert len(np.unique(everybody["person"])) == len(everybody)
    before = risky_record.scenario.calendar.start.toordinal()
    flows = dict.fromkeys(("first", "acts"), 0)
    for census in risky_record.censuses:
        last = census.date.toordinal()
        year = acts[(acts["day"] >= before) & (acts["day"] <= last)]
        counted = np.zeros((2, 15), np.int64)
        np.add.at(counted, (year["sex"], year["age"].astype(int) - 10), 1)
        assert (counted == census.flows[..., 3]).all()
        flows["first"] += census.flows[..., 2].sum()
        flows["acts"] += census.flows[..., 3].sum()
        before = last + 1
    assert flows["acts"] == len(acts) > 1000
    persons, logged = np.unique(acts["person"], return_counts=True)
    ever = dict(zip(everybody["person"].tolist(), everybody["acts"].tolist(), strict=True))
    in_log = dict(zip(persons.tolist(), logged.tolist(), strict=True))
    assert all(ever[person] >= count for person, count in in_log.items())
    begun = sum(ever[person] == count for person, count in in_log.items())
    assert flows["first"] == begun > 20
    check_last_census(risky_record, everybody, acts)


def check_last_census(record: Any, everybody: np.ndarray, acts: np.ndarray) -> None:
    """Check the census of the run's last day against the people still there and the log."""
    census, here = record.censuses[-1], everybody[everybody["left"] == 0]
    stocks = census.stocks.sum(axis=(0, 1))
    last = census.date.toordinal()
    year_start = record.censuses[-2].date.toordinal()
    year = acts[(acts["day"] > year_start) & np.isin(acts["person"], here["person"])]
    month = year[(year["day"] + year["hour"] / 24 >= last - 29)]
    assert stocks.tolist() == [
        len(here),
        (here["acts"] > 0).sum(),
        len(np.unique(year["person"])),
        len(np.unique(month["person"])),
        (here["care"] >= SPECIALIST).sum(),
        (here["waiting_since"] >= 0).sum(),
    ]
    assert (here["past_year_acts"] > 0).sum() == stocks[2]
    assert here["past_year_acts"].sum() == len(year)
    curves = record.curves[record.curves["date"] == np.datetime64(census.date)]
    whole = curves[(curves["sex"] == "all") & (curves["age"] == "10-24")].set_index("measure")
    assert whole["value"]["lifetime_prevalence"] == stocks[1] / stocks[0]
    assert whole["value"]["past_year_prevalence"] == stocks[2] / stocks[0]
    assert whole["value"]["past_month_prevalence"] == stocks[3] / stocks[0]


def test_reported_urges_are_counted_once(lived) -> None:
    """The census counts of urges add up to what people remember."""
    life = lived(population=400, years=2, barrier_mean=6.0, awareness_age=10.0)
    counted = sum(census.flows[..., 4].sum() for census in life.world.censuses)
    assert counted == life.people["urges"].sum() > 0
