"""How quick the browser page is: drawn frames a second, and what they cost the server.

``python benchmarks/page.py`` needs the extra ``dev`` and a Chromium. A frame counts when the
browser has put it on the screen: new pictures in the open view, seen from inside the page. The
server's CPU time and memory are read from ``/proc``, on Linux.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from abm.browser.views import VIEWS
from docs.make.chromium import chromium_page, open_page, served_page, wait_for_status

PACES = ("week", "month")
COUNT = """() => {
  window.frames_drawn = 0
  const view = document.querySelector('#view .drawing')
  window.counter?.disconnect()
  window.counter = new MutationObserver(() => requestAnimationFrame(() => window.frames_drawn++))
  window.counter.observe(view, { attributeFilter: ['data-frame'] })
}"""


@dataclass(frozen=True)
class Server:
    """The process that serves the page."""

    process: int | None

    def cpu_seconds(self) -> float:
        """Return what it has used so far, all threads together."""
        if self.process is None:
            return float("nan")
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_megabytes(self) -> float:
        """Return the most memory that it has held."""
        if self.process is None:
            return float("nan")
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@dataclass(frozen=True)
class Played:
    """One view, played for a while at one pace."""

    view: str
    pace: str
    seconds: float
    frames: int
    days: int
    cpu: float  # seconds of the server
    peak: float  # megabytes of the server so far


@dataclass(frozen=True)
class Opened:
    """What it takes until the page shows a day."""

    seconds: float
    cpu: float
    peak: float


def started_server() -> Server:
    """Return the server: the only process that this one has started so far."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    processes = listed.read_text().split() if listed.exists() else []
    return Server(int(processes[0]) if processes else None)


def day_of(page: Any) -> int:
    """Return the day that the status line shows."""
    day = page.locator(".status").inner_text().split("Day ")[1].split(" of")[0]
    return int(day.replace(",", ""))


def play(page: Any, server: Server, view: str, pace: str, seconds: float) -> Played:
    """Play one view at one pace."""
    page.get_by_role("tab", name=VIEWS[view][0]).click()
    page.get_by_label("Each frame is").select_option(pace)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_status(page, "playing")
    page.wait_for_timeout(1_000)
    page.evaluate(COUNT)
    day, cpu, begun = day_of(page), server.cpu_seconds(), time.perf_counter()
    page.wait_for_timeout(1_000 * seconds)
    frames, days = page.evaluate("window.frames_drawn"), day_of(page) - day
    spent, lasted = server.cpu_seconds() - cpu, time.perf_counter() - begun
    page.get_by_role("button", name="Pause", exact=True).click()
    wait_for_status(page, "paused")
    return Played(view, pace, lasted, frames, days, spent, server.peak_megabytes())


def measure(people: int, views: list[str], seconds: float) -> Iterator[Opened | Played]:
    """Open the page of so many people, and play every view at both paces."""
    begun = time.perf_counter()
    with served_page("school-skills", "--population", str(people)) as address:
        server = started_server()
        with chromium_page(1280, 900) as page:
            open_page(page, f"{address}/?tab={views[0]}")
            opening = time.perf_counter() - begun
            yield Opened(opening, server.cpu_seconds(), server.peak_megabytes())
            for view in views:
                open_page(page, f"{address}/?tab={view}")  # nobody looks at paired seeds
                for pace in PACES:
                    yield play(page, server, view, pace, seconds)


def main() -> None:
    """Print a table: every view at a week and at a month a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--views", nargs="+", choices=list(VIEWS), default=list(VIEWS))
    parser.add_argument("--json", action="store_true", help="print a JSON object a measurement")
    chosen = parser.parse_args()
    if not chosen.json:
        print("| people | view | each frame is | frames/s | days/s | server's CPU ms a frame |")
        print("| --- " * 6 + "|")
    for people in chosen.people:
        for result in measure(people, chosen.views, chosen.seconds):
            if chosen.json:
                print(json.dumps({"people": people, **asdict(result)}), flush=True)
            elif isinstance(result, Played):
                pace = f"{result.frames / result.seconds:.1f} | {result.days / result.seconds:.0f}"
                cost = 1_000 * result.cpu / max(1, result.frames)
                print(f"| {people:,} | {result.view} | a {result.pace} | {pace} | {cost:.0f} |")


if __name__ == "__main__":
    main()
