"""Tables of worlds that were lived: studies find their columns, and looking changes nothing."""

import dataclasses

import numpy as np

from abm.evidence.evaluation import Worlds, judge, value_of
from abm.evidence.observed_tables import observe
from abm.evidence.register import Asked, register
from abm.evidence.selection import only
from abm.evidence.signatures import signature_parts
from abm.evidence.tables import answers
from abm.evidence.worlds import (
    WorldRun,
    observe_worlds,
    run_worlds,
    runs_of,
    scenario_of,
    tables_in,
)
from abm.scenario.scenario import load_scenario
from abm.simulation.run import run
from abm.simulation.world import World


def test_every_study_of_the_baseline_can_be_done() -> None:
    scenario = load_scenario("baseline", population=150, years=2)
    how = register().worlds["baseline"]
    tables = observe(scenario, 3, how)
    assert {"people", "leavers", "acts", "prompts", "waves", "census", "laboratory"} <= set(tables)
    at_the_end = tables["people"]["year"] == 1
    assert sorted(tables["laboratory"]["person"]) == sorted(tables["people"]["person"][at_the_end])
    worlds = Worlds({"baseline": {3: tables}})
    for entry in register().entries.values():
        if all(study.world == "baseline" and study.against is None for study in entry.study):
            judge(entry, worlds)  # raises where a column is missing
    for _, _, study in signature_parts(only(register(), "signatures")):
        if study is not None and study.world == "baseline":
            value_of(study, worlds)
    censuses = run(scenario, 3).censuses
    counted = sum(int(census.flows.sum()) for census in censuses)
    flows = ("person_days", "never_days", "first_acts", "acts", "urges", "calm_acts", "feel_acts")
    flows += ("punish_acts", "visible_acts", "hospital")
    assert counted == sum(int(tables["census"][name].sum()) for name in flows)
    everybody = np.concatenate([tables["people"]["acts"], tables["leavers"]["acts"]])
    assert (everybody >= 0).all()


def test_a_birth_cohort_is_followed_from_10_to_25() -> None:
    (one,) = runs_of(register(), ["birth-cohort"], [3], "baseline", 300)
    waves = observe(one.scenario, one.seed, one.studied)["waves"]
    assert len(waves["person"]) == 15 * one.scenario.population.size
    ages = waves["age"].reshape(-1, 15)
    assert (np.floor(ages) == np.arange(10, 25)).all()
    assert (ages == ages[0]).all()


def test_a_world_takes_its_share_of_the_population() -> None:
    scenario = scenario_of(register().worlds["prior"], "baseline", 1000)
    assert scenario.population.size == 200
    assert scenario.calendar.years == 3
    assert scenario.switches["stress_response"] == "prior"


ALIKE = ("baseline", "watched", "trial", "any-trial")
FRIENDS = (("friends-both", "generation"), ("friends-socialisation", "generation-unlike"))


def alike(seed: int = 3) -> list[WorldRun]:
    """Return worlds that begin alike, of a year in which many act."""
    runs = runs_of(register(), ALIKE, [seed], "baseline", 200)
    risky = load_scenario("baseline", population=200, overrides={"barrier_mean": 6.0})
    short = {"calendar": risky.calendar.model_copy(update={"years": 1})}
    more = {"parameters": risky.parameters, **short}
    return [dataclasses.replace(run, scenario=run.scenario.model_copy(update=more)) for run in runs]


def test_worlds_run_together_give_what_each_gives_alone() -> None:
    runs = alike()
    assert len({run.beginning for run in runs}) == 1
    for one, content in zip(runs, observe_worlds(runs), strict=True):
        together, alone = tables_in(content), observe(one.scenario, one.seed, one.studied)
        assert {name: list(table) for name, table in together.items()} == {
            name: list(table) for name, table in alone.items()
        }
        for name, table in alone.items():
            for column, values in table.items():
                assert together[name][column].tobytes() == values.tobytes(), (name, column)
    watched = [tables_in(content)["prompts"]["person"] for content in observe_worlds(runs[:2])]
    assert 0 < len(np.unique(watched[0])) < len(np.unique(watched[1])) == 200


def test_what_worlds_share_is_run_once(monkeypatch) -> None:
    days: list[int] = []
    live_day = World.live_day

    def counted(world: World) -> None:
        days.append(world.days_lived)
        live_day(world)

    monkeypatch.setattr(World, "live_day", counted)
    lines: list[str] = []
    run_worlds(alike(), 1, lines.append)
    assert abs(len(days) - 16 * 365.25) < 3  # the warm-up and the year; arms of trials run together
    assert [line.partition(":")[0] for line in lines[-4:]] == [
        f"{number} of 4 worlds run" for number in range(1, 5)
    ]


