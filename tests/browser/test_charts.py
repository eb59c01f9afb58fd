"""Charts as data: what they draw can be read, told apart, and never lies about a share."""

import dataclasses
import json
import re
from html import unescape
from typing import Any

import numpy as np
import pytest

from abm.browser import charts, drawing
from abm.browser.page_model import PageModel
from abm.browser.snapshot import TRAITS, Snapshot
from abm.browser.views import ages, who, years
from abm.simulation.census import AGES, STOCKS, measure_named
from abm.studies.intervals import binomial_interval


@pytest.fixture(scope="module")
def shot() -> Snapshot:
    """Return a picture after a hundred days, with its baseline."""
    model = PageModel(rng=2, population=240, barrier_mean=8.0)
    model.prepare_baseline()
    model.run_days(100)
    while model.advance_baseline():
        pass
    model.take_picture()
    return model.snapshot


def every_chart(shot: Snapshot) -> list[charts.Chart]:
    """Return all charts of the views that have them."""
    return [
        *(ages.chart(shot, name, 438.0) for name in ages.LEAST_TOP),
        *(years.chart(shot, name, 438.0, 215.0) for name in years.CHARTS),
        *(who.chart(trait, shot, 280.0) for trait in TRAITS),
    ]


def told(chart: charts.Chart) -> dict[str, Any]:
    """Return what the place of a chart says to the browser."""
    (text,) = re.findall(r'data-option="([^"]+)"', chart.html())
    return dict(json.loads(unescape(text)))


def test_what_a_place_says_is_the_option_as_data(shot: Snapshot) -> None:
    for chart in every_chart(shot):
        assert told(chart)["option"] == json.loads(json.dumps(chart.option()))
        assert chart.option()["animation"] is False
    names = [chart.name for chart in every_chart(shot)]
    assert len(set(names)) == len(names)


def test_points_by_age_are_counts_of_the_census(shot: Snapshot) -> None:
    parts = ages.chart(shot, "lifetime_prevalence", 438.0).parts
    lines = {part.name: part.points for part in parts if isinstance(part, charts.Line)}
    bands = {part.name: part.ends for part in parts if isinstance(part, charts.Around)}
    assert list(bands) == [ages.SEXES[sex][0] for sex in ("female", "male")]
    stocks = shot.census.stocks
    for row, name in enumerate(bands):
        assert [point[0] for point in lines[name]] == list(AGES)
        for point, counts in zip(lines[name], stocks[row], strict=True):
            some, everybody = int(counts[STOCKS.index("ever")]), int(counts[0])
            assert (point[1] is None) == (everybody == 0)
            if everybody:
                ends = (100 * end for end in binomial_interval(some, everybody))
                expected = (100 * some / everybody, some, everybody, *ends)
                assert point[1:] == pytest.approx(expected, rel=1e-3)
                assert (point[0], *point[4:]) in bands[name]


def test_a_share_is_never_drawn_on_an_axis_above_all(shot: Snapshot) -> None:
    stocks = shot.census.stocks.copy()
    for name in ("ever", "past_year"):
        stocks[..., STOCKS.index(name)] = stocks[..., STOCKS.index("people")]
    everybody = dataclasses.replace(shot, census=dataclasses.replace(shot.census, stocks=stocks))
    for chart in every_chart(everybody):
        if chart.unit == " %":
            assert chart.option()["yAxis"]["max"] <= 100
    assert ages.chart(everybody, "past_year_prevalence", 438.0).top == 100


def test_charts_side_by_side_share_their_zero_line(shot: Snapshot) -> None:
    for pair in ([ages.chart(shot, name, 438.0) for name in ages.LEAST_TOP],
                 [years.chart(shot, name, 438.0, 215.0) for name in list(years.CHARTS)[1:]],
                 [who.chart(trait, shot, 280.0) for trait in TRAITS]):  # fmt: skip
        assert len({(one.height, one.option()["grid"]["bottom"]) for one in pair}) == 1
        for chart in pair:
            assert chart.html().index('class="chart"') < chart.html().index('class="legend"')


def test_lines_differ_in_more_than_colour_and_every_one_can_be_hidden(shot: Snapshot) -> None:
    for chart in every_chart(shot):
        lines = [part for part in chart.parts if isinstance(part, charts.Line)]
        own = [part.style for part in lines if part.name != "grey"]
        assert len({(style.dashes, style.symbol) for style in own}) == len(own)
        keys = [unescape(key) for key in re.findall(r'data-series="([^"]+)"', chart.html())]
        assert keys == list(dict.fromkeys(part.name for part in chart.parts))
        has_bands = any(isinstance(part, charts.Around) for part in chart.parts)
        assert chart.html().count("<span>95 % interval</span>") == has_bands


def test_the_other_world_lies_below_and_what_was_published_lowest(shot: Snapshot) -> None:
    series = ages.chart(shot, "lifetime_prevalence", 438.0).option()["series"]
    lines = [one["z"] for one in series if one["data"] and "areaStyle" not in one]
    marks = [one[kind]["z"] for one in series for kind in ("markArea", "markLine") if kind in one]
    assert lines == sorted(set(lines))
    assert [one["name"] for one in series if one["data"]][:2] == ["grey", "grey"]
    assert max(marks) < lines[0]


def test_names_stay_the_same_from_frame_to_frame(shot: Snapshot) -> None:
    """What is hidden is known by name: numbers that change stand in labels."""
    other = PageModel(rng=3, population=240).snapshot
    for name in ages.LEAST_TOP:
        names, others = (
            [part.name for part in ages.chart(one, name, 438.0).parts if part.name != "grey"]
            for one in (shot, other)
        )
        assert names == others


def test_moments_are_those_of_the_calendar_and_years_are_marked(shot: Snapshot) -> None:
    chart = years.chart(shot, "past_year_prevalence", 900.0, 260.0)
    line = chart.parts[-1]
    assert isinstance(line, charts.Line)
    first = np.datetime64(int(line.points[0][0] or 0), "ms").astype("datetime64[D]")
    assert str(first) == "2015-09-07"
    assert chart.option()["xAxis"]["type"] == "time"
    assert charts.dates(735_000, 739_000)["minInterval"] > 300 * charts.MILLISECONDS_A_DAY


def test_the_outline_of_who_adds_up_to_the_group(shot: Snapshot) -> None:
    outline, mean = who.chart("self_criticism", shot, 280.0).parts[-2:]
    assert isinstance(outline, charts.Line)
    assert sum(point[1] or 0.0 for point in outline.points) == pytest.approx(100.0, rel=1e-3)
    assert outline.name == mean.name
    assert "mean" in outline.label


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.30004, "0.3"), (27.084, "27.08"), (1_234.5, "1,234"), (12_345.0, "12,345")],
)
def test_numbers_have_no_powers_of_ten(value: float, text: str) -> None:
    assert drawing.plain(value) == text


def test_a_rate_without_a_value_yet_is_a_gap() -> None:
    model = PageModel(population=240)
    model.run_days(21)
    model.take_picture()
    chart = years.chart(model.snapshot, "incidence", 438.0, 215.0)
    assert "sixty days" in chart.note
    assert all(point[1] is None for part in chart.parts for point in part.points)  # type: ignore[union-attr]
    assert measure_named("incidence").kind == "rate"


def test_what_draws_charts_is_at_hand_and_asks_nobody() -> None:
    script = charts.script()
    assert "function nssiCharts" in script
    own = script[script.index("/* Makes HTML") :]
    assert not re.search(r"https?:|fetch\(|XMLHttp|import\(|eval\(|innerHTML = [^h]", own)
