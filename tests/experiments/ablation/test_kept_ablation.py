"""The kept ablations: at the defaults and over the posterior every mechanism is at work."""

from pathlib import Path

import pandas as pd
import pytest

from abm.experiments.ablation.ablation import mechanisms
from abm.io.tables import read_json
from abm.parameters import parameters

KEPT = Path(__file__).parents[3] / "ablation"
UNSURE = ["shutdown"]
"""Twelve seeds do not tell whether shutdown protects anybody: without it as many ever act."""


@pytest.mark.parametrize("folder", [KEPT, KEPT / "posterior"], ids=["defaults", "posterior"])
def test_what_the_paper_names_is_at_work(folder: Path) -> None:
    table = pd.read_csv(folder / "ablation.csv")
    assert set(table["mechanism"]) in (
        {*mechanisms()},
        {one.name for one in mechanisms().values() if one.least},
    )
    asked = table[table["least"].notna()].set_index(["mechanism", "outcome"])
    declared = {(one.name, least.outcome) for one in mechanisms().values() for least in one.least}
    assert set(asked.index) == declared
    assert set(asked.drop(index=UNSURE, level="mechanism")["at_work"]) == {"yes"}
    assert "no" not in set(asked["at_work"])


def test_what_is_kept_was_found_with_the_defaults() -> None:
    ran_with = read_json(KEPT / "run.json")["scenario"]["parameters"]
    assert ran_with == {name: one.default for name, one in parameters().items()}