def test_worlds_of_one_seed_begin_alike_where_their_warm_ups_are_the_same() -> None:
    whole = register()
    runs = runs_of(whole, list(whole.worlds), [101, 102], "baseline", 300)
    groups: dict[str, list[str]] = {}
    for one in runs:
        groups.setdefault(one.beginning, []).append(f"{one.world} {one.seed}")
    shared = [sorted(group) for group in groups.values() if len(group) > 1]
    assert sorted(shared) == sorted(
        sorted(f"{world} {seed}" for world in worlds)
        for worlds in (ALIKE, *FRIENDS)
        for seed in (101, 102)
    )


def yearly(seed: int = 3) -> tuple[dict, dict]:
    """Return the tables of one risky world looked at yearly, and on the last day only."""
    overrides = {"barrier_mean": 6.0}
    scenario = load_scenario("baseline", population=200, years=3, overrides=overrides)
    world = register().worlds["baseline"].model_copy(update={"logs": ("people", "acts")})
    on_the_last_day = world.model_copy(update={"yearly": False})
    return observe(scenario, seed, world), observe(scenario, seed, on_the_last_day)


def test_the_last_of_the_yearly_snapshots_is_the_last_day() -> None:
    every, last = (tables["people"] for tables in yearly())
    order, on_it = np.argsort(last["person"]), every["year"] == 2
    assert on_it.sum() == 200
    assert len(every["person"]) == 600
    for name in last.keys() - {"year"}:
        np.testing.assert_array_equal(every[name][on_it], last[name][order], err_msg=name)


def test_snapshots_stand_by_person_and_year_and_acts_only_grow() -> None:
    people = yearly()[0]["people"]
    same = people["person"][1:] == people["person"][:-1]
    assert (np.diff(people["person"].astype(int)) >= 0).all()
    for name, least in (("year", 1), ("acts", 0)):
        assert (np.diff(people[name].astype(int))[same] >= least).all()
    assert np.allclose(np.diff(people["age"])[same], 1.0, atol=0.01)


def test_motives_are_known_once_half_of_the_years_are_over() -> None:
    people = yearly()[0]["people"]
    known = ~np.isnan(people["calm"])
    assert [known[people["year"] == year].any() for year in range(3)] == [False, True, True]
    assert known[(people["year"] == 2) & (people["past_year_acts"] > 0)].all()


def test_what_was_seen_in_a_year_is_that_of_the_year_of_the_snapshot() -> None:
    tables = yearly()[0]
    acts, people = tables["acts"], tables["people"]
    for year in range(3):
        seen = np.unique(acts["person"][(acts["visible"] != 0) & (acts["year"] == year)])
        then = people["year"] == year
        marked = people["person"][then & (people["seen_in_year"] > 0)]
        assert set(marked) >= set(seen) & set(people["person"][then]) - _on_edges(acts)


def _on_edges(acts: dict) -> set:
    """Return persons with acts on days that a year of 365 and one of 365.25 count apart."""
    part = (acts["days_left"] % 365.25 < 1.5) | (acts["days_left"] % 365.25 > 363.5)
    return set(acts["person"][part])


def test_a_person_answers_alike_in_every_snapshot() -> None:
    people = Worlds({"baseline": {3: yearly()[0]}}).table("baseline", "people")
    assert people is not None
    asked = Asked(question="single item", concealment=0.5)
    reported = answers(people, asked).column("acts") > 0
    later = (people.key[1:] == people.key[:-1]) & (people.column("acts")[:-1] > 0)
    assert later.any()
    assert (reported[1:] >= reported[:-1])[later].all()


def test_whose_act_it_is_is_looked_up_on_the_last_day_a_person_is_there() -> None:
    every, last = (Worlds({"baseline": {3: tables}}) for tables in yearly())
    ages = [worlds.table("baseline", "acts").column("who_age") for worlds in (every, last)]
    np.testing.assert_array_equal(*ages)


def test_of_tables_only_what_a_study_looks_at_is_kept() -> None:
    """Every world gives each column that a study of it names, and none that nobody asks for."""
    whole = register()
    for name in ("baseline", "england", "failing-help"):
        columns = whole.looked_at(name).columns
        assert columns is not None
        studies = [study for entry in whole.entries.values() for study in entry.study]
        for study in studies:
            if name in (study.world, study.against):
                assert study.names <= set(columns[study.table]), (name, study)
        assert "reached_by" not in columns["people"]
    assert "laboratory" not in (whole.looked_at("plain").columns or {})
