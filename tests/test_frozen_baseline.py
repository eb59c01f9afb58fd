"""One small frozen life, so that no change alters results unnoticed.

If this fails and the change was meant, run the test to see the new figures, put them here, and mark
the change **[results]** in CHANGELOG.md.
"""

from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run

FLOWS = [1168800, 978924, 120, 4735, 10736, 2884, 1797, 54, 76, 2]
STOCKS = [400, 120, 40, 14, 11, 22]
RELIEF = 2695.851463


def test_a_small_life_is_as_it_was() -> None:
    scenario = load_scenario("birth-cohort", population=400, years=8)
    record = run(scenario, 3, Logs(acts=True))
    flows = sum(census.flows.sum(axis=(0, 1)) for census in record.censuses)
    stocks = record.censuses[-1].stocks.sum(axis=(0, 1))
    assert record.acts is not None
    found = (flows.tolist(), stocks.tolist(), round(float(record.acts["relief"].sum()), 6))
    assert found == (FLOWS, STOCKS, RELIEF)
