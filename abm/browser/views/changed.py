"""What changed: with and without, over paired seeds, as `nssi compare` finds it."""

import math
from typing import Any

from abm.browser import drawing as d
from abm.browser.choices import file_name
from abm.browser.course import FIRST, LAST
from abm.browser.paired_seeds import FEWEST_SEEDS, SEEDS, Compared
from abm.browser.snapshot import Snapshot
from abm.browser.views.figures import TITLES as FIGURE_TITLES
from abm.browser.views.figures import figure
from abm.experiments.comparison.compare import ComparisonFindings
from abm.experiments.comparison.pairing import NEW_CASES, OUTCOMES, ComparedOutcome
from abm.report.averted import OF_A_RUN, PER_100K, AvertedOutcome, events_among
from abm.report.briefing import GROUPS, Briefing
from abm.report.format import format_count, format_fewer_or_more, format_whole, format_whole_range
from abm.report.tables import group_label
from abm.scenario.economics import Economics
from abm.simulation.census import measure_named

TITLES = {
    "active_years": "Years with self-injury",
    NEW_CASES: "First acts",
    "hospital_presentations": "Presentations to hospital",
}
"""The outcomes shown, in this order."""
NOTHING = (
    "Nothing is changed here, so there is nothing to compare. Move a knob and press Reset, or add "
    "a programme:"
)
AS_IT_IS = ("past_year_prevalence", "incidence", "hospital_presentations_per_100k")
"""Measures shown where nothing is changed."""
WITH = "#08457E"
HEIGHT = 150.0
BESIDE = 1.6  # times as wide as the longest bar, for what stands beside it
LEAST_REACH = 1.0  # of the axis of differences, either way
LEAST_SEEN, HARDLY_ANY = 0.5, "hardly any"  # people in a run


def draw(shot: Snapshot, width: float) -> str:
    """Return the answer in words, a chart an outcome, whom it helps, and how to have it again."""
    if shot.counterfactual is None:
        return f'{_as_it_is(shot)}<p class="lead">{NOTHING}</p>'
    return "".join((_head(shot), _progress(shot.compared), *_found_parts(shot, width)))


def draw_saved(shot: Snapshot, width: float) -> str:
    """Return the same for a file, in which no more comes."""
    return "".join((_head(shot), _saved_after(shot.compared), *_found_parts(shot, width)))


def _found_parts(shot: Snapshot, width: float) -> list[str]:
    """Return all that is known from the second seed on."""
    parts: list[str] = []
    if (findings := _found(shot)) is not None:
        parts += [_answer(findings, shot), _outcomes(findings, width), _by_group(findings)]
        parts.append(_again(findings, _is_whole(shot), shot))
    return parts


def draw_helped(shot: Snapshot) -> str:
    """Return the answer in words and whom it helps, for a class."""
    findings = _found(shot)
    answer = "" if findings is None else _answer(findings, shot) + _by_group(findings)
    return _progress(shot.compared) + answer


def _found(shot: Snapshot) -> ComparisonFindings | None:
    return None if shot.compared is None else shot.compared.findings


def _is_whole(shot: Snapshot) -> bool:
    return shot.compared is not None and shot.compared.is_whole


def _head(shot: Snapshot) -> str:
    """Say what is held against what."""
    pair = shot.counterfactual
    if pair is None:
        return ""
    size, years = pair.chosen.population.size, pair.chosen.calendar.years
    lead = (
        f"Held against {pair.label} (grey): {size:,} people over {format_count(years, 'year')}, "
        f"the same ones with the same draws of chance in both; {SEEDS} times, with other draws."
    )
    return f'<p class="lead">{d.escape(lead)}</p>'


