"""Inputs obey a mouse, keys and a finger: what is shown is what a reset runs."""

from typing import Any

import pytest
from playwright.sync_api import expect
from served_pages import Watched

from abm.browser.numbers import MOST_FOUND, matching, parts, search_result
from abm.browser.plain_words import short_number
from abm.parameters import parameters

KNOBS = {
    "Stressors": "stressor_rate",
    "Self-criticism": "barrier_self_criticism",
    "Adversity": "adversity_steepness",
    "Friends alike": "friends_alike",
    "Help": "help_seeking_odds",
}
KEY = 20  # milliseconds between two keys of somebody who types fast
LONG_PAUSE = """() => {
    const wait = window.setTimeout
    const longer = pause => pause === 120 ? 60_000 : pause
    window.setTimeout = (then, pause, ...more) => wait(then, longer(pause), ...more)
}"""
"""Lets keys be quick however busy the machine is: the pause that ends them does not come."""


def stressors(tab: Watched) -> None:
    """Show the numbers of stressors."""
    tab.unfold("All numbers")
    tab.page.get_by_label("Or a part of the model", exact=True).select_option("stressors")
    wait_for_numbers(tab, parts()["stressors"])


def wait_for_numbers(tab: Watched, names: list[str]) -> None:
    """Wait until all these numbers are there, and none moves another any more."""
    for name in names:
        tab.page.locator(f"#field-{name}").wait_for()


def search(tab: Watched, words: str) -> None:
    """Search all numbers, and wait until what is found is there."""
    tab.type("Search", words)
    tab.page.get_by_text(search_result(words, len(matching(words)))).wait_for()
    wait_for_numbers(tab, matching(words)[:MOST_FOUND])


def slider(tab: Watched, label: str) -> Any:
    """Return a slider, brought into sight."""
    found = tab.page.get_by_label(label, exact=True)
    found.scroll_into_view_if_needed()
    return found


def shown(tab: Watched, label: str) -> float:
    """Return the value that stands beside a slider, once the thumb stands there, too."""
    value = tab.page.get_by_label(f"{label}, exact value", exact=True).input_value()
    found = slider(tab, label)
    step = float(found.get_attribute("step"))
    assert float(found.input_value()) == pytest.approx(float(value), abs=0.51 * step)
    return float(value)


def at(found: Any, share: float) -> tuple[float, float]:
    """Return the point of a slider at a share of its width."""
    box = found.bounding_box()
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def test_a_slider_is_dragged_and_another_clicked_with_the_mouse(tab: Watched) -> None:
    stressors(tab)
    mouse, rate = tab.page.mouse, slider(tab, "Stressor rate")
    mouse.move(*at(rate, 0.23))
    mouse.down()
    mouse.move(*at(rate, 0.9), steps=12)
    assert shown(tab, "Stressor rate") == pytest.approx(3.6, abs=0.15)  # while it is dragged
    mouse.up()
    tab.wait_until_due()
    mouse.click(*at(slider(tab, "Stressor size"), 0.5))
    chosen = {name: shown(tab, name) for name in ("Stressor rate", "Stressor size")}
    assert chosen["Stressor rate"] == pytest.approx(3.6, abs=0.15)
    assert chosen["Stressor size"] == pytest.approx(2.0, abs=0.15)
    scenario = tab.scenario_run()["parameters"]
    assert scenario["stressor_rate"] == chosen["Stressor rate"] == shown(tab, "Stressor rate")
    assert scenario["stressor_size"] == chosen["Stressor size"] == shown(tab, "Stressor size")


