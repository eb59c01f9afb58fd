"""The bank that is kept can be fitted again: what it measured is what the register means now."""

from pathlib import Path

from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.options import HowToCalibrate
from abm.experiments.calibration.recipe import recipe
from abm.experiments.calibration.waves import finished_waves

BANK = Path(__file__).parents[3] / "calibration" / "bank"


def test_every_fitted_figure_of_the_kept_bank_means_what_it_did(tmp_path) -> None:
    measured = statistics(recipe().runs.world)
    fitted = {name: one.definition for name, one in measured.items() if one.entry.use == "fitted"}
    waves = finished_waves(HowToCalibrate(bank=BANK, out=tmp_path))
    assert fitted
    assert [wave.name for wave, _ in waves] == [wave.name for wave in recipe().waves]
    for wave, runs in waves:
        assert set(runs.defined_as(fitted)) == set(fitted), wave.name
