"""The written reference names the columns that runs write, all of them and nothing else."""

from pathlib import Path

from abm.report.columns import OF_PEOPLE, tables
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from docs.make.outputs import page

KINDS = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "date"}
KINDS |= {"O": "text", "U": "text", "T": "text"}
REPOSITORY = Path(__file__).parents[2]


def test_the_written_reference_is_up_to_date() -> None:
    written = (REPOSITORY / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert written == page()


def test_tables_have_the_documented_columns_in_their_order() -> None:
    scenario = load_scenario("birth-cohort", population=30, years=1)
    record = run(scenario, 1, Logs(people=True, acts=True, panel=True, moments=True, ties=True))
    for file in ("curves.csv", *OF_PEOPLE):
        frame, columns = getattr(record, file.partition(".")[0]), tables()[file].columns
        assert list(frame.columns) == [column.name for column in columns], file
        for column in columns:
            kind = KINDS[frame[column.name].dtype.kind]
            assert column.type == kind or (column.type, kind) == ("number", "integer"), column


def test_every_number_has_decimals_and_nothing_else_does() -> None:
    for table in tables().values():
        for column in (*table.columns, *table.by_draw):
            assert (column.decimals is not None) == (column.type in ("integer", "number")), column
