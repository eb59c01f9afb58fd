"""What was published beside what is found here, in sentences below the charts that draw it."""

from collections.abc import Iterable
from html import escape

from abm.browser.cited import CitedFigure
from abm.report.format import format_range

RANGE = "range given by the paper"
"""What the register says of such a figure; of others their number is no more than its middle."""


def sentences(besides: Iterable[CitedFigure]) -> str:
    """Return a list, an entry a figure: what was published, what is found here, the verdict."""
    entries = "".join(_entry(beside) for beside in besides)
    if not entries:
        return ""
    return f'<h2>Published, and here</h2><ul class="published">{entries}</ul>'


def _entry(beside: CitedFigure) -> str:
    claim, simulated = beside.claim, beside.simulated
    here = "no number yet"
    if beside.verdict != "no answer":
        interval = ""
        if simulated.low < simulated.high:
            interval = f" (95 % interval {format_range(simulated.low, simulated.high, _number)})"
        here = f"{_number(simulated.value)}{claim.unit}{interval}"
    verdict = f'<b class="verdict">{escape(beside.verdict)}</b>'
    return (
        f"<li><b>{range_of(beside)}</b> {escape(claim.says)} ({escape(beside.source)}). "
        f"Here: <b>{escape(here)}</b>, {verdict}. "
        f'<span class="compared">Compared with: {escape(claim.compared)}.</span></li>'
    )


def range_of(beside: CitedFigure) -> str:
    """Return what was published: a range, or one number with its interval."""
    ends, unit = f"{beside.low:g} to {beside.high:g}", beside.claim.unit
    published = beside.entry.published
    if published is None or beside.entry.interval == RANGE:
        return f"{ends}{unit}"
    return f"{published:g}{unit} ({ends})"


def _number(value: float) -> str:
    return f"{value:.1f}"