def test_a_slider_obeys_arrow_and_page_keys_home_and_end(tab: Watched) -> None:
    stressors(tab)
    presses = {  # keys, and how many hundredths of the range they go from the default or an end
        "Stressor rate": (["ArrowRight"] * 5, None, 5),
        "Stressor puberty": (["End"], 1.0, 0),
        "Stressor adversity": (["Home"], 0.0, 0),
        "Stressor maturity": (["PageUp"], None, 10),
        "Reminder rate": (["End", "ArrowLeft"], 1.0, -1),
    }
    for label, (keys, end, steps) in presses.items():
        known = parameters()[label.lower().replace(" ", "_")]
        span = known.high - known.low
        begun = known.default if end is None else known.low + end * span
        slider(tab, label).focus()
        for key in keys:
            tab.page.keyboard.press(key)
        value = min(begun + steps * span / 100, known.high)
        assert shown(tab, label) == pytest.approx(value, abs=span / 100), label
    chosen = {label: shown(tab, label) for label in presses}
    scenario = tab.scenario_run()["parameters"]
    for label in presses:
        assert scenario[label.lower().replace(" ", "_")] == chosen[label] == shown(tab, label)


def test_quick_keys_are_told_once_and_before_anything_else_that_is_done(tab: Watched) -> None:
    slider(tab, "Stressors").focus()
    tab.page.evaluate(LONG_PAUSE)
    told = "document.querySelector('#field-knob-stressors').closest('.field').__vue__"
    count = f"(() => {{ const field = {told}, tell = field.change; window.told = 0;"
    tab.page.evaluate(count + "field.change = said => { window.told++; tell(said) } })()")
    for _ in range(20):
        tab.page.keyboard.press("ArrowRight", delay=1)
    tab.press("Reset")
    tab.wait_for_status("Baseline, with changes.")
    assert tab.page.evaluate("window.told") < 10
    assert tab.scenario_run()["parameters"]["stressor_rate"] == pytest.approx(1.08)


def test_a_finger_moves_a_slider_and_the_coverage_of_an_intervention(phone: Watched) -> None:
    stressors(phone)
    phone.page.touchscreen.tap(*at(slider(phone, "Stressor rate"), 0.75))
    phone.wait_until_due()
    phone.unfold("Interventions and events")
    phone.page.get_by_label("Skills lessons in school").tap()
    phone.page.get_by_label("Coverage", exact=True).wait_for()
    phone.page.touchscreen.tap(*at(slider(phone, "Coverage"), 0.25))
    rate, coverage = shown(phone, "Stressor rate"), shown(phone, "Coverage")
    assert rate == pytest.approx(3.0, abs=0.15)
    assert coverage == pytest.approx(25, abs=4)
    scenario = phone.scenario_run()
    assert scenario["parameters"]["stressor_rate"] == rate == shown(phone, "Stressor rate")
    assert scenario["interventions"][0]["coverage"] == coverage / 100


def test_the_coverage_of_an_intervention_obeys_mouse_and_keys(tab: Watched) -> None:
    tab.unfold("Interventions and events")
    tab.page.get_by_label("Skills lessons in school").click()
    tab.page.get_by_label("Coverage", exact=True).wait_for()
    tab.wait_until_due()
    assert shown(tab, "Coverage") == 70
    tab.page.mouse.click(*at(slider(tab, "Coverage"), 0.4))
    clicked = shown(tab, "Coverage")
    assert clicked == pytest.approx(40, abs=3)
    for key in ("ArrowLeft", "ArrowLeft", "PageUp"):
        tab.page.keyboard.press(key)
    assert shown(tab, "Coverage") == clicked + 8
    assert tab.scenario_run()["interventions"][0]["coverage"] == (clicked + 8) / 100


