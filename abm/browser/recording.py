"""What a page remembers of the run it shows, and the file that plays it: one to mail, no server.

A moment is remembered as the text that was drawn of it, packed, so that a run of many people costs
no more than one of few. The file asks for nothing: ECharts and all that is drawn stand in it.
"""

import base64
import gzip
import hashlib
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from abm.browser.charts import moment, script
from abm.browser.choices import Choices
from abm.browser.drawing import empty
from abm.browser.following import USUAL_AGE
from abm.browser.page_model import PageModel, Progress
from abm.browser.snapshot import Snapshot
from abm.browser.status import CAN_SAY, TITLE, status_lines
from abm.browser.views import VIEWS, changed
from abm.io.terminal import HELPLINES
from abm.people.layout import FIRST_AGE, LAST_AGE
from abm.scenario.toml_text import as_toml

DAYS_APART, MOST_MOMENTS = 28, 160
"""Of more moments every second one is forgotten, and from then on they are twice as far apart."""
LARGEST = 15_000_000  # bytes of a file
WIDTH = 900.0
DRAWN = {**{name: draw for name, (_, draw) in VIEWS.items()}, "changed": changed.draw_saved}
AT_A_MOMENT = ("ages", "school", "person")
AT_ONCE = {
    "changed": "This is what all years changed: it stays the same while days are played.",
    "years": "Lines end with the day that is shown; everything else is as it was at the end.",
}
"""The views of a file: those drawn of every moment, and those drawn once, with what is to be known.
"""


@dataclass(frozen=True)
class Moment:
    """One moment of a run."""

    day: int  # how many reported days had gone by
    packed: bytes  # what was said and drawn of it


class Recording:
    """The moments of one run, at least four weeks apart; only `note` changes it."""

    def __init__(self) -> None:
        self.moments: tuple[Moment, ...] = ()
        self._days_apart = DAYS_APART

    def note(self, shot: Snapshot) -> None:
        """Remember a picture, if it is long enough after the last."""
        if self.moments and shot.day < self.moments[-1].day + self._days_apart:
            return
        self.moments = (*self.moments, _moment(shot))
        if len(self.moments) > MOST_MOMENTS:
            self.moments = self.moments[::2]
            self._days_apart *= 2


def _moment(shot: Snapshot) -> Moment:
    content = {
        "at": moment(shot.date.toordinal()),
        "date": f"{shot.date:%-d %B %Y}",
        "lines": status_lines(shot),
        "views": {name: _drawn(name, shot) for name in AT_A_MOMENT},
    }
    return Moment(shot.day, zlib.compress(json.dumps(content).encode(), level=1))


def _drawn(name: str, shot: Snapshot) -> str:
    """Return a view; one that fails says so on the page, and leaves a gap here."""
    try:
        return DRAWN[name](shot, WIDTH)
    except Exception:
        return empty("This view could not be drawn.")


def recorded(choices: Choices, progress: Progress) -> tuple[Recording, Snapshot]:
    """Run what was chosen to the end of its years, as a page would, and return what it showed.

    Somebody is followed who is there to the end, with which the file opens.
    """
    model, recording = PageModel.from_choices(choices), Recording()
    course = model.prepare(lambda share: progress(0.3 * share))
    model.prepare_baseline(lambda share: progress(0.3 + 0.2 * share))
    days = course.world.total_days - course.world.warm_up_days
    model.follow_somebody(age_that_stays(days))
    while True:
        while model.advance_baseline():
            pass
        model.take_picture()
        recording.note(model.snapshot)
        progress(0.5 + 0.5 * course.days / days)
        if not model.running:
            return recording, model.snapshot
        model.run_days(DAYS_APART)


def age_that_stays(days: int) -> int:
    """Return the usual age of who is followed, or a younger one at which one does not leave."""
    return max(FIRST_AGE, min(USUAL_AGE, LAST_AGE - 1 - math.ceil(days / 366)))


# The file


def page_file(moments: Sequence[Moment], shot: Snapshot) -> bytes:
    """Return a file that plays these moments, and a picture after them as the last.

    If it would be larger than `LARGEST`, every second moment is left out.
    """
    if not moments or moments[-1].day < shot.day:
        moments = (*moments, _moment(shot))
    content = _file(moments, shot)
    while len(content) > LARGEST and len(moments) > 1:
        moments = moments[-1::-2][::-1]
        content = _file(moments, shot)
    return content


def _file(moments: Sequence[Moment], shot: Snapshot) -> bytes:
    is_answered = shot.compared is not None and shot.compared.findings is not None
    once = [name for name in AT_ONCE if name != "changed" or is_answered]
    played = [name for name in VIEWS if name in (*AT_A_MOMENT, *once)]
    saved: dict[str, Any] = {
        "moments": [json.loads(zlib.decompress(kept.packed)) for kept in moments],
        "once": {name: f'<p class="note">{AT_ONCE[name]}</p>{_drawn(name, shot)}' for name in once},
    }
    packed = base64.b64encode(gzip.compress(json.dumps(saved).encode(), mtime=0)).decode()
    scripts = (script(), _text("saved.js"))
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{name}" data-view="{name}" '
        f'aria-controls="view">{escape(VIEWS[name][0])}</button>'
        for name in played
    )
    text = _text("saved.html")
    for name, value in {
        "POLICY": policy, "STYLE": _text("page.css"), "TITLE": escape(TITLE),
        "ABOUT": escape(_about(shot)), "TABS": tabs, "CAN_SAY": escape(CAN_SAY),
        "HELPLINES": escape(HELPLINES), "SCENARIO": escape(as_toml(shot.scenario.resolved())),
        "PACKED": packed, "CHARTS": scripts[0], "PLAYER": scripts[1],
    }.items():  # fmt: skip
        text = text.replace(f"<!--{name}-->", value)
    return text.encode()


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _about(shot: Snapshot) -> str:
    """Return where the file is from, and how to see the same again."""
    from abm import __version__

    return (
        f"A recording of a simulated run: {shot.title}. Seed {shot.seed}, {shot.people:,} people, "
        f"{shot.day:,} of {shot.days:,} days; made by nssi {__version__}. Another seed has other "
        "draws of chance: do not read one run as an effect."
    )
