"""The frame of the page: in sight at every size, one address, one main part, focus where it was."""

from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import expect
from served_pages import PEOPLE, Served, Watched, tab_of

from abm.browser.plain_words import short_number

IN_SIGHT = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect()
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
}"""


TOP = "part => part.getBoundingClientRect().top"
SHEET_TOP_IS = f"""top => Math.abs(({TOP})(document.querySelector(".sheet")) - top) <= 2"""


def test_the_address_brings_back_scenario_numbers_view_and_person(
    tab: Watched, context: Any, served: Served
) -> None:
    tab.page.get_by_role("button", name="Stressors: high").click()
    tab.page.get_by_role("button", name="Skills: middle").click()
    tab.open("One person")
    people = tab.page.get_by_label("Follow", exact=True)
    people.focus()
    tab.page.keyboard.press("ArrowDown")
    expect(tab.page.locator("#view .lead")).to_contain_text(
        f"Person {short_number(int(people.input_value()))}"
    )
    person = people.input_value()
    tab.type("Seed", "3")
    tab.page.wait_for_function(
        "location.search.includes('seed=3&') && /person=/.test(location.href)"
    )
    tab.page.wait_for_function("/on=.*:0.5/.test(location.search)")
    tab.page.reload()
    tab.wait_for_status(f"Baseline, with changes. Seed 3, {PEOPLE} people.")
    expect(tab.page.locator("#view .lead")).to_contain_text(f"Person {short_number(int(person))}")
    with tab_of(context, served, tab.query()) as shared:
        shared.wait_for_status("Baseline, with changes. Seed 3,")
        mine, theirs = (each.scenario_run() for each in (tab, shared))
    assert mine == theirs
    assert mine["interventions"][0]["coverage"] == 0.5


def test_an_address_with_unknown_names_says_so_in_one_line(context: Any, served: Served) -> None:
    with tab_of(context, served, "scenario=nowhere&stressor_rat=1&seed=4") as tab:
        tab.wait_for_status("Seed 4,")
        told = tab.page.get_by_text("The address asks for what is not here: ")
        expect(told).to_contain_text("scenario = nowhere, stressor_rat = 1. All else of it is used")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_controls_stay_in_sight_beside_the_charts(width: int, height: int, tab: Watched) -> None:
    tab.page.set_viewport_size({"width": width, "height": height})
    tab.open("Figures")
    tab.page.locator("table.figures").first.wait_for()
    tab.page.mouse.move(width - 200, height / 2)
    tab.page.mouse.wheel(0, 3000)
    tab.page.wait_for_function("document.querySelector('.main').scrollTop > 0")
    tab.page.wait_for_function(IN_SIGHT, arg=".buttons")
    tab.page.mouse.move(200, height / 2)
    tab.page.mouse.wheel(0, 5000)  # the settings have a scroll bar of their own
    tab.page.wait_for_function("document.querySelector('.sheet').scrollTop > 0")
    tab.page.wait_for_function(IN_SIGHT, arg=".buttons")


def test_on_a_phone_the_knobs_are_one_tap_away_and_play_is_always_there(phone: Watched) -> None:
    phone.page.wait_for_function(IN_SIGHT, arg=".buttons")
    expect(phone.page.get_by_label("Stressors", exact=True)).not_to_be_visible()
    phone.page.get_by_role("button", name="Knobs").tap()
    phone.page.locator(".side.open").wait_for()
    top = phone.page.locator(".sheet").evaluate(TOP)
    phone.page.get_by_role("button", name="Stressors: low").tap()
    phone.page.get_by_role("button", name="Back to 100").first.wait_for()
    phone.page.wait_for_function(SHEET_TOP_IS, arg=top)
    phone.page.wait_for_function(IN_SIGHT, arg=".buttons")
    phone.page.get_by_role("button", name="Knobs").tap()
    expect(phone.page.get_by_label("Stressors", exact=True)).not_to_be_visible()
    phone.page.get_by_role("button", name="Reset").tap()
    phone.wait_for_status("Baseline, with changes.")


def test_nothing_below_the_status_moves_while_days_are_played_on_a_phone(phone: Watched) -> None:
    phone.pace("week")
    phone.page.get_by_role("button", name="Knobs").tap()
    phone.page.get_by_role("button", name="Play").tap()
    tops = []
    for _ in range(40):
        tops.append(phone.page.locator(".tabs").evaluate(f"part => ({TOP})(part) + scrollY"))
        phone.page.wait_for_timeout(50)
    phone.page.get_by_role("button", name="Pause").tap()
    assert tops[10:] == sorted(tops[10:])  # a longer date may draw it down, once
    assert len(set(tops[10:])) <= 2


def test_focus_stays_on_reset_and_enter_in_a_box_resets(tab: Watched) -> None:
    tab.type("Seed", "6")
    tab.page.keyboard.press("Enter")
    tab.wait_for_status("Seed 6,")
    expect(tab.page.get_by_label("Seed", exact=True)).to_be_focused()
    tab.type("People", "200")
    tab.page.keyboard.press("Enter")
    tab.wait_for_status("Seed 6, 200 people.")
    reset = tab.page.get_by_role("button", name="Reset")
    reset.focus()
    tab.type("Seed", "8")
    reset.focus()
    tab.page.keyboard.press("Enter")
    tab.wait_for_status("Seed 8,")
    expect(reset).to_be_enabled()
    expect(reset).to_be_focused()


def test_the_frame_has_a_language_one_main_part_and_can_be_zoomed(tab: Watched) -> None:
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert tab.page.locator("main, [role=main]").count() == 1
    content = tab.page.locator("meta[name=viewport]").get_attribute("content")
    assert content == "width=device-width, initial-scale=1"


def test_a_programme_is_scheduled_by_keys_and_the_page_prints_without_controls(
    tab: Watched,
) -> None:
    tab.unfold("Interventions and events")
    tab.page.get_by_label("Skills lessons in school").click()
    tab.page.get_by_label("Start", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    tab.page.get_by_label("End", exact=True).focus()
    tab.page.keyboard.press("ArrowLeft")
    start, end = (
        tab.page.get_by_label(f"{name}, exact date").input_value() for name in ("Start", "End")
    )
    assert (start, end) == ("2015-12-01", "2025-07-31")
    (lessons,) = tab.scenario_run()["interventions"]
    assert (str(lessons["start"]), str(lessons["end"])) == ("2015-12-01", "2025-08-01")
    tab.page.get_by_role("button", name="Text size 100 %").click()
    tab.page.wait_for_function("getComputedStyle(document.querySelector('.nssi')).zoom === '1.25'")
    tab.page.emulate_media(media="print")
    expect(tab.page.locator(".buttons")).not_to_be_visible()
    expect(tab.page.locator("table.figures").first).to_be_visible()
    assert tab.page.evaluate(
        "document.documentElement.scrollHeight >= document.querySelector('.nssi').scrollHeight"
    )  # nothing is cut


def test_on_paper_the_three_differences_stand_beside_each_other(browser: Any) -> None:
    style = resources.files("abm.browser").joinpath("page.css").read_text(encoding="utf-8")
    figure = '<figure style="width:270px"><span class="difference">3</span><svg></svg></figure>'
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.set_content(f'<style>{style}</style><div class="nssi"><div class="panels">{3 * figure}')
    page.emulate_media(media="print")
    boxes = [each.bounding_box() for each in page.locator("figure").all()]
    page.close()
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 700
