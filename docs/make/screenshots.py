"""Screenshots of the page, the same ones every time: ``python -m docs.make.screenshots FOLDER``.

Needs the extra ``dev`` and a Chromium or Chrome. A package of programmes
in schools is run for all its years.
"""

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from abm.browser.views import VIEWS
from abm.io.tables import write_bytes
from docs.make.chromium import chromium_page, open_page, served_page, wait_for_status

SCENARIO, PEOPLE = "package-schools", 1_500
WIDE, HIGH = 1280, 1010
PHONE_WIDE, PHONE_HIGH = 390, 844
TOUR = ((1, ".chain"), (2, ".pupil"))  # steps, and what is there once each is
LARGEST, COLOURS = 200_000, 192


def take(folder: Path) -> list[Path]:
    """Take a screenshot of every view, two of the tour and two of a phone; return the files.

    Raises
    ------
    SystemExit
        If a file would be larger than 200 kB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with served_page(SCENARIO, "--population", str(PEOPLE)) as address:
        with chromium_page(WIDE, HIGH) as page:
            _run(page, address)
            page.get_by_role("tab", name=VIEWS["changed"][0]).click()
            page.locator("#view .answer").wait_for()
            page.locator("#view .comparing").wait_for(state="detached")
            for name in VIEWS:
                written.append(_picture(page, name, folder / f"page_{name}.png"))
        with chromium_page(WIDE, HIGH) as page:
            written += [_step(page, address, *step, folder) for step in TOUR]
        with chromium_page(PHONE_WIDE, PHONE_HIGH) as page:
            _run(page, address)
            for name in ("ages", "school"):
                written.append(_picture(page, name, folder / f"page_phone_{name}.png"))
    for path in written:
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path} has {path.stat().st_size:,} bytes, above {LARGEST:,}")
    return written


def _run(page: Any, address: str) -> None:
    """Open the page and wait until all years are run, with and without."""
    open_page(page, address)
    wait_for_status(page, "the years are over")
    page.wait_for_function("!document.querySelector('.status').innerText.includes('Computing')")


def _picture(page: Any, name: str, path: Path) -> Path:
    page.get_by_role("tab", name=VIEWS[name][0]).click()
    page.locator(f"#view[aria-labelledby=tab-{name}] .drawing *").first.wait_for(state="attached")
    return _save(page, path)


def _step(page: Any, address: str, number: int, awaited: str, folder: Path) -> Path:
    page.goto(f"{address}/?tour={number}")
    page.get_by_role("button", name="Begin").click()
    page.locator(awaited).first.wait_for()
    return _save(page, folder / f"page_tour_{number}.png")


def _save(page: Any, path: Path) -> Path:
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    content = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    write_bytes(path, content.getvalue())
    return path


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")):
        print(picture)
