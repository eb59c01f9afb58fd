"""The Mesa model: time, agents as views, aggregates, and the same bits as a run."""

import gc
import inspect
import pickle
import re
from typing import Any

import mesa
import numpy as np
import pytest

from abm.model import Adolescent, LeftError, NSSIModel
from abm.people.layout import FEMALE, MALE, NEVER, declared_fields
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import WORDS, YES_OR_NO, Logs, columns_of
from abm.simulation.run import run
from abm.simulation.schedule import POPULATION_DAY

BOTH = Logs(people=True, acts=True)
RISKY = {"barrier_mean": 6.0, "awareness_age": 10.0}


def few(name: str = "baseline", population: int = 45, years: int = 1, **more: Any) -> Scenario:
    return load_scenario(name, population=population, years=years, overrides=RISKY | more)


@pytest.fixture(scope="module")
def warmed() -> bytes:
    """Return a model after its warm-up, pickled, so that every test may have its own."""
    return pickle.dumps(NSSIModel(few(), rng=1, logs=BOTH))


@pytest.fixture
def model(warmed: bytes) -> NSSIModel:
    return pickle.loads(warmed)


def test_the_model_says_the_order_of_a_day() -> None:
    listed = re.findall(r"^\d\. ([a-z -]+):", inspect.getdoc(NSSIModel) or "", re.MULTILINE)
    assert listed == [phase.name for phase in POPULATION_DAY]


def test_after_the_warm_up_time_is_zero_and_all_ages_have_histories(model: NSSIModel) -> None:
    assert model.time == 0.0
    assert model.world.date == model.settings.calendar.start
    assert model.world.days_lived == model.world.warm_up_days > 15 * 365
    ages = sorted(model.agents.get("age"))
    assert [int(age) for age in ages] == sorted(3 * [*range(10, 25)])
    acted = [agent for agent in model.agents if agent.ever]
    assert {agent.age > 18 for agent in acted} == {True, False}
    assert model.world.act_log().size == 0


def test_without_a_warm_up_all_ages_are_there_without_histories() -> None:
    model = NSSIModel(few(), rng=1, warm_up=False)
    assert (model.time, model.world.warm_up_days) == (0.0, 0)
    assert {int(agent.age) for agent in model.agents} == set(range(10, 25))
    assert model.agents.agg("acts", sum) == 0


def test_the_resolved_scenario_is_kept_as_settings() -> None:
    scenario = few()
    model = NSSIModel(scenario, warm_up=False)
    assert model.settings is scenario
    assert not hasattr(scenario, "model")


def test_running_for_some_days_lives_as_many(model: NSSIModel) -> None:
    date = model.world.date
    model.run_for(30)
    assert model.time == 30.0
    assert (model.world.date - date).days == 30
    model.step()
    assert model.time == 31.0


def test_the_compiled_model_gives_what_a_run_gives(model: NSSIModel) -> None:
    """Curves, people and acts, bit for bit."""
    record = run(few(), 1, BOTH)
    model.run_for(model.world.total_days - model.world.days_lived)
    assert len(model.world.censuses) == len(record.censuses) == 1
    assert model.world.censuses[0].stocks.tobytes() == record.censuses[0].stocks.tobytes()
    assert model.world.censuses[0].flows.tobytes() == record.censuses[0].flows.tobytes()
    assert model.world.act_log().tobytes() == record.logged["acts"][0].tobytes()
    found = [part.tobytes() for part in model.world.people_chunks()]
    assert found == [part.tobytes() for part in record.logged["people"]]
    assert len(record.logged["acts"][0]) > 50


# Agents


def test_every_field_of_a_person_is_an_attribute_of_the_agent(model: NSSIModel) -> None:
    """As plain Python numbers, equal to what the world's table holds; words as in frames."""
    agent = next(agent for agent in model.agents if agent.acts > 0)
    for name, (kind, _) in declared_fields().items():
        assert getattr(Adolescent, name).__doc__
        value, found = getattr(agent, name), model.world.people[name][agent.row]
        if name in WORDS:
            assert value == WORDS[name][found]
        else:
            assert type(value) is (bool if name in YES_OR_NO else kind), name
            assert value == found, name


def test_agents_say_the_words_that_frames_say(model: NSSIModel) -> None:
    frame = columns_of(model.world.people, 1)
    for name in ("sex", "care"):
        words = [(getattr(agent, name), frame[name][agent.row]) for agent in model.agents]
        assert all(said == written for said, written in words)
        assert len({said for said, _ in words}) > 1


