"""What a comparison says of alternatives is the same wherever it is read."""

import numpy as np
import pandas as pd
from made_up_region import REGION, SEEDS, outcomes, simulate
from page_reader import read_page

from abm.cli.compare import compare_command
from abm.experiments.comparison.compare import find
from abm.report.format import format_number
from abm.report.html.writing import report_of
from abm.report.rendering import as_html
from abm.runs.options import RunOptions


def test_terminal_tables_report_and_python_say_the_same(tmp_path, capsys):
    findings = find(REGION, SEEDS, outcomes)
    options = RunOptions(tmp_path, 1, quiet=True, simulate=simulate)
    assert compare_command(REGION, SEEDS, options) == 0
    printed = " ".join(capsys.readouterr().out.split())
    (folder,) = tmp_path.glob("compare-*/*")
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in ("pairs", "frontier")}
    for name, table in tables.items():
        expected = getattr(findings, name).replace("", np.nan)
        pd.testing.assert_frame_equal(table, expected, check_dtype=False, rtol=1e-9)
    page = read_page(as_html(report_of(folder)))
    shown = {"terminal": printed, "page": " ".join(page.part("alternatives").text.split())}
    pairs = tables["pairs"].set_index(["scenario", "against", "outcome"])
    row = pairs.loc[("package", "groups", "new_cases")]
    package = tables["frontier"].set_index(["scenario", "outcome"]).loc[("package", "new_cases")]
    for where, text in shown.items():
        for number in ("per_100k", "per_100k_low", "per_100k_high", "added_cost"):
            assert format_number(row[number]) in text, (where, number)
        assert format_number(package["cost_per_averted"]) in text, where
        assert "extendedly dominated" in text, where
        assert "Never the best on average" in text, where
    assert (folder / "figures" / "worth_its_cost.svg").is_file()
