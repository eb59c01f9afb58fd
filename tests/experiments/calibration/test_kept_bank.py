"""The bank that is kept can be fitted again: what it holds is what the register means now."""

from pathlib import Path

import pytest

from abm.experiments.calibration.bank import BankError
from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.recipe import recipe
from abm.experiments.calibration.waves import Calibration

BANK = Path(__file__).parents[3] / "calibration" / "bank"


def test_every_fitted_figure_of_the_kept_bank_means_what_it_did() -> None:
    known = statistics(recipe().runs.world)
    fitted = {name: one.definition for name, one in known.items() if one.entry.use == "fitted"}
    try:
        waves = Calibration(BANK).finished()
    except BankError as error:
        pytest.skip(f"the bank of the recipe is not there yet: {error}")
    assert fitted
    for wave, runs in waves:
        assert set(runs.defined_as(fitted)) == set(fitted), wave.name