def test_a_word_can_be_set_and_another_one_is_refused(model: NSSIModel) -> None:
    agent = model.agents.to_list()[0]
    agent.care = "counsellor"
    assert agent.care == "counsellor"
    assert model.world.people["care"][agent.row] == WORDS["care"].index("counsellor")
    for wrong in ("counselor", 2):
        with pytest.raises(ValueError, match="expected one of none, "):
            agent.care = wrong


def test_stepping_agents_alone_is_refused(model: NSSIModel) -> None:
    """Mesa's own would do nothing, and say nothing."""
    for method in ("step", "advance"):
        with pytest.raises(RuntimeError, match=r"model\.step\(\)"):
            model.agents.shuffle_do(method)


def test_agents_are_a_mesa_agent_set(model: NSSIModel) -> None:
    """select, get, agg, set and groupby work on views."""
    model.run_for(20)
    agents, people = model.agents, model.world.people
    assert isinstance(agents, type(mesa.Model(rng=1).agents))
    assert len(agents) == 45
    assert agents.get("vagal_tone") == people["vagal_tone"].tolist()
    acted = agents.select(lambda agent: agent.acts > 0)
    assert len(acted) == (people["acts"] > 0).sum() > 0
    assert agents.agg("acts", sum) == people["acts"].sum()
    groups = agents.groupby("sex").agg("coping", np.mean)
    for sex, name in ((FEMALE, "female"), (MALE, "male")):
        assert groups[name] == pytest.approx(people["coping"][people["sex"] == sex].mean())
    agents.set("coping", 0.75)
    assert (people["coping"] == 0.75).all()


def test_setting_a_trait_changes_the_person_from_the_next_morning(model: NSSIModel) -> None:
    """What was settled from the trait is settled anew, beside what changes slowly by itself."""
    as_it_is = pickle.loads(pickle.dumps(model))
    agent, other = (each.agents.to_list()[3] for each in (model, as_it_is))
    barrier = agent.barrier_person
    agent.self_criticism = agent.self_criticism + 2.0
    assert agent.barrier_person == barrier
    model.step()
    as_it_is.step()
    weight = model.settings.parameters["barrier_self_criticism"]
    assert agent.barrier_person == pytest.approx(other.barrier_person - 2.0 * weight)


def test_friends_are_agents_and_friendship_goes_both_ways(model: NSSIModel) -> None:
    pairs = [(agent, friend) for agent in model.agents for friend in agent.friends]
    assert len(pairs) > 45
    for agent, friend in pairs:
        assert friend is not agent
        assert agent in friend.friends
        assert abs(agent.year_group - friend.year_group) <= 1


def test_a_view_refuses_when_its_person_has_left(model: NSSIModel) -> None:
    """On 1 September the oldest leave; their rows get new people, their views only refuse."""
    oldest = [agent for agent in model.agents if agent.age > 24]
    youngest = [agent for agent in model.agents if agent.age < 11]
    model.step()
    for agent in oldest:
        with pytest.raises(LeftError, match="left"):
            _ = agent.acts
        with pytest.raises(LeftError):
            agent.coping = 0.5
        with pytest.raises(LeftError):
            _ = agent.age
        assert agent not in model.agents
    assert len(oldest) == 3
    assert len(model.agents) == 45
    assert sum(agent.age == 10.0 for agent in model.agents) == 3
    assert all(agent.age == 11.0 and agent in model.agents for agent in youngest)


def test_a_headless_run_makes_no_agents() -> None:
    """Neither living nor collecting aggregates makes a view of anybody."""
    gc.collect()
    before = sum(isinstance(thing, Adolescent) for thing in gc.get_objects())
    model = NSSIModel(few(), warm_up=False)
    model.run_for(10)
    _ = model.lifetime_prevalence, model.past_year_prevalence, model.mean_distress
    assert sum(isinstance(thing, Adolescent) for thing in gc.get_objects()) == before
    assert len(model.agents) == 45
    assert sum(isinstance(thing, Adolescent) for thing in gc.get_objects()) == before + 45


# Events, data, pickles


class Programme:
    """Something that changes a number on a day; Mesa keeps weak references to its methods."""

    def __init__(self, model: NSSIModel) -> None:
        self.model = model
        self.began = NEVER

    def begin(self) -> None:
        self.began = self.model.time
        self.model.change(barrier_mean=20.0)


def test_a_scheduled_event_changes_a_parameter_from_the_next_day() -> None:
    """Before it the run equals one without it; after it nobody acts."""
    model, baseline = (NSSIModel(few(), warm_up=False, logs=BOTH) for _ in range(2))
    programme = Programme(model)
    model.schedule_event(programme.begin, at=60.0)
    for each in (model, baseline):
        each.run_for(60)
    assert model.world.people.tobytes() == baseline.world.people.tobytes()
    for each in (model, baseline):
        each.run_for(60)
    assert programme.began == 60.0
    days = model.world.act_log()["day"] - model.settings.calendar.start.toordinal()
    assert 40 < days.max() < 60
    assert (baseline.world.act_log()["day"].max() - baseline.world.start.toordinal()) > 100


