"""What is said first of a validation, from rows that are written down."""

from pathlib import Path
from typing import Any

import made_up_folders
import pandas as pd
import pytest
from page_reader import read_page

from abm.report.html.writing import report_of
from abm.report.quantities import (
    QuantityRow,
    beyond_table,
    format_factor,
    group_tables,
    quantity_section,
    sentences,
)
from abm.report.rendering import as_cell, as_html


def row(name: str, factor: float | None = 1.2, **given: Any) -> QuantityRow:
    own = {"id": name, "group": "tested", "verdict": "inside", "statement": f"So many {name}, %"}
    return QuantityRow(**{**own, "published": 10.0, "simulated": 12.0, "factor": factor, **given})


def said(*rows: QuantityRow) -> str:
    return " ".join(sentences(rows))


def test_the_median_factor_of_error_comes_first_without_what_was_fitted_or_is_no_test() -> None:
    rows = [row("a", 1.2), row("b", 1.4), row("c", 3.0)]
    rows += [row("d", 50.0, group="fitted"), row("e", 50.0, group="no test")]
    first = sentences(rows)[0]
    assert "Of 3 quantities" in first
    assert "is 1.40; 2 lie within a factor of 1.5, 1 beyond a factor of 2." in first


def test_the_null_model_and_other_studies_stand_beside_it() -> None:
    rows = [
        row("a", 1.2, benchmark_factor=2.0, others_factor=1.3),
        row("b", 1.8, benchmark_factor=1.1),
        row("c", 1.5),
        row("d", 1.6, benchmark_factor=1.6),
    ]
    text = said(*rows)
    assert "The null model, which has no mechanism, answers 3 of them" in text
    assert "its median is 1.60 (1 within 1.5), the model's on the same 1.60" in text
    assert "(1), one lies typically a factor of 1.30" in text
    assert "nearer than the null model in 1 (So many a (a)), farther in 1 (So many b (b))" in text
    assert "about as near in 1." in text


def test_what_is_tested_is_counted_with_the_error_of_the_count() -> None:
    rows = [
        row("a", p_inside=0.95),
        row("b", p_inside=0.5, verdict="not enough people yet"),
        row("c", p_inside=0.0, verdict="outside"),
        row("d", p_inside=1.0, group="weak"),
    ]
    text = said(*rows)
    assert "3 quantities are tested: 1 inside, 1 outside and 1 in need of more people." in text
    assert "With ever more people 1.4 would be inside or right, give or take 0.5" in text


def test_directions_are_counted_apart_and_without_any_test_it_is_said() -> None:
    claim = {"group": "weak", "published": None, "verdict": "direction right"}
    text = said(row("a", None, **claim), row("b", None, **claim))
    assert "No quantity with a published size was predicted." in text
    assert "None counts as tested" in text
    assert "2 quantities have no published size: 2 in the right direction." in text


def test_what_is_beyond_a_factor_of_two_is_told_farthest_first_with_its_cause() -> None:
    rows = [row("a", 1.9), row("b", 2.5, cause="Services"), row("c", 7.0), row("d", 9.0)]
    rows[3] = row("d", 9.0, group="fitted")
    table = beyond_table(rows)
    assert [cells[0] for cells in table.rows] == ["So many c, % (c)", "So many b, % (b)"]
    assert [cells[-1] for cells in table.rows] == ["not known", "Services"]


def test_every_quantity_stands_in_the_table_of_its_group() -> None:
    groups = ["no test", "weak", "fitted", "tested", "not answerable", "follows from the equations"]
    rows = [row(group, group=group) for group in groups]
    tables = group_tables(rows)
    assert len(tables) == len(groups)
    assert all(len(table.rows) == 1 for table in tables)
    assert tables[0].rows[0][0] == "So many fitted, % (fitted)"
    drawn = group_tables([row("a", draws=4, draws_inside=3, prior_pass=0.25)])[0]
    assert {"3 of 4", "25 %"} <= set(drawn.rows[0])


def test_a_page_shows_the_same_from_the_csv_where_that_is_all_there_is(tmp_path: Path) -> None:
    rows = [row("a", benchmark_verdict="inside", cause="Services"), row("b", 3.0, simulated=None)]
    table = [one.model_dump() for one in rows]
    whole = made_up_folders.validation(tmp_path / "whole")
    made_up_folders.write(whole, {"quantities.json": table})
    bare = made_up_folders.validation(tmp_path / "bare")
    made_up_folders.write(bare, {"quantities.csv": pd.DataFrame(table)})
    pages = [read_page(as_html(report_of(folder))) for folder in (whole, bare)]
    for part in ("answer", "tables"):
        assert pages[0].part(part).text == pages[1].part(part).text
    assert sentences(rows)[0] in pages[0].part("answer").text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_notebook_shows_the_same_section() -> None:
    cell = as_cell(quantity_section([row("a"), row("<b>", 3.0)]))
    assert "median factor of error" in cell
    assert "<b>" not in cell


@pytest.mark.parametrize(
    ("factor", "text"), [(None, "-"), (1.234, "1.23"), (7.04, "7.0"), (100.0, "100 and more")]
)
def test_factors_are_short(factor: float | None, text: str) -> None:
    assert format_factor(factor) == text
