"""Every view draws data, escapes what it is given, and says what it shows."""

import dataclasses
import io
import itertools
import math
import re
import xml.etree.ElementTree as ElementTree
from html import escape

import numpy as np
import pandas as pd
import pytest

import abm
from abm.browser import charts, drawing
from abm.browser.counterfactual import Counterfactual
from abm.browser.page import people_to_follow
from abm.browser.page_model import PageModel
from abm.browser.paired_seeds import Compared
from abm.browser.plain_words import short_number
from abm.browser.school import MOST_SHOWN, YEAR_GROUPS, spring_positions
from abm.browser.snapshot import Snapshot
from abm.browser.status import status_lines
from abm.browser.views import VIEWS, changed, figures, one_person, school, years
from abm.people.codes import CLOSE
from abm.report.format import format_whole, format_whole_range
from abm.scenario.scenario import load_scenario
from abm.simulation.census import measure_named

WIDTHS = (366.0, 900.0)


@pytest.fixture(scope="module")
def model() -> PageModel:
    """Return a model run for a hundred days, and its baseline."""
    found = PageModel(rng=2, population=240, barrier_mean=8.0)
    found.prepare_baseline()
    found.run_days(100)
    return found


@pytest.fixture(scope="module")
def compared() -> Compared:
    """Return a comparison of its scenarios over two of three seeds, smaller and shorter."""
    changed = load_scenario("baseline", years=1, population=150, overrides={"barrier_mean": 8.0})
    base = load_scenario("baseline", years=1, population=150)
    found = abm.compare([base, changed.renamed("other")], [1, 2])
    return Compared(Counterfactual(base, changed), (1, 2, 3), 2, 0.7, found)


@pytest.fixture
def shot(model: PageModel, compared: Compared) -> Snapshot:
    """Return its picture, once the baseline has come as far, with the comparison."""
    while model.advance_baseline():
        pass
    model.take_picture()
    return dataclasses.replace(model.snapshot, compared=compared)


def is_well_formed(html: str) -> bool:
    """Return whether the text is a tree that a browser reads as it is meant."""
    ElementTree.fromstring(f"<div>{html}</div>")
    return True


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_well_formed_and_fits_its_width(
    name: str, width: float, shot: Snapshot
) -> None:
    html = VIEWS[name][1](shot, width)
    assert is_well_formed(html)
    assert "nan" not in html.lower().replace("reluctan", "")
    for found in re.findall(r'<svg viewBox="0 0 ([\d.]+)', html):
        assert float(found) <= width


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "figures"])
def test_every_chart_says_what_it_shows(name: str, shot: Snapshot) -> None:
    html = VIEWS[name][1](shot, 900.0)
    labels = re.findall(r'role="img" aria-label="([^"]+)"', html)
    assert labels
    assert all(len(label) > 10 for label in labels)
    assert html.count("<figcaption>") == len(labels)


def test_the_network_has_one_disc_a_person_and_one_line_a_friendship(shot: Snapshot) -> None:
    html = school.draw(shot, 900.0)
    discs = re.findall(r'data-person="(\d+)"', html)
    assert sorted(map(int, discs)) == sorted(shot.school.person.tolist())
    assert html.count("M") - html.count("Mo") >= len(shot.school.ties[CLOSE]) > 0


def test_the_network_follows_ties_that_change() -> None:
    """The same people in the same places, other lines; distant friends and bullying are told."""
    changing = {"tie_end": 0.3, "tie_weaken": 0.3, "bullying_begins": 0.2}
    model = PageModel("birth-cohort", population=150, **changing)
    before = model.snapshot.school
    model.run_days(70)
    model.take_picture()
    after = model.snapshot.school
    assert (after.layout.positions == before.layout.positions).all()
    assert not np.array_equal(after.ties[CLOSE], before.ties[CLOSE])
    drawn = school.draw(model.snapshot, 900.0)
    for sign in ("distant", "bullying", "stroke-dasharray"):
        assert sign in drawn


def test_a_large_year_group_is_drawn_in_part_and_says_so() -> None:
    found = PageModel("birth-cohort", population=400)
    html = school.draw(found.snapshot, 900.0)
    assert html.count("data-person") == MOST_SHOWN
    assert f"{MOST_SHOWN} of 400 people are drawn" in html


def test_several_year_groups_are_named_from_first_to_last_and_no_more_people_are_drawn() -> None:
    found = PageModel(population=1_500)
    found.show_ages(YEAR_GROUPS["12 to 18"])
    html = school.draw(found.snapshot, 900.0)
    assert "Year-groups aged 12 to 18 on 31 August 2015" in html
    assert html.count("data-person") <= MOST_SHOWN


def test_the_last_point_over_the_years_is_that_of_the_day_shown(shot: Snapshot) -> None:
    assert shot.day % 7 > 0
    assert shot.without is not None
    for world in (shot, shot.without):
        assert world.history[-1].day == shot.date.toordinal()


