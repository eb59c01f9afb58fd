"""Screenshots of the page, the same ones every time: ``python -m docs.make.screenshots FOLDER``.

Needs the extra ``dev`` and a Chromium or Chrome. A package of programmes
in schools is run for six years.
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
MONTHS, DAYS_A_MONTH = 72, 30
WIDE, HIGH = 1280, 1010
PHONE_WIDE, PHONE_HIGH = 390, 844
LARGEST, COLOURS = 200_000, 192


def take(folder: Path) -> list[Path]:
    """Take a screenshot of every view, and two as a phone shows the page; return the files.

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
            for name in VIEWS:
                written.append(_picture(page, name, folder / f"page_{name}.png"))
        with chromium_page(PHONE_WIDE, PHONE_HIGH) as page:
            _run(page, address)
            for name in ("ages", "school"):
                written.append(_picture(page, name, folder / f"page_phone_{name}.png"))
    for path in written:
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path} has {path.stat().st_size:,} bytes, above {LARGEST:,}")
    return written


def _run(page: Any, address: str) -> None:
    """Open the page and run some years; the baseline has then caught up."""
    open_page(page, f"{address}/?pace=month")
    for month in range(1, MONTHS + 1):
        page.get_by_role("button", name="Step", exact=True).click()
        wait_for_status(page, f"Day {month * DAYS_A_MONTH:,} of")
    page.get_by_role("tab", name=VIEWS["years"][0]).click()
    page.wait_for_function("!document.querySelector('.status').innerText.includes('Computing')")
    page.get_by_role("tab", name=VIEWS["changed"][0]).click()
    page.locator("#view .answer").wait_for()
    page.locator("#view .comparing").wait_for(state="detached", timeout=300_000)


def _picture(page: Any, name: str, path: Path) -> Path:
    page.get_by_role("tab", name=VIEWS[name][0]).click()
    page.locator(f"#view[aria-labelledby=tab-{name}] .drawing *").first.wait_for(state="attached")
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    content = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    write_bytes(path, content.getvalue())
    return path


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")):
        print(picture)