def test_aggregates_are_collected(model: NSSIModel) -> None:
    """Mesa's DataCollector reads them by name, day by day."""
    names = ["lifetime_prevalence", "past_year_prevalence", "mean_distress"]
    collector = mesa.DataCollector(model_reporters={name: name for name in names})
    for _ in range(5):
        model.run_for(10)
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert list(frame) == names
    people = model.world.people
    assert frame["lifetime_prevalence"].iloc[-1] == (people["acts"] > 0).mean()
    assert frame["past_year_prevalence"].iloc[-1] == (people["past_year_acts"] > 0).mean()
    assert frame["mean_distress"].iloc[-1] == pytest.approx(people["distress"].mean())
    assert (frame["past_year_prevalence"] <= frame["lifetime_prevalence"]).all()


@pytest.mark.parametrize("activation", ["compiled", "agents"])
def test_a_pickled_model_lives_on_as_if_nothing_had_happened(activation: Any) -> None:
    model = NSSIModel(few(), rng=2, activation=activation, warm_up=False, logs=BOTH)
    model.run_for(15)
    copy = pickle.loads(pickle.dumps(model))
    for each in (model, copy):
        each.run_for(15)
    assert copy.time == model.time == 30.0
    assert copy.world is not model.world
    assert copy.world.people.tobytes() == model.world.people.tobytes()
    assert copy.world.act_log().tobytes() == model.world.act_log().tobytes()
    assert copy.agents.to_list()[0].model is copy


# Bounds


@pytest.mark.parametrize("rng", [-1, 2**64, 1.5, "2", None, True])
def test_a_seed_that_is_none_is_refused(rng: Any) -> None:
    with pytest.raises(ValueError, match="a seed is a whole number"):
        NSSIModel(few(), rng=rng, warm_up=False)


def test_an_unknown_activation_is_refused() -> None:
    with pytest.raises(ValueError, match='"compiled" or "agents"'):
        NSSIModel(few(), activation="random", warm_up=False)  # type: ignore[arg-type]


def test_the_largest_seed_is_a_seed() -> None:
    model = NSSIModel(few(), rng=2**64 - 1, warm_up=False)
    model.run_for(2)
    assert model.time == 2.0


def test_a_run_goes_on_past_the_end_of_the_calendar() -> None:
    """Year-groups go on entering, censuses go on being taken, trends keep their last value."""
    scenario = load_scenario(
        "baseline",
        population=45,
        years=1,
        overrides={"trends.stressor_rate.2015": 1.0, "trends.stressor_rate.2016": 2.0},
    )
    model = NSSIModel(scenario, warm_up=False)
    model.run_for(3 * 365 + 10)
    assert len(model.world.censuses) == 3
    assert (model.world.people["year_group"] == 2018).sum() == 3
    rate = scenario.parameters["stressor_rate"]
    assert model.world.parameters["stressor_rate"][0] == 2.0 * rate


def test_a_cohort_leaves_when_it_is_25_and_an_empty_world_goes_on() -> None:
    """In plain Python, where reading past an array raises instead of corrupting memory."""
    model = NSSIModel(few("birth-cohort", population=2, years=15), activation="agents")
    for _ in range(model.world.total_days):
        model.world.turn_the_calendar()
        model.world.days_lived += 1
        model.world.date += model.world.date.resolution
    model.step()
    assert len(model.agents) == 0


def test_watching_ends_with_the_calendar() -> None:
    """In plain Python, where writing past an array raises instead of corrupting memory."""
    scenario = few("birth-cohort", 3, **{"observation.moments_share": 1.0})
    model = NSSIModel(scenario, logs=Logs(moments=True))
    model.run_for(model.world.total_days)
    moments = len(model.world.moment_log())
    model.world.run_people = model.run_agent_by_agent
    model.run_for(2)
    assert len(model.world.moment_log()) == moments > 0


def test_moments_are_the_same_agent_by_agent() -> None:
    """Watched from the very first day to the last."""
    more = {"observation.moments_share": 1.0, "observation.moments_days": 365}
    scenario = few("birth-cohort", 3, **more, **{"calendar.start": "2014-09-01"})
    logs = Logs(moments=True)
    models = [
        NSSIModel(scenario, activation=activation, logs=logs)
        for activation in ("compiled", "agents")
    ]
    for model in models:
        model.run_for(10)
    compiled, agents = (model.world.moment_log() for model in models)
    assert len(compiled) == 3 * 10 * 6
    assert agents.tobytes() == compiled.tobytes()