def test_places_do_not_change_and_do_not_fall_together() -> None:
    edges = np.array([(i, (i * 7 + 1) % 300) for i in range(300)])
    positions = spring_positions(300, edges)
    assert np.array_equal(positions, spring_positions(300, edges))
    assert ((positions >= 0) & (positions <= 1)).all()
    distance = np.linalg.norm(positions[:, None] - positions[None], axis=2)[
        ~np.eye(300, dtype=bool)
    ]
    assert distance.min() > 0.0
    assert np.median(distance.reshape(300, -1).min(axis=1)) > 0.015


def test_the_trace_holds_moments_and_the_window(shot: Snapshot) -> None:
    html = one_person.draw(shot, 900.0)
    assert html.count('class="window"') == one_person.DAYS_SHOWN
    assert short_number(shot.trace.person or 0) in html
    assert len(shot.trace.days[0].moments) == 32


def test_acts_of_the_person_followed_are_drawn_with_their_relief(model: PageModel) -> None:
    people = model.world.people
    model.follow(int(people["person"][np.argmax(people["past_year_acts"])]))
    while not any(day.acts for day in model.snapshot.trace.days[-14:]) and model.running:
        model.run_days(7)
        model.take_picture()
    assert "relief of one act" in one_person.draw(model.snapshot, 900.0)
    assert "0 acts in these" not in one_person.draw(model.snapshot, 900.0)


def test_the_baseline_is_a_line_of_its_own(shot: Snapshot) -> None:
    names = [part.name for part in years.chart(shot, "past_year_prevalence", 900.0, 260.0).parts]
    assert names == ["grey", "grey", "Girls", "Boys"]
    assert shot.grey_sentence.endswith("same people, same draws of chance.")
    behind = dataclasses.replace(shot, day=shot.day + 10)
    assert f"Computing: day {shot.day} of {behind.day}" in behind.grey_sentence
    begun = dataclasses.replace(shot, day=0, without=None)
    assert begun.grey_sentence.endswith("Computing.")


def test_every_view_shows_the_other_world_in_grey_and_names_it(shot: Snapshot) -> None:
    assert shot.grey is not None
    label = "Baseline, without the change of barrier mean"
    assert shot.grey.label == label
    drawn = {name: draw(shot, 900.0) for name, (_, draw) in VIEWS.items()}
    assert [name for name, html in drawn.items() if label not in html] == []
    alone = dataclasses.replace(shot, without=None, counterfactual=None)
    assert [name for name, (_, draw) in VIEWS.items() if "without" in draw(alone, 900.0)] == []


def test_what_changed_shows_what_the_comparison_finds(shot: Snapshot) -> None:
    assert shot.compared is not None
    assert shot.compared.findings is not None
    html = changed.draw(shot, 900.0)
    assert "2 of 3 seeds." in html
    assert "nssi compare" not in html
    whole = dataclasses.replace(shot, compared=dataclasses.replace(shot.compared, seeds=(1, 2)))
    command = "nssi compare baseline baseline-from-page.toml --population 150 --years 1 --seed 1 "
    command += "--seeds 2"
    assert command in changed.draw(whole, 900.0)
    for row in shot.compared.findings.averted().to_dict("records"):
        if row["outcome"] in changed.TITLES:
            assert f"{format_whole(row['other'])} with" in html
            assert f"{format_whole(row['base'])} without" in html
            assert format_whole_range(row["low"], row["high"]) in html
            assert format_whole_range(row["per_100k_low"], row["per_100k_high"]) in html
    for row in shot.compared.findings.averted("sex", "new_cases").to_dict("records"):
        cells = f"<td>{format_whole(row['base'])}</td><td>{format_whole(row['other'])}</td>"
        assert cells in html
        assert cells in changed.draw_helped(shot)
    assert "Saved after 2 of 3 seeds;" in changed.draw_saved(shot, 900.0)
    assert "<progress" not in changed.draw_saved(shot, 900.0)
    assert changed.draw_saved(whole, 900.0) == changed.draw(whole, 900.0)
    begun = dataclasses.replace(shot, compared=dataclasses.replace(shot.compared, findings=None))
    assert "a difference is shown from 2 on" in changed.draw(begun, 900.0)
    failed = dataclasses.replace(shot, compared=dataclasses.replace(shot.compared, failure="<b>"))
    assert "The comparison stopped: &lt;b&gt;" in changed.draw(failed, 900.0)
    alone = dataclasses.replace(shot, counterfactual=None)
    as_it_is = changed.draw(alone, 900.0)
    assert "nothing to compare" in as_it_is
    past_year = figures.figure(measure_named("past_year_prevalence"), alone, "all", (12, 18))
    assert f"<strong>{past_year}</strong>" in as_it_is


