"""A sensitivity analysis in words: what moves the results, how far, and what cannot be told."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from abm.evidence.register import register
from abm.experiments.sensitivity.analysis import EMULATOR
from abm.parameters import parameters
from abm.report.format import format_count, format_list, format_number, format_range
from abm.report.html.common import ReportBody
from abm.report.html.folder import Description, Files, ReportError, read_description
from abm.report.rendering import prose
from abm.report.sections import TextTable
from abm.studies.outcomes import OUTCOMES

RANKING, NOISE, STABILITY = "ranking.csv", "noise.csv", "stability.csv"
ALL = "all"
NAMED, MOST_ROWS = 3, 10


@dataclass(frozen=True)
class ParameterInfluence:
    """How one parameter moves one outcome: the main index with its 95 % interval."""

    parameter: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Influence:
    """What a sensitivity analysis found: which parameters move which outcomes."""

    is_morris: bool  # the index is µ*, in units of the outcome, and not a share of the variance
    title: str  # of the scenario that it is of
    ranges: Mapping[str, list[float]]  # what was explored, by parameter
    overall: tuple[tuple[str, float], ...]  # over all main outcomes, the most influential first
    by_outcome: Mapping[str, tuple[ParameterInfluence, ...]]
    by_chance: Mapping[str, float]  # what a parameter without effect would get, at most; or NaN
    code_version: str  # of the code that ran it

    @property
    def method(self) -> str:
        """How the parameters were explored."""
        return "Morris's method" if self.is_morris else "Sobol's indices"

    def explored(self, parameter: str) -> str:
        """Return the range of a parameter, or nothing where it is not known."""
        ends = self.ranges.get(parameter)
        return f"{ends[0]:g} to {ends[1]:g}" if ends else ""


def read_influence(files: Files, description: Description | None = None) -> Influence:
    """Return what the folder of a sensitivity analysis found; `description` if it was read."""
    about = description or read_description(files)
    if about.command != "sensitivity":
        raise ReportError(
            f"--sensitivity: {files.path} is the folder of `nssi {about.command}`; expected one of "
            "`nssi sensitivity`"
        )
    ranking = files.table(RANKING, ("outcome", "parameter"), ("rank", "value", "low", "high"))
    noise = files.table(NOISE, ("outcome", "age"), ("index_by_chance",))
    by_outcome: dict[str, list[ParameterInfluence]] = {}
    for row in [] if ranking is None else ranking.sort_values("rank").to_dict("records"):
        influence = ParameterInfluence(row["parameter"], row["value"], row["low"], row["high"])
        by_outcome.setdefault(row["outcome"], []).append(influence)
    overall = by_outcome.pop(ALL, [])
    rows = [] if noise is None else noise[noise["age"] == ""].to_dict("records")
    return Influence(
        about.design.get("kind") != "sobol",
        about.scenario.called,
        about.ranges,
        tuple((own.parameter, own.value) for own in overall if math.isfinite(own.value)),
        {name: tuple(sorted(own, key=_from_largest)) for name, own in by_outcome.items()},
        {row["outcome"]: row["index_by_chance"] for row in rows},
        about.code_version,
    )


def _from_largest(influence: ParameterInfluence) -> float:
    return -influence.value if math.isfinite(influence.value) else math.inf


def body_of_sensitivity(files: Files, description: Description, influence: Influence) -> ReportBody:
    """Return what a sensitivity analysis found, in words and tables."""
    stability = files.table(STABILITY, ("outcome",), ("spearman", "top", "shared"))
    rows = [] if stability is None else stability[stability["outcome"] == ALL].to_dict("records")
    return ReportBody(
        kind="Sensitivity analysis",
        title=f"Which assumptions move the results? {description.scenario.called}",
        question=prose("sensitivity_question"),
        answer=(*filter(None, [description.emulator]), *_answer(influence)),
        tables=(
            *_tables_of_emulator(files),
            *(_table(influence, _Outcome(name), r) for name, r in influence.by_outcome.items()),
        ),
        cautions=prose(
            "sensitivity_cautions",
            is_emulated=bool(description.emulator),
            is_once=description.repetitions == 1 and influence.overall and not description.emulator,
            correlations=[row["spearman"] for row in rows if math.isfinite(row["spearman"])],
        ),
    )


def _tables_of_emulator(files: Files) -> Iterator[TextTable]:
    """Yield how well an emulator answers for each outcome, where one did."""
    quality = files.table(EMULATOR, ("outcome", "meaning"), ("explained", "residual"))
    if quality is not None:
        numbers = (map(format_number, quality[name]) for name in ("explained", "residual"))
        rows = zip(quality["outcome"], quality["meaning"], *numbers, strict=True)
        title = "The emulator, in runs that were left out"
        yield TextTable(
            title, ("outcome", "meaning", "R2", "error"), tuple(rows), frozenset({2, 3})
        )


class _Outcome:
    """An outcome as readers know it."""

    def __init__(self, name: str) -> None:
        from abm.report.figures.sensitivity import NAMES  # which loads matplotlib

        self.name = name
        entry = register().entries.get(name)  # of a figure that an emulator answers for
        statement = name.replace("_", " ") if entry is None else f"{name}: {entry.statement}"
        self.called = NAMES.get(name, statement)
        self.unit = OUTCOMES[name].unit if name in OUTCOMES else ""

    def size(self, value: float) -> str:
        """Return how far it moves, in its unit; shares in percentage points."""
        if self.unit.startswith("share"):
            return f"{format_number(100 * value)} percentage points"
        return f"{format_number(value)} {self.unit}".strip()


def _answer(influence: Influence) -> Iterator[str]:
    """Yield what moves most over all, then how far the leader goes, and what may be chance."""
    names = [name for name, value in influence.overall[:NAMED] if value > 0]
    if all(value == 0 for _, value in influence.overall):
        yield from prose("sensitivity_without_answer", overall=influence.overall)
        return
    yield (
        f"Of {format_count(len(influence.overall), 'parameter')}, {format_list(names)} "
        f"{'moves' if len(names) == 1 else 'move'} the main outcomes most, on average over these; "
        "this ranking over all of them has no interval."
    )
    for name, rows in list(influence.by_outcome.items())[:1]:
        outcome = _Outcome(name)
        if rows[0].value > 0:
            yield _leader(influence, outcome, rows[0])
        yield _beyond_chance(influence, outcome, rows)


def _leader(influence: Influence, outcome: _Outcome, top: ParameterInfluence) -> str:
    """Say what moves an outcome most, and how far."""
    declared, ends = parameters().get(top.parameter), influence.explored(top.parameter)
    means = f" ({declared.sentence.removesuffix('.')})" if declared else ""
    explored = f" from {ends}" if ends else ""
    leads = f"What moves “{outcome.called}” most is {top.parameter}{means}"
    size = outcome.size if influence.is_morris else format_number
    limits = " (no interval)"
    if math.isfinite(top.low) and math.isfinite(top.high):
        limits = f" (95 % interval {size(top.low).split(' ')[0]} to {size(top.high)})"
    if influence.is_morris:
        return (
            f"{leads}: crossing its range{explored} moves it by {size(top.value)}{limits} on "
            "average."
        )
    return (
        f"{leads}: over its range{explored} it has a part in {size(top.value)}{limits} of the "
        "variance, 1 being all of it."
    )


def _beyond_chance(
    influence: Influence, outcome: _Outcome, rows: Sequence[ParameterInfluence]
) -> str:
    """Say how many parameters cannot be told from chance."""
    floor = influence.by_chance.get(outcome.name, math.nan)
    if math.isnan(floor):
        return "How much of this is chance within runs was not estimated."
    below = sum(not row.value > floor for row in rows)
    if not below:
        return f"For “{outcome.called}” every parameter moves it more than chance alone would."
    size = outcome.size(floor) if influence.is_morris else f"{format_number(floor)} of the variance"
    return (
        f"For “{outcome.called}” {below} of {format_count(len(rows), 'parameter')} cannot be told "
        f"from no effect: chance alone would give up to {size}."
    )


def _table(
    influence: Influence, outcome: _Outcome, rows: Sequence[ParameterInfluence]
) -> TextTable:
    floor = influence.by_chance.get(outcome.name, math.nan)
    cells = []
    for row in rows[:MOST_ROWS]:
        is_known = math.isfinite(floor) and math.isfinite(row.value)
        beyond = "not known" if not is_known else "yes" if row.value > floor else "no"
        limits = format_range(row.low, row.high)
        explored = influence.explored(row.parameter) or "-"
        cells.append((row.parameter, explored, format_number(row.value), limits, beyond))
    index = "µ*" if influence.is_morris else "ST"
    unit = outcome.unit if influence.is_morris else "share of the variance"
    left_out = len(rows) - MOST_ROWS
    return TextTable(
        f"Influence on: {outcome.called}" + (f" ({unit})" if unit else ""),
        ("parameter", "explored", index, "95 % interval", "beyond chance"),
        tuple(cells),
        frozenset({1, 2, 3}),
        note=" ".join(prose("sensitivity_index", is_morris=influence.is_morris, left_out=left_out)),
    )
