"""Nothing that the page shows is found wrong by axe-core, wide or narrow, light or dark."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from served_pages import ALL_YEARS, Watched, on_a_busy_machine

from abm.browser.views import VIEWS

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVERYTHING: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": ["color-contrast"]}
PARTS = ("Scenario and people", "Interventions and events", "All numbers")


def violations(
    tab: Watched, what: str, schemes: Iterable[str], where: str | None = None
) -> list[str]:
    """Return what axe finds wrong on the whole page or in a part of it, in light and dark."""
    reports = []
    for scheme in schemes:
        tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        results = Axe().run(tab.page, where, EVERYTHING if scheme == "light" else COLOURS)
        if results.violations_count:
            reports.append(f"{what}, {scheme}: {results.generate_report()}")
    return reports


def test_axe_finds_nothing_wrong_in_any_view(tab: Watched) -> None:
    tab.pace("month")
    for day in (30, 60, 90):
        tab.press("Step")
        tab.wait_for_status(f"Day {day} of")
    for part in PARTS:
        tab.unfold(part)
    reports = []
    for size, schemes in ((NARROW, ["light"]), (WIDE, ["light", "dark"])):
        tab.page.set_viewport_size(size)
        tab.open_sheet()
        where = None  # the whole page, then what differs
        for name, (title, _) in VIEWS.items():
            tab.open(title)
            tab.page.locator(
                f"#view[aria-labelledby=tab-{name}] .drawing :visible"
            ).first.wait_for()
            reports += violations(tab, f"{title}, {size['width']}", schemes, where)
            where = ".main"
    tab.type("Seed", "777")  # with which years and paired seeds are run
    tab.wait_until_due()
    tab.open("What changed")
    tab.page.get_by_role("button", name="Skills lessons in school").click()
    tab.page.locator("#view .answer").wait_for(timeout=on_a_busy_machine(ALL_YEARS))
    reports += violations(tab, "what changed, once something is", ["light", "dark"], where)
    assert not reports, "\n".join(reports)


def test_axe_finds_nothing_wrong_in_the_guided_tour(tab: Watched) -> None:
    page = tab.page
    page.get_by_role("button", name="Guided tour in five steps").click()
    page.get_by_role("heading", name="Before you begin").wait_for()
    reports = violations(tab, "before the tour", ["light", "dark"])
    page.get_by_role("button", name="Begin").click()
    for step in range(1, 6):
        page.get_by_role("heading", name=f"Step {step} of 5").wait_for()
        page.locator(".view .drawing *").first.wait_for()
        if step == 4:
            page.get_by_label("About as many").click()
            page.get_by_role("button", name="Show what comes").click()
            page.get_by_text("you guessed about as many.").wait_for()
        for size, schemes in ((NARROW, ["light"]), (WIDE, ["light", "dark"])):
            page.set_viewport_size(size)
            reports += violations(tab, f"step {step}, {size['width']}", schemes)
        page.locator(".tour-buttons .on").click()
    assert not reports, "\n".join(reports)
