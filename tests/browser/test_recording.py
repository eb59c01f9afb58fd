"""What a page remembers of its run, and the file that plays it where there is no network."""

import dataclasses
import json
import math
import re
import zlib
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from served_pages import PEOPLE, Watched

from abm.browser import recording as recordings
from abm.browser.page_model import PageModel
from abm.browser.recording import AT_A_MOMENT, Recording, age_that_stays, page_file
from abm.browser.snapshot import Snapshot


@pytest.fixture(scope="module")
def model() -> PageModel:
    """Return a model at its first reported day, looked at from day to day."""
    return PageModel(rng=3, population=200)


@pytest.fixture(scope="module")
def shot(model: PageModel) -> Snapshot:
    """Return its picture after seventy days."""
    model.run_days(70)
    model.take_picture()
    return model.snapshot


def days_of(recording: Recording) -> list[int]:
    return [moment.day for moment in recording.moments]


def test_moments_are_four_weeks_apart_and_thinned_out_before_they_are_too_many(
    shot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MOST_MOMENTS", 4)
    recording = Recording()
    for day in range(230):
        recording.note(dataclasses.replace(shot, day=day))
        assert len(recording.moments) <= 4
    assert days_of(recording) == [0, 112, 224]


@pytest.mark.parametrize(("years", "age"), [(1, 15), (9, 15), (10, 14), (13, 11), (20, 10)])
def test_who_is_followed_in_a_file_is_young_enough_to_be_there_at_its_end(
    years: int, age: int
) -> None:
    for days in (365 * years + years // 4, 365 * years + math.ceil(years / 4)):
        assert age_that_stays(days) == age
    model = PageModel(rng=3, population=200)
    model.follow_somebody(age)
    model.take_picture()
    assert age <= model.snapshot.trace.age < age + 1


def test_a_moment_holds_what_was_said_and_drawn(shot: Snapshot) -> None:
    recording = Recording()
    recording.note(shot)
    content = json.loads(zlib.decompress(recording.moments[0].packed))
    assert content["date"] == "9 November 2015"
    assert "Seed 3, 200 people." in content["lines"][0]
    assert "Reset" not in " ".join(content["lines"])
    assert set(content["views"]) == set(AT_A_MOMENT)
    assert "data-chart" in content["views"]["ages"]
    assert len(recording.moments[0].packed) < 40_000


def test_a_file_forbids_all_requests_escapes_and_says_what_it_is(shot: Snapshot) -> None:
    evil = '</script><img src="http://evil.example" onerror=alert(1)><!--PACKED-->'
    scenario = shot.scenario.model_copy(update={"title": evil})
    text = page_file([], dataclasses.replace(shot, scenario=scenario)).decode()
    assert evil not in text
    policy = unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', text)[0])
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    for words in ("Seed 3, 200 people", "70 of 3,653 days", "made by nssi", "cannot say",
                  "findahelpline.com", "[population]"):  # fmt: skip
        assert words in text
    assert not re.search(r"""<(script|link|img|iframe)[^>]+(src|href)=""", text[:40_000])


def test_a_file_that_would_be_too_large_has_fewer_moments_and_the_last(
    shot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording()
    for day in range(0, 336, 28):
        recording.note(dataclasses.replace(shot, day=day))
    shot = dataclasses.replace(shot, day=336)
    whole = page_file(recording.moments, shot)
    kept = []
    monkeypatch.setattr(recordings, "LARGEST", len(whole) - 1)
    build = recordings._file
    monkeypatch.setattr(
        recordings, "_file", lambda moments, last: kept.append(moments) or build(moments, last)
    )
    assert len(page_file(recording.moments, shot)) < len(whole)
    assert [moment.day for moment in kept[-1]] == [0, 56, 112, 168, 224, 280, 336]


def test_the_run_just_seen_is_saved_and_plays_with_the_network_off(
    tab: Watched, tmp_path: Path, browser: Any
) -> None:
    tab.pace("month")
    for day in (30, 60, 90):
        tab.press("Step")
        tab.wait_for_status(f"Day {day} of")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Save as a file").click()
    path = tmp_path / waiting.value.suggested_filename
    assert path.name == "baseline-from-page.html"
    waiting.value.save_as(path)

    context = browser.new_context(offline=True)
    page, asked, wrongs = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrongs.append(message.text))
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.goto(path.as_uri())
    status = page.locator("#status")
    expect(status).to_contain_text(f"Seed 1, {PEOPLE} people.")
    expect(status).to_contain_text("Day 90 of")
    expect(page.locator("[data-chart] path").first).to_be_attached()
    page.get_by_label("Day").focus()
    page.keyboard.press("Home")
    expect(status).to_contain_text("Day 0 of")
    for name in ("Over the years", "School friends", "One person"):
        page.get_by_role("tab", name=name).click()
        expect(page.locator("#view [role=img], #view .empty").first).to_be_visible()
        expect(page.locator(".advice:visible")).to_have_count(0)  # nothing can be chosen
    page.emulate_media(media="print")
    expect(page.locator(".playing, footer details")).to_have_count(2)
    expect(page.locator(".playing:visible, footer details:visible")).to_have_count(0)
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Play").click()
    expect(status).to_contain_text("Day 90 of")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator("#view .lead")).to_contain_text("Person ")
    assert asked == [path.as_uri()]
    assert wrongs == []
    context.close()
