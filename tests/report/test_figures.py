"""Figures: drawn where there is data, left out where there is none, the same bytes every time."""

import hand_made
import matplotlib as mpl
import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from abm.evidence.register import register
from abm.report.figures import runs
from abm.report.figures.runs import RunResults, _class_label, draw_figures
from abm.report.html.pictures import captions
from abm.simulation.curves import curves_frame
from abm.studies.aggregates import aggregate

SCENARIO = hand_made.scenario(size=1_500, years=3)
ALL = ("prevalence_by_age", "prevalence_over_time", "onset_ages", "acts_per_person", "motives")


@pytest.fixture(scope="module")
def records():
    return {seed: hand_made.record(SCENARIO, seed) for seed in (1, 2, 3)}


def draw(folder, records):
    """Draw the figures of records, which leaves the settings of others alone."""
    before = dict(mpl.rcParams)
    curves = pd.concat([record.curves for record in records.values()], ignore_index=True)
    sums = {seed: aggregate(record) for seed, record in records.items()}
    sums = {seed: found for seed, found in sums.items() if found is not None}
    results = RunResults(curves, sums, SCENARIO.title, SCENARIO.population.size)
    written = draw_figures(folder, results)
    assert dict(mpl.rcParams) == before
    return written


def names(written):
    return {name.split(".")[0] for name in written}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("figures")
    return folder, draw(folder, records)


def test_a_run_gives_every_figure_in_both_forms(drawn):
    folder, written = drawn
    assert sorted(written) == sorted(f"{name}.{form}" for name in ALL for form in ("png", "svg"))
    for name in ALL:
        picture = matplotlib.image.imread(folder / f"{name}.png")
        assert picture.shape[1] >= 1280
        assert np.ptp(picture[..., :3]) > 0.5
        text = (folder / f"{name}.svg").read_text()
        assert "<path" in text
        assert "<dc:date>" not in text


def test_published_ranges_are_those_of_the_register(records, monkeypatch):
    assert "published, ages 12-18: 15 to 20 %" in text_of(runs.prevalence_by_age, records)
    assert "published: typically at 13 or 14" in text_of(runs.onset_ages, records)
    entries = dict(register().entries)
    for name, low, high in (("P01", 16, 21), ("P05", 12, 13)):
        entries[name] = entries[name].model_copy(update={"low": low, "high": high})
    changed = register().model_copy(update={"entries": entries})
    monkeypatch.setattr(runs, "register", lambda: changed, raising=False)
    assert "published, ages 12-18: 16 to 21 %" in text_of(runs.prevalence_by_age, records)
    told = text_of(runs.onset_ages, records)
    assert "published: typically at 12 or 13" in told
    assert "onset is typically at 12 to 13" in told


def text_of(draw, records):
    curves = pd.concat([record.curves for record in records.values()], ignore_index=True)
    sums = {seed: found for seed, one in records.items() if (found := aggregate(one)) is not None}
    figure = draw(RunResults(curves, sums, SCENARIO.title, SCENARIO.population.size))
    drawn = [text.get_text() for text in figure.findobj(mpl.text.Text)]
    return " ".join(" ".join(drawn).split())


def test_words_in_place_of_bars_name_the_same_numbers_of_acts():
    assert [_class_label(index) for index in range(3)] == ["1", "2", "3-4"]
    told = captions()["run"]["acts_per_person"]["alternative"]
    assert "with one act, with two, with three or four, and so on" in told


def test_the_same_data_give_the_same_bytes(tmp_path, drawn, records):
    folder, written = drawn
    draw(tmp_path, records)
    for name in written:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_without_people_and_acts_their_figures_are_left_out(tmp_path, records):
    written = draw(tmp_path, {1: records[1].keeping(hand_made.Logs())})
    assert names(written) == {"prevalence_by_age", "prevalence_over_time", "onset_ages"}


def test_a_cohort_has_no_figure_over_the_calendar(tmp_path):
    curves = curves_frame(hand_made.cohort_censuses(), 1)
    written = draw_figures(tmp_path, RunResults(curves, {}, "A cohort: $5 {a_b^", 200))
    assert names(written) == {"prevalence_by_age", "onset_ages"}


def test_one_year_has_no_figure_over_the_calendar(tmp_path):
    curves = curves_frame([hand_made.census()], 1)
    written = draw_figures(tmp_path, RunResults(curves, {}, "One year", 200))
    assert "prevalence_over_time" not in names(written)


def test_a_world_without_acts_has_no_empty_figure(tmp_path):
    census = hand_made.census()
    census.stocks[..., 1:] = 0
    census.flows[..., 2:] = 0
    written = draw_figures(tmp_path, RunResults(curves_frame([census], 1), {}, "Nobody", 200))
    assert names(written) == {"prevalence_by_age"}


def test_draws_of_the_parameters_have_two_bands(tmp_path, monkeypatch):
    shown = {}
    monkeypatch.setattr(
        "abm.report.figures.style.save",
        lambda figure, folder, name: shown.setdefault(name, figure) and [name],
    )
    by_seed = [hand_made.record(SCENARIO, seed, hand_made.Logs()).curves for seed in (1, 2, 3, 4)]
    curves = pd.concat(by_seed, ignore_index=True)
    draw_figures(tmp_path, RunResults(curves, {}, "Drawn", 1_500, True))
    for name in ("prevalence_by_age", "prevalence_over_time"):
        (legend,) = shown[name].legends
        words = [text.get_text() for text in legend.get_texts()]
        assert {"parameters", "chance"} <= set(words)
        sexes = 2 if name == "prevalence_by_age" else 3
        bands = [band for band in shown[name].axes[1].collections if band.get_alpha()]
        assert [band.get_alpha() for band in bands] == [0.18, 0.42] * sexes
    shown.clear()
    draw_figures(tmp_path, RunResults(curves[curves["seed"] < 3], {}, "Too few", 1_500, True))
    (legend,) = shown["prevalence_by_age"].legends
    assert "chance" not in {text.get_text() for text in legend.get_texts()}
