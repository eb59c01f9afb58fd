"""Figures of a comparison: one file of each kind, the same bytes again, and what they show."""

from dataclasses import replace

import made_up_outcomes
import pytest
from made_up_outcomes import BASE, BOTH, KIND, NULL, SKILLED

from abm.experiments.comparison.compare import find
from abm.report.figures import comparison as figures
from abm.report.figures import style


@pytest.fixture(scope="module")
def findings():
    return find((BASE, SKILLED, KIND, BOTH, NULL), [1, 2, 3], made_up_outcomes.outcomes)


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_every_figure_is_drawn_the_same_again(findings, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written = figures.draw_comparison_figures(tmp_path / name, findings)
    assert len(written) == 8
    assert {path.name for path in (tmp_path / "one").iterdir()} == set(written)
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_forest_has_a_row_a_scenario(findings):
    with style.theme():
        axes = figures.averted(findings).axes
    assert labels(axes[0]) == ["skilled", "kind", "both", "null"]
    table = findings.averted()
    cases = table[table["outcome"] == "new_cases"]["per_100k"].tolist()
    assert list(axes[0].containers[0][0].get_xdata()) == cases


def test_everybody_is_in_the_figure_by_group(findings):
    with style.theme():
        (axes,) = figures.averted_by_group(findings).axes
    assert len(labels(axes)) == len(set(labels(axes))) == 2 + 3 + 2
    assert len(axes.containers) == 4


def test_the_curves_are_of_paired_differences(findings):
    with style.theme():
        figure = figures.differences_over_time(findings)
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    table = findings.curve_differences
    own = table[
        (table["scenario"] == "both")
        & (table["measure"] == "incidence")
        & (table["sex"] == "all")
        & (table["age"] == "12-18")
    ]
    assert list(lines["both"].get_ydata()) == own["difference"].tolist()
    assert set(lines["null"].get_ydata()) == {0.0}


def test_one_census_has_no_curve():
    short = [
        made_up_outcomes.scenario("base", years=1),
        made_up_outcomes.scenario("other", years=1),
    ]
    found = find(short, [1], made_up_outcomes.outcomes)
    assert figures.differences_over_time(found) is None


def test_a_cohort_and_a_single_seed_are_drawn(tmp_path):
    cohort = [made_up_outcomes.scenario(name, kind="cohort", years=3) for name in ("base", "other")]
    found = find(cohort, [1], made_up_outcomes.outcomes)
    written = figures.draw_comparison_figures(tmp_path, found)
    assert len(written) == 6


def test_more_scenarios_than_colours_are_drawn(tmp_path):
    many = [made_up_outcomes.scenario(f"scenario-number-{number}") for number in range(12)]
    found = find(many, [1, 2], made_up_outcomes.outcomes)
    assert len(figures.draw_comparison_figures(tmp_path, found)) == 6


def test_draws_of_the_parameters_have_two_bands_and_a_legend(tmp_path):
    found = find(
        (BASE, SKILLED, KIND), [1, 2, 3, 4, 5, 6], made_up_outcomes.outcomes, is_by_draw=True
    )
    with style.theme():
        drawn = [draw(found) for draw in (figures.averted, figures.averted_by_group)]
        curves = figures.differences_over_time(found)
    for figure in (*drawn, curves):
        (legend,) = figure.legends
        assert {"parameters", "chance"} <= {text.get_text() for text in legend.get_texts()}
    alphas = [band.get_alpha() for band in curves.axes[0].collections]
    assert alphas[:4] == [0.18, 0.42] * 2
    table = found.averted()
    cases = table[table["outcome"] == "new_cases"]
    light = drawn[0].axes[0].collections[0].get_segments()
    for segment, low, high in zip(
        light, cases["per_100k_parameter_low"], cases["per_100k_parameter_high"], strict=True
    ):
        assert segment[:, 0].tolist() == pytest.approx([low, high])


def test_a_band_is_drawn_although_no_one_differs_at_the_first_census(findings):
    changes = findings.curve_differences.copy()
    first = changes["date"] == changes["date"].min()
    changes.loc[first, ["low", "high"]] = float("nan")
    with style.theme():
        drawn = figures.differences_over_time(replace(findings, curve_differences=changes))
    assert drawn.axes[0].collections