def test_a_number_is_found_by_words_and_kept_to_the_last_digit_until_it_is_changed(
    tab: Watched,
) -> None:
    rate, barrier, feel = (
        parameters()[n] for n in ("learning_rate", "barrier_mean", "weight_feel")
    )
    tab.unfold("All numbers")
    search(tab, "expected")
    tab.page.get_by_label("Learning rate", exact=True).wait_for()
    assert shown(tab, "Learning rate") == rate.default
    search(tab, "barrier mean")
    tab.page.get_by_label("Barrier mean", exact=True).wait_for()
    tab.type("Barrier mean, exact value", "9.8765")
    tab.page.keyboard.press("Tab")
    tab.page.get_by_role("button", name=f"Back to {barrier.default:g}").wait_for()
    tab.type("Search", "feel something weight")
    tab.page.get_by_text("Nothing found").wait_for()
    search(tab, "weight")
    tab.page.get_by_label("Weight feel", exact=True).wait_for()
    tab.type("Weight feel, exact value", "77")
    tab.page.keyboard.press("Tab")
    tab.page.get_by_text(f"from 0 to {feel.high:g}; it stays {feel.default:g}.").wait_for()
    scenario = tab.scenario_run()["parameters"]
    assert scenario["barrier_mean"] == 9.8765
    assert scenario["learning_rate"] == rate.default
    assert scenario["weight_feel"] == shown(tab, "Weight feel") == feel.default
    slider(tab, "Weight feel").focus()
    tab.page.keyboard.press("ArrowRight")
    assert feel.default < shown(tab, "Weight feel") < feel.default + 0.02 * (feel.high - feel.low)
    back = tab.page.get_by_role("button", name=f"Back to {feel.default:g}")
    back.click()
    back.wait_for(state="detached")
    assert shown(tab, "Weight feel") == feel.default


def test_the_six_knobs_obey_mouse_keys_boxes_and_marks(tab: Watched) -> None:
    names = [parameters()[name] for name in KNOBS.values()]
    drag = slider(tab, "Stressors")
    tab.page.mouse.move(*at(drag, 0.5))
    tab.page.mouse.down()
    tab.page.mouse.move(*at(drag, 0.8), steps=8)
    tab.page.mouse.up()
    slider(tab, "Self-criticism").focus()
    tab.page.keyboard.press("PageDown")
    tab.type("Adversity, exact value", "62.5")
    tab.page.keyboard.press("Tab")
    tab.page.get_by_role("button", name="Friends alike: high").click()
    tab.page.get_by_role("button", name="Help: low").click()
    tab.page.get_by_role("button", name="Skills: middle").click()
    tab.page.get_by_role("button", name="Back to 0", exact=True).wait_for()
    chosen = {label: shown(tab, label) for label in KNOBS}
    assert 120 < chosen["Stressors"] < 140
    assert 75 < chosen["Self-criticism"] < 85
    assert chosen["Adversity"] == 62.5
    assert chosen["Friends alike"] > 100 > chosen["Help"]
    scenario = tab.scenario_run()
    for known, percent in zip(names, chosen.values(), strict=True):
        value = max(known.default * percent / 100, known.low)
        assert scenario["parameters"][known.name] == pytest.approx(value, rel=1e-9)
    (lessons,) = scenario["interventions"]
    assert (lessons["kind"], lessons["coverage"]) == ("school_skills_programme", 0.5)


def test_typing_loses_no_digit_while_days_go_by(tab: Watched) -> None:
    tab.press("Play")
    tab.wait_for_status("playing")
    for digits in ("123456789", "987654321", "1029384756"):
        tab.type("Seed", digits)
        assert tab.page.get_by_label("Seed", exact=True).input_value() == digits
    tab.type("People", "1234")
    tab.press("Pause")
    scenario = tab.scenario_run()
    assert "Seed 1029384756, 1,234 people" in tab.status()
    assert scenario["population"]["size"] == 1234


def test_reset_acts_on_what_was_typed_last_before_the_page_shows_it(tab: Watched) -> None:
    tab.type("People", "2")
    reset = tab.page.get_by_role("button", name="Reset")
    expect(reset).to_be_disabled()
    people = tab.page.get_by_label("People", exact=True).element_handle()
    tab.page.evaluate(
        """([people, reset]) => {
            people.value = '234'
            people.dispatchEvent(new Event('input', { bubbles: true }))
            reset.click()
        }""",
        [people, reset.element_handle()],
    )
    tab.wait_for_status("234 people")


def test_a_button_does_what_it_says_however_often_it_is_pressed(tab: Watched) -> None:
    twice = "button => { button.click(); button.click() }"  # before it says anything else
    tab.page.get_by_role("button", name="Play").evaluate(twice)
    tab.wait_for_status("playing")
    tab.page.get_by_role("button", name="Pause").evaluate(twice)
    tab.wait_for_status("paused")


