"""The page of mechanisms, written from kept ablations: ``python -m docs.make.pages``."""

from pathlib import Path
from typing import NamedTuple

from abm.experiments.ablation.ablation import mechanisms
from abm.report.html.ablation import body_of_ablation
from abm.report.html.folder import Files, read_description
from abm.report.sections import TextTable
from docs.make.templates import Row, render

ABLATION = Path("ablation")
DRAWN = "posterior"


class Ablated(NamedTuple):
    """What an ablation found, and how large it was."""

    size: str
    at_work: tuple[Row, ...]
    reached: int  # mechanisms that reach their least effects, of `asked`
    asked: int
    changes: TextTable


def page(folder: Path = ABLATION) -> str:
    """Return the text of docs/mechanisms.md from the folder of an ablation.

    That of draws of the posterior lies in it; without it the page leaves it out.
    """
    at_defaults = _ablated(folder)
    drawn = folder / DRAWN
    names = {one.title: one.name for one in mechanisms().values()}
    sections = {one.title: one.section for one in mechanisms().values()}
    return render(
        "mechanisms.md",
        found=at_defaults,
        drawn=_ablated(drawn) if drawn.exists() else None,
        head=("without", "name", "section", *at_defaults.changes.headings[1:]),
        changes=[
            (title, f"`{names[title]}`", sections[title] or "-", *cells)
            for title, *cells in at_defaults.changes.rows
        ],
    )


def _ablated(folder: Path) -> Ablated:
    files = Files(folder)
    description = read_description(files)
    at_work, changes = body_of_ablation(files, description).tables
    verdicts: dict[str, list[str]] = {}
    for title, *_, verdict in at_work.rows:
        verdicts.setdefault(title, []).append(verdict)
    people, seeds = description.scenario.population.size, len(description.seeds)
    return Ablated(
        f"{people:,} people, {seeds} seeds",
        at_work.rows,
        sum(set(own) == {"yes"} for own in verdicts.values()),
        len(verdicts),
        changes,
    )