def _as_it_is(shot: Snapshot) -> str:
    """Return the figures that a change would move."""
    cells = []
    for name in AS_IT_IS:
        every, girls, boys = (
            figure(measure_named(name), shot, sex, (FIRST, LAST))
            for sex in ("all", "female", "male")
        )
        title, unit = FIGURE_TITLES[name]
        cells.append(
            f'<div class="difference"><b>{d.escape(title)}</b><strong>{every}</strong>'
            f"<span>{d.escape(unit or 'of young people')}</span>"
            f"<span>Girls {girls}, boys {boys}</span></div>"
        )
    lead = f"Ages {FIRST} to {LAST} as things are, on {shot.date:%-d %B %Y}"
    return d.view(f"{lead}.", cells)


def _progress(compared: Compared | None) -> str:
    """Say how many seeds are done, unless all are."""
    if compared is not None and compared.failure:
        sentence = f"The comparison stopped: {compared.failure}. Reset tries again."
        return f'<p class="failure">{d.escape(sentence)}</p>'
    if compared is not None and compared.is_whole:
        return ""
    done, share = ("Beginning", 0.0)
    if compared is not None:
        done, share = f"{compared.done} of {len(compared.seeds)} seeds", compared.share
    why = (
        "" if compared and compared.findings else f"; a difference is shown from {FEWEST_SEEDS} on"
    )
    return (
        f'<p class="comparing"><label>{done}{why}. '
        f'<progress max="1" value="{share:.2f}"></progress></label></p>'
    )


def _saved_after(compared: Compared | None) -> str:
    """Say in a file how many seeds were done, unless all were."""
    if compared is None or compared.is_whole:
        return ""
    sentence = (
        f"Saved after {compared.done} of {len(compared.seeds)} seeds; with all of them the "
        "numbers differ a little, and intervals are mostly narrower."
    )
    return f'<p class="comparing">{sentence}</p>'


def _answer(findings: ComparisonFindings, shot: Snapshot) -> str:
    """Return the first sentences of a comparison, as its command and its report say them."""
    base, other = findings.scenarios
    called = {base.name: base.title or base.name, other.name: shot.title}
    briefing = Briefing(
        base.name, called, base.population.size, base.calendar.years,
        base.population.kind == "cohort", events_among(base, findings.others), base.economics,
        findings.differences, findings.curve_differences,
    )  # fmt: skip
    case = briefing.case_of(other.name)
    answer, opening = d.escape(briefing.sentence(case)), d.escape(briefing.opening())
    return f'<p class="answer">{answer} <span class="opening">{opening}</span></p>'


def _outcomes(findings: ComparisonFindings, width: float) -> str:
    rows = {row["outcome"]: row for row in findings.averted().to_dict("records")}
    outcomes = {outcome.name: outcome for outcome in OUTCOMES}
    panel, years = d.panel_width(width, len(TITLES)), findings.base.calendar.years
    charts = [_outcome(outcomes[name], rows[name], years, panel) for name in TITLES]
    return f'<div class="panels">{"".join(charts)}</div>'


def _outcome(outcome: ComparedOutcome, row: dict[Any, Any], years: int, width: float) -> str:
    """Return two bars, with and without, and below them the difference with its interval."""
    run, rate = (AvertedOutcome.from_row(row, years, among=among) for among in (OF_A_RUN, PER_100K))
    most = max(row["base"], row["other"]) or 1.0
    axes = d.Axes(width, HEIGHT, (0.0, BESIDE * most), (0, 1), left=0, right=0)
    parts = []
    for top, value, colour, name in (
        (0, row["other"], WITH, "with"), (34, row["base"], d.GREY, "without"),
    ):  # fmt: skip
        long = axes.x(value)
        parts += [
            f'<rect x="0" y="{top}" width="{long:.1f}" height="24" fill="{colour}"/>',
            d.text(long + 6, top + 17, f"{format_whole(value)} {name}", "start", d.INK),
        ]
    parts.append(_interval(run, width))
    differs, per = (format_fewer_or_more(one.value, form=format_whole) for one in (run, rate))
    limits, per_limits = (format_whole_range(one.low, one.high) for one in (run, rate))
    numbers = (
        f"<strong>{differs}</strong><span>95 % interval: {limits}</span>"
        f"<span>Per 100,000 people throughout: {per} ({per_limits})</span>"
    )
    name = TITLES[outcome.name]
    spoken = (
        f"{name}: {format_whole(row['other'])} with, {format_whole(row['base'])} without; {differs}"
        f", 95 % interval {limits}"
    )
    note = f"{outcome.sentence} Here: {run.reading}."
    keys = [f'<span class="difference">{numbers}</span>']
    return d.chart(axes, name, spoken, parts, keys, note)


