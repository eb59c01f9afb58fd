"""How quick the browser page is: drawn frames a second, and simulated days a second.

``python benchmarks/page.py`` needs the extra ``dev`` and a Chromium. A frame counts when the
browser has put it on the screen: new pictures in the open view, seen from inside the page.
"""

import argparse
import time
from typing import Any

from abm.browser.views import VIEWS
from docs.make.chromium import chromium_page, open_page, served_page, wait_for_status

COUNT = """() => {
  window.frames_drawn = 0
  const view = document.querySelector('#view .drawing')
  window.counter?.disconnect()
  window.counter = new MutationObserver(() => requestAnimationFrame(() => window.frames_drawn++))
  window.counter.observe(view, { childList: true })
}"""


def day_of(page: Any) -> int:
    """Return the day that the status line shows."""
    day = page.locator(".status").inner_text().split("Day ")[1].split(" of")[0]
    return int(day.replace(",", ""))


def measure(page: Any, view: str, pace: str, seconds: float) -> tuple[float, float]:
    """Return drawn frames and simulated days a second of one view at one pace."""
    page.get_by_role("tab", name=VIEWS[view][0]).click()
    page.get_by_label("Each frame is").select_option(pace)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_status(page, "playing")
    page.wait_for_timeout(1_000)
    page.evaluate(COUNT)
    before, begun = day_of(page), time.perf_counter()
    page.wait_for_timeout(1_000 * seconds)
    frames, after = page.evaluate("window.frames_drawn"), day_of(page)
    lasted = time.perf_counter() - begun
    page.get_by_role("button", name="Pause", exact=True).click()
    wait_for_status(page, "paused")
    return frames / lasted, (after - before) / lasted


def main() -> None:
    """Print a table: every view at a day and at a month a frame, both scenarios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--views", nargs="+", choices=list(VIEWS), default=list(VIEWS))
    chosen = parser.parse_args()
    print("| people | view | each frame is | frames/s | days/s |\n| --- | --- | --- | --- | --- |")
    for people in chosen.people:
        arguments = ("school-skills", "--population", str(people))
        with served_page(*arguments) as address, chromium_page(1280, 900) as page:
            for view in chosen.views:
                open_page(page, address)
                for pace in ("day", "month"):
                    frames, days = measure(page, view, pace, chosen.seconds)
                    print(f"| {people:,} | {view} | a {pace} | {frames:.1f} | {days:.0f} |")


if __name__ == "__main__":
    main()