def test_lists_and_boxes_obey_quick_keys_while_days_go_by(tab: Watched) -> None:
    tab.open("One person")
    tab.press("Play")
    tab.wait_for_status("playing")
    people = tab.page.get_by_label("Follow", exact=True)
    people.focus()
    for _ in range(3):
        tab.page.keyboard.press("ArrowDown", delay=KEY)
    chosen = people.input_value()
    tab.page.get_by_text(f"Person {short_number(int(chosen))}:").wait_for()
    assert people.input_value() == chosen
    tab.unfold("Interventions and events")
    box = tab.page.get_by_label("Skills lessons in school")
    for _ in range(5):
        box.press("Space", delay=KEY)
    tab.page.get_by_label("Coverage", exact=True).wait_for()
    assert box.is_checked()
    tab.press("Pause")
    assert len(tab.scenario_run()["interventions"]) == 1
    assert people.count() == 0  # the figures are open
    tab.open("One person")
    expect(tab.page.locator("#view .lead")).to_contain_text(f"Person {short_number(int(chosen))}")


def test_a_choice_from_a_list_of_yesterday_is_heard(tab: Watched) -> None:
    tab.open("One person")
    people = tab.page.get_by_label("Follow", exact=True)
    chosen = people.locator("option").nth(5).get_attribute("value")
    tab.press("Step")  # a year-group turns: none of yesterday's list stands in that of today
    tab.wait_for_status("Day 1 of")
    expect(people.locator(f"option[value='{chosen}']")).to_have_count(0)
    late = "(list, chosen) => list.closest('.field').__vue__.tell(chosen)"
    people.evaluate(late, chosen)
    expect(tab.page.locator("#view .lead")).to_contain_text(f"Person {short_number(int(chosen))}")
    expect(people).to_have_value(str(chosen))


def test_a_disc_is_chosen_with_a_slow_click_while_it_is_drawn_anew(tab: Watched) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 1100})  # all discs can be seen
    tab.open("School friends")
    tab.press("Step")  # a year-group turns on the first day
    tab.wait_for_status("Day 1 of")
    tab.press("Play")
    tab.wait_for_status("playing")
    disc = "document.querySelectorAll('circle.node')[9]"
    person, x, y = tab.page.evaluate(
        f"(() => {{ const {{x, y, width}} = {disc}.getBoundingClientRect();"
        f"return [{disc}.dataset.person, x + width / 2, y + width / 2] }})()"
    )
    tab.page.mouse.click(x, y, delay=400)
    tab.page.locator(f"circle.node[data-person='{person}'][stroke-width='3.5']").wait_for()


def test_a_finger_beside_a_disc_chooses_the_nearest(phone: Watched) -> None:
    phone.open("School friends")
    discs = phone.page.locator("circle.node")
    discs.last.scroll_into_view_if_needed()
    boxes = [disc.bounding_box() for disc in discs.all()]
    place = min(range(len(boxes)), key=lambda row: boxes[row]["x"])
    left, person = boxes[place], discs.nth(place).get_attribute("data-person")
    phone.page.touchscreen.tap(left["x"] - 6, left["y"] + left["height"] / 2)
    phone.page.locator(f"circle.node[data-person='{person}'][stroke-width='3.5']").wait_for()


def test_thousands_of_digits_are_refused_beside_the_field(tab: Watched) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reset = tab.page.get_by_role("button", name="Reset")
    for label, right in (("Seed", "8"), ("People", "200")):
        tab.page.evaluate("navigator.clipboard.writeText('7'.repeat(5000))")
        field = tab.page.get_by_label(label, exact=True)
        field.click()
        tab.page.keyboard.press("Control+a")
        tab.page.keyboard.press("Control+v")
        about = tab.page.locator(f"[id='{field.get_attribute('aria-describedby')}']")
        expect(about).to_contain_text("Expected a whole number from")
        expect(reset).to_be_disabled()
        tab.type(label, right)
        expect(reset).to_be_enabled()
    assert tab.scenario_run()["population"]["size"] == 200
    assert "Seed 8, 200 people" in tab.status()
