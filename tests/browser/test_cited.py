"""What was published stands beside what the same question finds here, as `nssi validate` would."""

import dataclasses
import math
import re
from collections.abc import Mapping

import numpy as np
import pytest

from abm.browser import cited
from abm.browser.cited import CitedFigure, Claim, beside_growth, beside_surveys, beside_today
from abm.browser.page_model import PageModel
from abm.browser.views import VIEWS, ages, years
from abm.browser.views.published import range_of, sentences
from abm.evidence.evaluation import Simulated, Worlds, do_study
from abm.evidence.observed_tables import tables_of
from abm.evidence.register import register
from abm.scenario.scenario import load_scenario
from abm.simulation.census import FLOWS, Census
from abm.simulation.record import Logs
from abm.simulation.run import run

PEOPLE, SEED = 400, 2


@pytest.fixture(scope="module")
def besides() -> Mapping[str, CitedFigure]:
    """Return the figures on the last day of a year of the baseline."""
    model = PageModel(rng=SEED, population=PEOPLE)
    model.run_days(366)
    model.take_picture()
    return beside_today(model.snapshot.asked, model.settings, SEED)


def test_what_is_found_here_is_what_a_validation_finds(besides: Mapping[str, CitedFigure]) -> None:
    scenario = load_scenario("baseline", population=PEOPLE, years=1)
    tables = tables_of(run(scenario, SEED, Logs(people=True)))
    worlds = Worlds({"baseline": {SEED: {"people": tables["people"]}}})
    for name in ("ever", "clinical", "onset"):
        study = register().entries[besides[name].claim.entry].study[0]
        assert besides[name].simulated[:3] == pytest.approx(
            do_study(study, worlds)[:3], nan_ok=True
        )
    assert (besides["ever"].low, besides["ever"].high) == (15, 20)
    assert (besides["onset"].low, besides["onset"].high) == (13, 14)
    assert (besides["peak"].low, besides["peak"].high) == (15, 16)


def beside(value: float, half: float, people: int = 5_000) -> CitedFigure:
    found = Simulated(value, value - half, value + half, "", people)
    return CitedFigure(cited.CLAIMS["ever"], 15.0, 20.0, found)


def test_a_verdict_is_given_only_where_there_are_people_enough() -> None:
    assert beside(17.0, 1.0).verdict == "inside"
    assert beside(25.0, 1.0).verdict == "outside, high"
    assert beside(9.0, 1.0).verdict == "outside, low"
    assert beside(17.0, 8.0).verdict == "not enough people yet"
    assert beside(math.nan, math.nan).verdict == "no answer"
    assert beside(0.0, math.nan, people=3).verdict == "not enough people yet"