def test_where_nobody_changed_the_table_of_groups_says_so(shot: Snapshot) -> None:
    assert shot.compared is not None
    assert shot.compared.findings is not None
    (row,) = shot.compared.findings.averted(outcome="new_cases").to_dict("records")
    none = {**row, "other": row["base"], "averted": 0.0, "helped": 0.0, "harmed": 0.0}
    drawn = changed._group_row("Girls", {**none, "low": math.nan, "high": math.nan})
    assert '<td>0<span class="without">nobody changed</span></td>' in drawn


def test_the_csv_says_of_which_world_a_row_is(shot: Snapshot) -> None:
    table = pd.read_csv(io.StringIO(figures.as_csv(shot)))
    worlds = {"with": "Baseline, with changes", "without": shot.without and shot.without.label}
    assert dict(table.groupby("world")["scenario"].first()) == worlds
    ever = table[(table["measure"] == "lifetime_prevalence") & (table["age"] == "10-24")]
    without, among = (ever[ever["world"] == world]["value"].sum() for world in ("without", "with"))
    assert without != among


def test_text_of_a_scenario_is_escaped_everywhere(shot: Snapshot) -> None:
    evil = '<img src=x onerror="alert(1)">'
    scenario = shot.scenario.model_copy(update={"title": evil})
    without = dataclasses.replace(shot.without, label=evil)  # type: ignore[type-var]
    changed = dataclasses.replace(shot, scenario=scenario, without=without)
    for _, draw in VIEWS.values():
        assert evil not in draw(changed, 900.0)
    live = charts.Chart(evil, evil, evil, [charts.Line(evil, charts.ALL, [(1.0, 2.0)])],
                        charts.numbers((0, 1), evil), evil, 1.0, note=evil).html()  # fmt: skip
    assert evil not in live
    assert is_well_formed(live)
    axes = drawing.Axes(9, 9, (0, 1), (0, 1))
    chart = drawing.chart(axes, evil, evil, [], [drawing.key(evil, "#000")], evil)
    assert chart.count(escape(evil)) == 4
    assert evil not in chart + drawing.text(0, 0, evil) + drawing.empty(evil)
    assert evil not in drawing.view(evil, [])


def test_before_the_first_day_views_say_what_to_do() -> None:
    shot = PageModel(population=240).snapshot
    assert "Press Play" in years.draw(shot, 900.0)
    assert "Press Play" in one_person.draw(shot, 900.0)
    assert (
        figures.as_csv(shot).strip() == "world,scenario,seed,date,year,sex,age,measure,value,people"
    )


def test_the_status_is_plain_words(shot: Snapshot) -> None:
    words = " ".join(status_lines(shot, "paused"))
    assert "Baseline, with changes. Seed 2, 240 people." in words
    assert f"Day {shot.day:,} of 3,653" in words
    assert shot.school.ages in YEAR_GROUPS.values()
    people, followed = people_to_follow(shot, None)
    assert followed in dict(people)


def test_who_is_followed_can_be_chosen_even_where_the_network_is_without_them(
    shot: Snapshot,
) -> None:
    school, trace = shot.school, dataclasses.replace(shot.trace, person=10_000)
    elsewhere = dataclasses.replace(shot, trace=trace)
    assert people_to_follow(elsewhere, None)[0][0] == ("10000", "0-10000 (other year)")
    layout = dataclasses.replace(school.layout, present=len(school.person) + 1)
    crowded = dataclasses.replace(elsewhere, school=dataclasses.replace(school, layout=layout))
    assert people_to_follow(crowded, None)[0][0] == ("10000", "0-10000 (not drawn)")
    left = dataclasses.replace(elsewhere, trace=dataclasses.replace(trace, has_left=True))
    assert people_to_follow(left, 10_000)[0][0] == ("10000", "0-10000 (has left)")


def test_who_was_just_chosen_stands_in_the_list_before_the_picture_knows_of_it(
    shot: Snapshot,
) -> None:
    options, chosen = people_to_follow(shot, 10_000)
    assert (options[0], chosen) == (("10000", "0-10000"), "10000")
    nobody = dataclasses.replace(shot, trace=dataclasses.replace(shot.trace, missing=10_000))
    assert people_to_follow(nobody, 10_000) == people_to_follow(shot, None)


def test_ticks_are_round_and_inside() -> None:
    for low, high in ((0, 1), (0.0, 0.3), (-4, 4), (0, 1234), (0, 0.0007)):
        found = drawing.ticks(low, high)
        assert 2 <= len(found) <= 8
        assert low <= found[0] < found[-1] <= high
    assert drawing.round_up(0.3, 0.3) == pytest.approx(0.4)
    tops = [drawing.round_up(value / 10, 10.0) for value in range(100, 1_000)]
    assert tops == sorted(tops)
    assert max(after / top for top, after in itertools.pairwise(tops)) < 1.34
