"""Charts as a person meets them: pointed at, shown and hidden, larger, and in the dark."""

import contextlib
import re
from typing import Any

from playwright.sync_api import expect
from served_pages import Watched

from abm.browser import charts

LINE = "[data-chart=ages-lifetime_prevalence] path[stroke*='--male']"


def point_at(tab: Watched, chart: Any, told: re.Pattern[str]) -> None:
    """Point at a chart until it tells its values: it may be drawn anew meanwhile, elsewhere."""
    for share in (0.6, 0.61) * 10:
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        tab.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        with contextlib.suppress(AssertionError):
            expect(chart).to_contain_text(told, timeout=2_000)
            return
    expect(chart).to_contain_text(told)


def test_a_chart_tells_values_and_keeps_what_is_hidden_from_frame_to_frame(tab: Watched) -> None:
    tab.open("By age")
    chart = tab.page.locator("[data-chart=ages-lifetime_prevalence]")
    expect(tab.page.locator(LINE).first).to_be_attached()
    tab.page.get_by_role("button", name="Text size 100 %").click()
    tab.page.wait_for_function("getComputedStyle(document.querySelector('.nssi')).zoom === '1.25'")
    interval = r"\([\d.]+ %, 95 % interval [\d.]+ to [\d.]+ %\)"
    point_at(tab, chart, re.compile(rf"Age 1\d.*Girls and women: \d+ of \d+ {interval}"))

    boys = tab.page.get_by_role("button", name="Boys and men").first
    boys.focus()
    tab.page.keyboard.press("Enter")
    expect(boys).to_have_attribute("aria-pressed", "false")
    expect(tab.page.locator(LINE)).to_have_count(0)
    instance = tab.page.evaluate("document.querySelector('[data-chart] > div').id = 'same'")
    tab.press("Step")
    tab.wait_for_status("Day 1 of")
    expect(tab.page.locator(f"[data-chart] > #{instance}")).to_have_count(1)
    tab.open("Who")
    tab.open("By age")
    expect(boys).to_have_attribute("aria-pressed", "false")
    expect(tab.page.locator(LINE)).to_have_count(0)
    boys.click()
    expect(tab.page.locator(LINE).first).to_be_attached()


def test_people_are_told_to_the_last_one(browser: Any) -> None:
    points = [(float(age), 27.08, 1_234.0, 4_557.0, 25.8, 28.4) for age in range(10, 25)]
    chart = charts.Chart(
        "one", "One", "one", [charts.Line("Girls", charts.FEMALE, points)], charts.ages(10, 24),
        "Share", 40.0, unit=" %", heading="age", width=438,
    )  # fmt: skip
    page = browser.new_page()
    page.set_content("<div id=root></div>")
    page.add_script_tag(content=charts.script())
    page.evaluate("html => nssiCharts(document.getElementById('root')).show(html)", chart.html())
    told = re.compile(r"Girls: 1,234 of 4,557 \(27\.1 %, 95 % interval 25\.8 to 28\.4 %\)")
    point_at(Watched(page), page.locator("[data-chart=one]"), told)
    page.close()


def test_charts_follow_the_page_into_the_dark_and_fit_a_sheet_of_paper(tab: Watched) -> None:
    tab.open("By age")
    colour = "getComputedStyle(document.querySelector(`" + LINE + "`)).stroke"
    expect(tab.page.locator(LINE).first).to_be_attached()
    light = tab.page.evaluate(colour)
    tab.page.emulate_media(color_scheme="dark")
    assert tab.page.evaluate(colour) != light
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate(colour) == light
    tab.page.set_viewport_size({"width": 690, "height": 900})
    tab.page.wait_for_function(
        """() => [...document.querySelectorAll('[data-chart] svg')].every(chart => {
            const { right, height } = chart.getBoundingClientRect()
            const around = chart.closest('.chart').getBoundingClientRect().height
            return right <= 690 && height > 200 && Math.abs(around - height) < 20
        })"""
    )
