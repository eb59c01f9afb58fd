"""Tables of worlds that were lived: studies find their columns, and looking changes nothing."""

import dataclasses

import numpy as np

from abm.evidence.evaluation import Worlds, judge
from abm.evidence.observed_tables import observe
from abm.evidence.register import register
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
    assert {"people", "leavers", "acts", "prompts", "waves", "census"} <= set(tables)
    worlds = Worlds({"baseline": {3: tables}})
    for entry in register().entries.values():
        if all(study.world == "baseline" and study.against is None for study in entry.study):
            judge(entry, worlds)  # raises where a column is missing
    censuses = run(scenario, 3).censuses
    counted = sum(int(census.flows.sum()) for census in censuses)
    flows = ("person_days", "never_days", "first_acts", "acts", "urges", "calm_acts", "feel_acts")
    flows += ("punish_acts", "visible_acts", "hospital")
    assert counted == sum(int(tables["census"][name].sum()) for name in flows)
    everybody = np.concatenate([tables["people"]["acts"], tables["leavers"]["acts"]])
    assert (everybody >= 0).all()


def test_a_world_takes_its_share_of_the_population() -> None:
    scenario = scenario_of(register().worlds["prior"], "baseline", 1000)
    assert scenario.population.size == 300
    assert scenario.calendar.years == 3
    assert scenario.switches["stress_response"] == "prior"


ALIKE = ("baseline", "watched", "trial", "any-trial")


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
    warm_up, year, trials = 15 * 365.25, 365.25, 2 * 7 * (19 + 26)
    assert abs(len(days) - (warm_up + year + trials)) < 3
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
    assert shared == [sorted(f"{world} {seed}" for world in ALIKE) for seed in (101, 102)]
