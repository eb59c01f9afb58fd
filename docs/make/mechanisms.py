"""The page of mechanisms, written from a kept ablation: ``python -m docs.make.pages``."""

from pathlib import Path

from abm.experiments.ablation.ablation import mechanisms
from abm.report.html.ablation import body_of_ablation
from abm.report.html.folder import Files, read_description
from docs.make.templates import render

ABLATION = Path("ablation")


def page(folder: Path = ABLATION) -> str:
    """Return the text of docs/mechanisms.md from the folder of an ablation."""
    files = Files(folder)
    description = read_description(files)
    at_work, changes = body_of_ablation(files, description).tables
    names = {one.title: one.name for one in mechanisms().values()}
    sections = {one.title: one.section for one in mechanisms().values()}
    verdicts: dict[str, list[str]] = {}
    for title, *_, verdict in at_work.rows:
        verdicts.setdefault(title, []).append(verdict)
    people, seeds = description.scenario.population.size, len(description.seeds)
    return render(
        "mechanisms.md",
        size=f"{people:,} people, {seeds} seeds",
        reached=sum(set(own) == {"yes"} for own in verdicts.values()),
        asked=len(verdicts),
        at_work=at_work.rows,
        head=("without", "name", "section", *changes.headings[1:]),
        changes=[
            (title, f"`{names[title]}`", sections[title] or "-", *cells)
            for title, *cells in changes.rows
        ],
    )
