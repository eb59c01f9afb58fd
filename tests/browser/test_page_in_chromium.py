"""The page as a person meets it, in a real browser."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect
from served_pages import (
    ALL_YEARS,
    PEOPLE,
    Served,
    Watched,
    on_a_busy_machine,
    tab_of,
)

from abm.browser.plain_words import short_number
from abm.browser.views import VIEWS
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run

FIRST_YEAR = 366

FITS = """width => {
    const marks = "#view [role=img] path, #view [role=img] circle, #view td";
    const first = document.querySelector("#view [role=img], #view table");
    if (!first || document.querySelector("#view .empty")) return false;
    const box = first.getBoundingClientRect();
    return document.querySelectorAll(marks).length >= 4
        && Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) <= width
        && box.width > 0 && box.left >= 0 && box.right <= width;
}"""
"""Whether the open view has something to see, and neither it nor the page is wider than the screen.

One question, asked until it is so: a view is drawn in more than one step.
"""


def test_a_page_opens_with_its_seed_its_people_and_a_crisis_line(
    served: Served, context: Any
) -> None:
    with tab_of(context, served) as tab:
        assert f"Seed 1, {PEOPLE} people" in tab.status()
        assert "findahelpline.com" in tab.page.locator("footer").inner_text()
        assert "cannot say" in tab.page.locator("footer").inner_text()


APART = """frames => new Promise(done => {
    const day = /\\d+ \\w+ \\d{4}/
    const date = selector => document.querySelector(selector)?.innerText.match(day)?.[0]
    const seen = new Set(), apart = []
    const look = () => {
        const [status, picture] = [date('.status'), date('#view .lead')]
        seen.add(status)
        if (status !== picture) apart.push([status, picture])
        const goes_on = frames-- > 0 || (seen.size < 4 && frames > -10_000)
        goes_on ? requestAnimationFrame(look) : done([seen.size, apart])
    }
    look()
})"""
"""How many days were seen in some frames of the screen, and where status and picture differed.

