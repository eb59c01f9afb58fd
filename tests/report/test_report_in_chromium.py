"""How a report looks: on a telephone, on a screen and on paper."""

from typing import Any

import made_up_folders as made_up
import pytest
from page_reader import page_of
from playwright.sync_api import expect

BROKEN = r"""() => [...document.querySelectorAll("td")].flatMap(cell => {
    const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    const broken = []
    while (text.nextNode()) {
        for (const number of text.currentNode.data.matchAll(/[-\d.,]+/g)) {
            const range = document.createRange()
            range.setStart(text.currentNode, number.index)
            range.setEnd(text.currentNode, number.index + number[0].length)
            if (range.getClientRects().length > 1) broken.push(number[0])
        }
    }
    return broken
})"""


OUT_OF_ITS_TRACK = """() => {
    const inside = (bar, track) => bar.left >= track.left - 1 && bar.right <= track.right + 1
    const box = element => element.getBoundingClientRect()
    const all = [...document.querySelectorAll(".track")]
    const tracks = all.map(track => [box(track), [...track.children].map(box)])
    const drawn = tracks.filter(([track]) => track.width > 100)
    return [drawn.length, tracks.filter(([own, bars]) => !bars.every(b => inside(b, own))).length]
}"""
A4_WIDE, A4_HIGH = 680, 994  # within the margins, in CSS pixels


@pytest.mark.parametrize(
    ("medium", "width", "most"),
    [("screen", 390, 6_500), ("screen", 1280, 3_300), ("print", A4_WIDE, 2 * A4_HIGH)],
)
def test_a_comparison_opens_as_one_page(page: Any, tmp_path, width: int, medium: Any, most: int):
    averted = {"school-skills": (6.0, 9.0, 7.0), "dbt-a": (17.0, 38.0, 26.0)}
    averted |= {"pandemic": (-6.0, -9.0, -7.0)}
    report = tmp_path / "report.html"
    report.write_text(page_of(made_up.comparison(tmp_path, averted)), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=medium)
    page.goto(report.as_uri())
    behind = "document.querySelector('.appendix').getBoundingClientRect().top"
    shown = "document.documentElement.scrollHeight" if medium == "screen" else behind
    assert page.evaluate(shown) <= most
    assert page.evaluate(OUT_OF_ITS_TRACK) == [4, 0]


@pytest.mark.parametrize(("medium", "width"), [("screen", 390), ("screen", 1280), ("print", 700)])
def test_no_number_of_a_table_breaks(page: Any, tmp_path, width: int, medium: Any) -> None:
    """Programmes that cost five digits a case, as the reports of ministries have."""
    averted = {"school-skills": (6.0, 9.0, 7.0), "dbt-a": (17.0, 38.0, 26.0)}
    folder = made_up.comparison(tmp_path, averted)
    made_up.write(folder, {"differences.csv": made_up.differences(averted, cost=4_192_837.0)})
    report = tmp_path / "report.html"
    report.write_text(page_of(folder), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=medium)
    page.goto(report.as_uri())
    assert "cost of one" in page.locator("table").all_text_contents()[0]
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = page.locator("details details summary")
    expect(names.filter(visible=medium == "screen")).to_have_count(names.count())  # as captions say
