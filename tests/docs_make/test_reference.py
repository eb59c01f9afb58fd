"""The written reference names the columns that runs write, all of them and nothing else."""

from pathlib import Path

from abm.report.columns import columns_of_tables
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from docs.make.outputs import page

REPOSITORY = Path(__file__).parents[2]


def test_the_written_reference_is_up_to_date() -> None:
    written = (REPOSITORY / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert written == page()


def test_tables_have_the_documented_columns_in_their_order() -> None:
    scenario = load_scenario("birth-cohort", population=30, years=1)
    record = run(scenario, 1, Logs(people=True, acts=True, panel=True, moments=True))
    for table, rows in columns_of_tables().items():
        frame = getattr(record, table)
        assert list(frame.columns) == [name for name, _, _ in rows], table
