"""No view of the page has anything that axe-core finds wrong, wide or narrow, light or dark."""

from axe_playwright_python.sync_playwright import Axe
from served_pages import Watched

from abm.browser.views import VIEWS

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVERYTHING: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": ["color-contrast"]}
PARTS = ("Scenario and people", "Interventions and events", "All numbers")


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
            tab.page.locator(f"#view[aria-labelledby=tab-{name}] .drawing *").first.wait_for()
            for scheme in schemes:
                tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                options = EVERYTHING if scheme == "light" else COLOURS
                results = Axe().run(tab.page, where, options)
                if results.violations_count:
                    report = results.generate_report()
                    reports.append(f"{title}, {size['width']}, {scheme}: {report}")
            where = ".main"
    assert not reports, "\n".join(reports)
