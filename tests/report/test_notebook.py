"""What notebooks show: key figures with intervals, escaped texts, and figures of matplotlib."""

import subprocess
import sys
from pathlib import Path

import hand_made
import made_up_outcomes as made_up
import pytest
from matplotlib.figure import Figure
from page_reader import read_page

import abm
from abm.experiments.comparison.compare import find
from abm.report.notebook import findings_as_html, record_as_html

SCENARIO = hand_made.scenario(size=600, years=3)
PLOTS = ("plot_prevalence", "plot_prevalence_over_time", "plot_onset", "plot_acts", "plot_motives")


@pytest.fixture(scope="module")
def records():
    return [hand_made.record(SCENARIO, seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def findings():
    scenarios = (made_up.BASE, made_up.SKILLED)
    return find(scenarios, (1, 2), lambda scenario, seed: made_up.outcomes(scenario, seed))


@pytest.mark.parametrize("name", PLOTS)
def test_plots_of_one_run_and_of_several_are_figures_that_a_notebook_shows(records, name):
    for drawn in (records[0], records):
        figure = getattr(abm, name)(drawn)
        assert isinstance(figure, Figure)
        assert figure.axes
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_a_plot_leaves_the_settings_of_matplotlib_alone(records):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    abm.plot_prevalence(records[0])
    assert dict(mpl.rcParams) == before


def test_a_plot_without_its_rows_says_what_is_missing(records):
    bare = records[0].keeping(hand_made.Logs())
    with pytest.raises(ValueError, match="nothing to draw"):
        abm.plot_motives(bare)


def test_records_that_do_not_belong_together_are_refused(records):
    other = hand_made.record(hand_made.scenario(size=300, years=3), 3)
    with pytest.raises(ValueError, match="expected one scenario"):
        abm.key_figures([records[0], other])
    with pytest.raises(ValueError, match="same seed"):
        abm.key_figures([records[0], records[0]])
    with pytest.raises(ValueError, match="at least one"):
        abm.key_figures([])


def test_key_figures_have_labelled_columns_and_intervals(records):
    one, several = abm.key_figures(records[0]), abm.key_figures(records)
    assert list(one.columns)[:2] == ["label", "measure"]
    assert {"estimate", "low", "high", "interval", "unit"} <= set(one.columns)
    assert several["low"].notna().sum() > 10
    assert not (several["low"] == several["high"]).any()


@pytest.mark.parametrize("table", ["curves", "people", "acts", "panel", "moments", "sweep.csv"])
def test_columns_are_explained(table):
    frame = abm.columns(table)
    assert list(frame.columns) == ["unit", "meaning", "type", "decimals"]
    assert "seed" in frame.index


def test_a_table_that_is_not_there_has_a_nearest_name():
    with pytest.raises(ValueError, match="did you mean 'people'"):
        abm.columns("peple")


def test_a_record_in_a_notebook_is_a_table_with_its_title_escaped():
    title = '<script>alert(1)</script> & "more"'
    table = {"title": title, "population": {"size": 300}, "calendar": {"years": 2}}
    scenario = type(SCENARIO).from_table(table, "hand-made")
    page = read_page(record_as_html(hand_made.record(scenario)))
    assert not page.all("script")
    assert title in page.all("strong")[0].text
    assert "Ever self-injured, ages 12-18" in page.all("table")[0].text
    assert "record.curves, record.people, record.acts" in page.text


def test_a_comparison_in_a_notebook_says_what_is_averted(findings):
    page = read_page(findings_as_html(findings))
    assert "new cases" in page.all("thead")[0].text
    assert "skilled" in page.all("tbody")[0].text


def test_plots_of_a_comparison_are_figures(findings):
    for figure in (
        abm.plot_averted(findings),
        abm.plot_averted_by_group(findings),
        abm.plot_differences(findings),
        abm.plot_worth_its_cost(findings),
    ):
        assert isinstance(figure, Figure)


def test_a_title_may_hold_what_looks_like_a_formula():
    base = made_up.scenario("base").model_copy(update={"title": r"Costs $5 or $\frac{1$"})
    found = find(
        (base, made_up.SKILLED), (1,), lambda scenario, seed: made_up.outcomes(scenario, seed)
    )
    assert abm.plot_averted(found)._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("wrong", [hand_made.scenario(), (1, 2), None, 5])
def test_a_plot_of_what_is_no_record_says_what_it_needs(wrong):
    with pytest.raises(TypeError, match="expected a record, or several of one scenario"):
        abm.plot_prevalence(wrong)


def test_a_record_says_how_to_have_its_other_frames():
    shown = record_as_html(hand_made.record(hand_made.scenario()))
    assert "logs=abm.Logs(" in shown
    assert "panel=True" in shown


def test_groups_that_are_not_there_are_refused_with_those_that_are(findings):
    assert len(findings.averted("sex"))
    with pytest.raises(abm.InputError, match=r"expected one of all, sex, .*did you mean 'sex'"):
        findings.averted("sexx")
    for given in ({"outcome": "new_case"}, {"scenario": "skiled"}):
        with pytest.raises(abm.InputError, match="did you mean"):
            findings.averted(**given)
    name = findings.others[-1].name
    (row,) = findings.averted(outcome="acts", scenario=name).to_dict("records")
    assert (row["scenario"], row["outcome"]) == (name, "acts")


def test_one_scenario_is_no_comparison():
    with pytest.raises(abm.InputError, match="two scenarios or more, in a list"):
        abm.compare("baseline")
    with pytest.raises(abm.InputError, match=r"expected several, such as \[3\]"):
        abm.compare(["baseline", "school-skills"], seeds=3)


IN_A_NOTEBOOK = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import hand_made
print(shell.display_formatter.format(hand_made.record(hand_made.scenario(size=100, years=1)))[0])
"""


def test_a_notebook_shows_a_record_as_its_key_figures():
    """In a shell as notebooks have it, with nothing called but `import abm` on the way."""
    pytest.importorskip("IPython", reason="notebooks have IPython")
    done = subprocess.run(
        [sys.executable, "-c", IN_A_NOTEBOOK],
        cwd=Path(hand_made.__file__).parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "<table " in done.stdout, done.stderr
    assert "Ever self-injured" in done.stdout
