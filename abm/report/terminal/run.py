"""A run as its key figures for people, or JSON for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from abm.report.format import format_seeds, format_seeds_of_tables
from abm.report.sections import Section
from abm.report.tables import key_figures_table
from abm.report.terminal.draws import notes_by_draw
from abm.runs.seeds import CURVES
from abm.scenario.scenario import Scenario
from abm.studies.key_figures import Row


def run_section(
    scenario: Scenario,
    rows: Sequence[Row],
    seeds: Sequence[int],
    tables: Mapping[str, Any],
    is_by_draw: bool,
) -> Section:
    """Return the key figures of seeds; `tables` is what run.json says of those of the folder."""
    if not seeds:
        return Section("run", "", tuple(_seeds_apart(seeds, tables)))
    count = f"{len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"
    title = f"{scenario.title or scenario.name}: {scenario.population.size:,} people, {count}"
    if not rows:
        title = f"{title}: too few people for any key figure"
        return Section("run", title, tuple(_seeds_apart(seeds, tables)))
    table = replace(key_figures_table(rows, seeds), caption="", note="")
    notes = notes_by_draw(seeds) if is_by_draw else []
    return Section("run", title, (table, *notes, *_seeds_apart(seeds, tables)))


def _seeds_apart(seeds: Sequence[int], tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield what to know where the folder holds other seeds than those of the printed table."""
    held = tables.get(CURVES, {}).get("seeds", [])
    if set(held) - set(seeds):
        yield (
            f"This table is of seeds {format_seeds(seeds)}; report, figures and {CURVES} are of "
            f"seeds {format_seeds(held)}."
        )
    yield format_seeds_of_tables(tables)
