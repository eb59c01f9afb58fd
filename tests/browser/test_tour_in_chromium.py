"""The guided tour in a browser: by keyboard alone, and by touch on a phone."""

from typing import Any

from playwright.sync_api import expect
from served_pages import Served, Watched, tab_of

IN_SIGHT = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect()
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
}"""


def step_is(tab: Watched, number: int) -> Any:
    """Wait for a step; its heading has the focus, so that it is read aloud."""
    heading = tab.page.get_by_role("heading", name=f"Step {number} of 5")
    heading.wait_for()
    expect(heading).to_be_focused()
    return heading


def press(tab: Watched, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)


def test_keyboard_alone_does_the_whole_tour(tab: Watched, context: Any, served: Served) -> None:
    page = tab.page
    invitation = page.get_by_role("button", name="Guided tour in five steps")
    for _ in range(5):  # it comes before all settings
        press(tab, "Tab")
        if invitation.evaluate("button => button === document.activeElement"):
            break
    press(tab, "Enter")
    expect(page.get_by_role("heading", name="Before you begin")).to_be_focused()
    expect(page.locator(".tour")).to_contain_text("findahelpline.com")
    expect(page.locator(".view")).to_have_count(0)  # nothing is shown before it
    press(tab, "Tab", "Enter")
    step_is(tab, 1)
    page.locator(".mark >> text=7 expectation learnt").wait_for()
    expect(page.locator(".status")).not_to_be_visible()  # it is about other days
    main = page.locator(".main")
    main.hover()
    page.mouse.wheel(0, 400)
    page.wait_for_function("document.querySelector('.main').scrollTop > 0")
    press(tab, "Tab", "Enter")
    step_is(tab, 2)
    assert main.evaluate("main => main.scrollTop") == 0
    page.locator(".pupil").first.wait_for()
    expect(page.locator(".tour h2")).to_contain_text(f"of {page.locator('.pupil').count()}")
    press(tab, "Tab", "Tab", "Enter")  # back
    step_is(tab, 1)
    press(tab, "Tab", "Enter")
    step_is(tab, 2)
    press(tab, "Tab", "Enter")
    step_is(tab, 3)
    page.wait_for_function("location.search.includes('tour=3')")
    expect(page.locator(".status")).to_contain_text("Day 0 of")
    with tab_of(context, served, tab.query(), waits_for="Begin at step 3") as linked:
        press(linked, "Tab", "Enter")
        step_is(linked, 3)
    press(tab, "Tab", "Enter")
    step_is(tab, 4)
    show = page.get_by_role("button", name="Show what comes")
    expect(show).to_have_attribute("aria-disabled", "true")
    press(tab, "Tab", "Space", "ArrowDown", "Tab")
    expect(page.get_by_label("About as many")).to_be_checked()
    press(tab, "Enter")
    page.get_by_text("More: you guessed about as many.").wait_for()
    expect(page.locator("rect.share")).to_have_count(4)
    press(tab, "Enter")
    step_is(tab, 5)
    press(tab, "Escape")
    expect(invitation).to_be_focused()
    tab.wait_for_status("Skills lessons in school at 12-13. Seed 1,")
    expect(page.get_by_role("tab", name="What changed")).to_have_attribute("aria-selected", "true")
    page.wait_for_function("!location.search.includes('tour')")


def test_by_touch_on_a_phone_buttons_stay_in_sight_and_stop_leaves_the_class(
    phone: Watched,
) -> None:
    page = phone.page
    page.get_by_role("button", name="Guided tour").tap()
    page.get_by_role("button", name="Begin").tap()
    step_is(phone, 1)
    page.locator(".chain").wait_for()
    page.wait_for_function(IN_SIGHT, arg=".tour-buttons")
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Next: a class").tap()
    step_is(phone, 2)
    page.locator(".pupil").first.wait_for()
    page.wait_for_function(IN_SIGHT, arg=".tour-buttons")
    page.emulate_media(media="print")
    expect(page.locator(".tour-buttons")).not_to_be_visible()
    expect(page.locator(".pupil").first).to_be_visible()
    page.emulate_media(media="screen")
    age = page.locator("figcaption").inner_text().split(" aged ")[1]
    page.get_by_role("button", name="Stop").tap()
    expect(page.get_by_role("tab", name="School friends")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.locator("#view figcaption")).to_contain_text(f"Year-group aged {age} on")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
