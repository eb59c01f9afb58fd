"""Tables of worlds that were lived: studies find their columns, and looking changes nothing."""

import numpy as np

from abm.evidence.evaluation import Worlds, judge
from abm.evidence.observed_tables import observe
from abm.evidence.register import register
from abm.evidence.worlds import scenario_of
from abm.scenario.scenario import load_scenario
from abm.simulation.run import run


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