def _interval(run: AvertedOutcome, width: float) -> str:
    """Return the difference as a point with its interval, around none."""
    known = [-number for number in (run.value, run.high, run.low) if math.isfinite(number)]
    reach = d.round_up(max(map(abs, known), default=0.0), LEAST_REACH)
    axes = d.Axes(width, HEIGHT, (-reach, reach), (0, 1), left=24, right=24, top=76, bottom=38)
    marks = ((-reach, "fewer"), (0.0, "no difference"), (reach, "more"))
    parts = [
        d.bottom_axis(axes, "", marks),
        d.line(axes, [(0.0, 0.0), (0.0, 1.0)], d.QUIET, "2 2", 1.0),
        d.line(axes, [(end, 0.5) for end in known[1:]], WITH, thick=3.0),
        *(d.dot(axes, value, 0.5, WITH, size=6) for value in known[:1]),
    ]
    return "".join(parts)


def _by_group(findings: ComparisonFindings) -> str:
    """Return how many begin without and with, by sex, age and adversity, and how many change."""
    (everybody,) = findings.averted(outcome=NEW_CASES).to_dict("records")
    rows = "".join(
        _group_row(group_label(group, row["level"]), row)
        for group in GROUPS
        for row in findings.averted(group, NEW_CASES).to_dict("records")
        if row["people"] > 0
    )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("People", "Begin without", "With", "Difference")
    )
    less, more = (format_whole(everybody[name]) for name in ("helped", "harmed"))
    turned = (
        f"In a run {less} people begin only without it and {more} only with it: where days go "
        "otherwise, chance turns for some. So nobody can be named who was helped or harmed; only "
        "the balance of a group counts. Below each difference stands its 95 % interval. Every "
        "number is rounded by itself."
    )
    return (
        '<table class="figures groups"><caption>Who begins, without it and with it</caption>'
        f'<thead><tr><th scope="col">Group</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="note">{turned}</p>'
    )


def _group_row(label: str, row: dict[Any, Any]) -> str:
    """Return a group of people: how many begin, and how many fewer or more."""
    counts = "".join(f"<td>{format_whole(row[name])}</td>" for name in ("people", "base", "other"))
    is_seen = abs(row["averted"]) >= LEAST_SEEN
    differs = format_fewer_or_more(row["averted"], form=format_whole) if is_seen else HARDLY_ANY
    limits = format_whole_range(row["low"], row["high"])
    if row["helped"] == row["harmed"] == 0:
        differs, limits = "0", "nobody changed"
    return (
        f'<tr><th scope="row">{d.escape(label.capitalize())}</th>{counts}'
        f'<td>{differs}<span class="without">{limits}</span></td></tr>'
    )


def _again(findings: ComparisonFindings, is_whole: bool, shot: Snapshot) -> str:
    """Say what intervals cover and, once all seeds are there, which command finds the same."""
    covered = (
        f"Means of {len(findings.seeds)} paired seeds; intervals cover chance, not whether the "
        "numbers of the model are right."
    )
    base, other = findings.scenarios
    name = file_name(shot.scenario, "toml") if shot.is_altered else other.name
    command = (
        f"nssi compare {base.name} {name} --population {base.population.size} "
        f"--years {base.calendar.years} --seed {findings.seeds[0]} --seeds {len(findings.seeds)}"
    )
    first = "Download the scenario under Figures; then the" if shot.is_altered else "The"
    has_prices = base.economics != Economics()  # which the base, read from its file, has not
    same = "" if has_prices or not is_whole else f" {first} same: <code>{d.escape(command)}</code>"
    return f'<p class="note again">{covered}{same}</p>'