def people_by_age(some_at: dict[int, int], everybody: int) -> dict[str, np.ndarray]:
    """Return people of whom so many self-injured in the past year, at each age the same number."""
    ages_of = np.repeat(np.arange(10, 25), everybody)
    acts = np.concatenate(
        [np.arange(everybody) < some_at.get(age, everybody // 20) for age in range(10, 25)]
    )
    return {"age": ages_of + 0.5, "past_year_acts": acts.astype(np.int64)}


def test_the_age_of_the_peak_is_only_known_with_people_enough() -> None:
    assert cited.peak_interval(people_by_age({16: 400}, 2_000)) == (16, 16)
    low, high = cited.peak_interval(people_by_age({14: 12, 15: 11, 16: 12}, 60))
    assert low <= 14 < 16 <= high
    assert cited.peak_interval(people_by_age({14: 300, 15: 300}, 2_000)) == (14, 15)
    found = Simulated(16.0, 16.0, 16.0, "", 20_000)
    assert CitedFigure(cited.CLAIMS["peak"], 15.0, 16.0, found).verdict == "inside"
    unsure = found._replace(low=13.0, high=17.0)
    assert CitedFigure(cited.CLAIMS["peak"], 15.0, 16.0, unsure).verdict == "not enough people yet"


def test_the_sentences_name_figure_source_verdict_and_comparison(
    besides: Mapping[str, CitedFigure],
) -> None:
    html = sentences(besides.values())
    assert "<b>15 to 20 %</b> have ever self-injured at ages 12 to 18" in html
    assert "Martin (2022), section 1, citing Klonsky et al. 2014" in html
    assert html.count('class="verdict"') == html.count("Compared with: ") == len(besides)
    evil = Claim("P01", "<script>", "<script>")
    assert "<script>" not in sentences([dataclasses.replace(besides["ever"], claim=evil)])
    england = CitedFigure(Claim("P08", "say", "women"), 4.2, 10.0, besides["ever"].simulated)
    assert range_of(england) == "6.5 % (4.2 to 10)"
    growth = CitedFigure(cited.GROWTH, 5.9, 7.1, besides["ever"].simulated)
    assert range_of(growth) == "6.5 % a year (5.9 to 7.1)"


def test_published_figures_are_drawn_in_the_chart_they_belong_in() -> None:
    shot = PageModel(rng=SEED, population=PEOPLE).snapshot
    drawn = {
        name: [part.name for part in ages.chart(shot, name, 438.0).parts] for name in ages.LEAST_TOP
    }
    assert "published, ages 12-18" in drawn["lifetime_prevalence"]
    assert "published, ages 12-18, in care" in drawn["lifetime_prevalence"]
    assert "published, age of the peak" in drawn["past_year_prevalence"]
    assert "published, age at first act" in drawn["incidence"]


def test_one_birth_cohort_is_held_against_no_figure_for_several_ages() -> None:
    shot = PageModel("birth-cohort", population=150).snapshot
    assert beside_today(shot.asked, shot.scenario, shot.seed) == {}
    assert "One birth cohort has one age at a time" in ages.draw(shot, 900.0)


def test_england_is_asked_face_to_face_every_year_and_held_against_its_own_surveys() -> None:
    model = PageModel("england-2000-2014", rng=SEED, population=PEOPLE)
    before = years.england(model.snapshot, 900.0)
    assert "asked on the last day of every year" in before.note
    published = next(part for part in before.parts if part.name == "published")
    assert [point[1:] for point in published.points] == [(6.5, 4.2, 10.0), (19.7, 15.7, 24.5)]  # type: ignore[union-attr]
    model.run_days(370)
    model.take_picture()
    shot = model.snapshot
    (survey,) = shot.surveys
    scenario = load_scenario("england-2000-2014", population=PEOPLE, years=1)
    everybody = scenario.observation.model_copy(update={"panel_share": 1.0})
    scenario = scenario.model_copy(update={"observation": everybody})
    waves = tables_of(run(scenario, SEED, Logs(panel=True)))["waves"]
    entry = register().entries["P08"]
    said = do_study(entry.study[0], Worlds({"england": {SEED: {"waves": waves}}}))
    assert survey.year == 2000
    assert survey.reported[:3] == pytest.approx(said[:3], nan_ok=True)
    assert survey.true > survey.reported.value
    (row,) = beside_surveys(shot.surveys)
    assert row.claim.entry == "P08"
    assert "said in 2000" in years.draw(shot, 900.0)
    assert "drawn in Over the years" in ages.draw(shot, 900.0)


def censuses(counts: list[int]) -> list[Census]:
    """Return censuses of a Victoria in which so many came to hospital every year."""
    shot = PageModel("victoria-2008-2015", population=150).snapshot
    found = []
    for index, count in enumerate(counts):
        flows = np.zeros_like(shot.census.flows)
        flows[0, 5, FLOWS.index("hospital")] = count
        flows[0, 12, FLOWS.index("hospital")] = 99  # too old for the comparison
        day = shot.date.replace(year=2009 + index)
        found.append(Census(day, shot.census.stocks, flows))
    return found


def test_victoria_s_growth_has_an_interval_for_chance() -> None:
    counts = [round(10_000 * 1.065**year) for year in range(7)]
    growth = beside_growth(censuses(counts), 1)
    assert growth is not None
    assert growth.simulated.value == pytest.approx(6.5, abs=0.05)
    assert growth.simulated.low < 6.2 < 6.8 < growth.simulated.high
    assert growth.simulated.people == sum(counts)
    few = beside_growth(censuses([1, 2, 1, 3, 2, 2, 3]), 1)
    assert few is not None
    assert few.verdict == "not enough people yet"
    assert beside_growth(censuses([5]), 1) is None
    none = beside_growth(censuses([0, 2]), 1)
    assert none is not None
    assert none.verdict == "no answer"


def test_victoria_draws_the_growth_that_was_published() -> None:
    shot = PageModel("victoria-2008-2015", population=150).snapshot
    shot = dataclasses.replace(shot, censuses=tuple(censuses([100, 110, 120])))
    chart = years.victoria(shot, beside_growth(shot.censuses, 1), 900.0)
    line, here = chart.parts
    assert chart.up == "Presentations a year"  # who comes twice counts twice
    published = [point[1] for point in line.points]  # type: ignore[union-attr]
    assert [point[1] for point in here.points] == [100, 110, 120]  # type: ignore[union-attr]
    assert sum(filter(None, published)) == pytest.approx(330, abs=0.5)
    assert (published[1] or 0) / (published[0] or 1) == pytest.approx(1.065, abs=1e-3)
    assert re.search("6.5 % a year", line.label)  # type: ignore[union-attr]
    assert "Published, and here" not in VIEWS["years"][1](shot, 900.0)  # no week is over yet