A busy machine draws more frames a day; it is looked on until there were some days.
"""


def test_status_and_picture_are_of_the_same_day_in_every_frame(tab: Watched) -> None:
    tab.open("By age")
    tab.press("Play")
    tab.wait_for_status("Day 3 of")
    days, apart = tab.page.evaluate(APART, 120)
    assert days > 3
    assert apart == []


def test_play_advances_days_until_pause(tab: Watched) -> None:
    tab.pace("week")
    tab.press("Play")
    tab.wait_for_status("playing")
    tab.page.wait_for_function("document.querySelector('.status').innerText.match(/Day [2-9]\\d/)")
    tab.press("Pause")
    tab.wait_for_status("paused")
    assert tab.day() % 7 == 0


def test_figures_are_those_of_a_run_and_download_as_csv(tab: Watched, tmp_path: Path) -> None:
    for pace, times in (("month", FIRST_YEAR // 30), ("day", FIRST_YEAR % 30)):
        tab.pace(pace)
        for _ in range(times):
            day = tab.day() + {"month": 30, "day": 1}[pace]
            tab.press("Step")
            tab.wait_for_status(f"Day {day:,} of")
    curves = run(load_scenario("baseline", population=PEOPLE, years=1), 1, Logs()).curves
    tab.open("Figures")
    table = tab.page.locator("table.figures", has=tab.page.get_by_text("Ages 12-18"))
    for measure in ("lifetime_prevalence", "past_year_prevalence", "in_specialist_care"):
        for sex in ("female", "male", "all"):
            row = curves[
                (curves["measure"] == measure) & (curves["sex"] == sex) & (curves["age"] == "12-18")
            ]
            cell = table.locator(f"[data-measure={measure}][data-sex={sex}]")
            expect(cell).to_have_text(f"{100 * row['value'].item():.1f} %")
    incidence = curves[
        (curves["measure"] == "incidence") & (curves["sex"] == "all") & (curves["age"] == "12-18")
    ]
    cell = table.locator("[data-measure=incidence][data-sex=all]")
    expect(cell).to_have_text(f"{incidence['value'].item():.2f}")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Download figures (CSV)").click()
    path = tmp_path / "figures.csv"
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename == "baseline-from-page.csv"
    table = pd.read_csv(path, dtype=str).drop(columns=["world", "scenario"])
    assert table.to_csv(index=False) == curves.to_csv(index=False)


def test_what_is_changed_acts_at_reset_beside_a_grey_line_without_it(tab: Watched) -> None:
    tab.unfold("Interventions and events")
    tab.page.get_by_label("Skills lessons in school").click()
    tab.wait_until_due()
    scenario = tab.scenario_run()
    assert "Baseline, with changes" in tab.status()
    assert [each["kind"] for each in scenario["interventions"]] == ["school_skills_programme"]
    assert scenario["population"]["size"] == PEOPLE
    tab.pace("month")
    tab.press("Step")
    tab.wait_for_status("Day 31 of")
    tab.open("Over the years")
    tab.wait_for_status(
        "Grey: Baseline, without Skills lessons in school; same people, same draws of chance."
    )
    grey = tab.page.locator("[data-chart=years-past_year_prevalence] path[stroke*=baseline]")
    grey.nth(1).wait_for(state="attached")


def test_every_view_shows_data_and_fits_the_screen(context: Any, served: Served) -> None:
    """A page opens with all years run, and play shows them from the start."""
    with tab_of(context, served, "scenario=school-skills&seed=777") as tab:
        patience = on_a_busy_machine(ALL_YEARS)
        tab.wait_for_status("the years are over", patience)
        tab.wait_for_status("same people, same draws of chance.", patience)
        for width in (1280, 390):
            tab.page.set_viewport_size({"width": width, "height": 800})
            for words, _ in VIEWS.values():
                tab.open(words)
                tab.page.wait_for_function(FITS, arg=width, timeout=patience)
        tab.press("Play")
        tab.page.wait_for_function(
            "document.querySelector('.status').innerText.match(/Day \\d\\d? of/)"
        )
        tab.wait_for_status("playing")


def test_a_file_asked_for_while_days_go_by_comes(tab: Watched) -> None:
    tab.open("Figures")
    tab.press("Play")
    tab.wait_for_status("playing")
    for name in ("Download figures (CSV)", "Download scenario (TOML)"):
        with tab.page.expect_download():
            tab.page.get_by_role("button", name=name).click()


def test_a_person_is_followed_by_a_click_and_by_keyboard(tab: Watched) -> None:
    tab.open("School friends")
    node = tab.page.locator("circle.node").nth(4)
    person = node.get_attribute("data-person")
    node.click(force=True)
    tab.page.locator(f"circle.node[data-person='{person}'][stroke-width='3.5']").wait_for()
    tab.press("Step")
    tab.wait_for_status("Day 1 of")
    tab.open("One person")
    expect(tab.page.locator("#view .lead")).to_contain_text(f"Person {short_number(int(person))}")
    expect(tab.page.locator("#view svg[role=img]")).to_have_count(3)
    options = tab.page.get_by_label("Follow", exact=True).locator("option")
    other = options.nth(7).get_attribute("value")
    tab.page.get_by_label("Follow", exact=True).select_option(other)
    tab.page.get_by_text(f"Person {short_number(int(other))}:").wait_for()


def test_all_is_reached_by_keyboard(tab: Watched) -> None:
    tab.page.get_by_role("button", name="Step", exact=True).focus()
    tab.page.keyboard.press("Enter")
    tab.wait_for_status("Day 1 of")
    tab.page.get_by_role("tab", name="By age").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.locator("[role=tab][aria-selected=true]:text-is('Over the years')").wait_for()
    tab.page.keyboard.press("End")
    tab.page.locator("[role=tab][aria-selected=true]:text-is('Figures')").wait_for()
    outline = "getComputedStyle(document.activeElement).outlineStyle === 'solid'"
    tab.page.wait_for_function(outline)
    unnamed = tab.page.evaluate(
        """[...document.querySelectorAll('.nssi input, .nssi select, .nssi button')].filter(
             each => !(each.labels?.length || each.innerText.trim() ||
                       each.getAttribute('aria-label'))).length"""
    )
    assert unnamed == 0


def test_a_fault_in_the_model_is_said_and_reset_recovers(tab: Watched) -> None:
    tab.type("Seed", "666")
    tab.wait_until_due()
    tab.press("Reset")
    tab.wait_for_status("Seed 666")
    tab.press("Play")
    tab.wait_for_status("The model stopped on 2015-09-03: ZeroDivisionError")
    assert "<b>in the model</b>" in tab.status()
    tab.type("Seed", "2")
    tab.wait_until_due()
    tab.press("Reset")
    tab.wait_for_status("Seed 2,")
    tab.press("Step")
    tab.wait_for_status("Day 1 of")


def test_wrong_settings_are_refused_where_they_are_typed(tab: Watched) -> None:
    tab.type("Seed", "many")
    tab.page.get_by_text("Expected a whole number from 0").wait_for()
    expect(tab.page.get_by_role("button", name="Reset")).to_be_disabled()


def test_two_tabs_do_not_disturb_each_other(context: Any, served: Served) -> None:
    with tab_of(context, served) as one, tab_of(context, served) as other:
        one.pace("month")
        one.press("Step")
        one.wait_for_status("Day 30 of")
        other.type("Seed", "9")
        other.wait_until_due()
        other.press("Reset")
        other.wait_for_status("Seed 9,")
        assert other.day() == 0
        assert one.day() == 30
        assert "Seed 1," in one.status()
        assert one.page.get_by_label("Each frame is").input_value() == "month"
        assert other.page.get_by_label("Each frame is").input_value() == "day"


def test_closing_the_tab_stops_the_work(context: Any, served: Served) -> None:
    with tab_of(context, served) as tab:
        tab.pace("month")
        tab.press("Play")
        tab.wait_for_status("playing")
        tab.page.wait_for_function("document.querySelector('.status').innerText.match(/Day [1-9]/)")
    for _ in range(30):  # less than the minute after which a tab is let go that went without a word
        before = _processor_seconds(served.process.pid)
        time.sleep(1.5)
        worked = _processor_seconds(served.process.pid) - before
        if worked < 0.3:
            return
    pytest.fail(f"the model still runs: {worked:.2f} processor-seconds in the last 1.5 seconds")


def _processor_seconds(process: int) -> float:
    """Return how long a process has kept processors busy (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0
