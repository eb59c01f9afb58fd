"""The report of an ablation: what each mechanism does, and which are at work."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from abm.experiments.ablation.ablation import COLUMNS, mechanisms
from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES
from abm.report.ablation import Row, at_work_table, change_table, sentences
from abm.report.html.common import ReportBody, failed_runs
from abm.report.html.folder import Description, Files
from abm.report.rendering import prose

TABLE = "ablation.csv"
VERDICTS = ("yes", "no", "not known")
TEXTS = ("mechanism", "outcome", "unit", "least_unit", "at_work")


def body_of_ablation(files: Files, description: Description) -> ReportBody:
    """Return what an ablation found, in words and tables."""
    numbers = tuple(name for name in COLUMNS if name not in TEXTS)
    table = files.table(TABLE, TEXTS, numbers)
    rows = [] if table is None else _known(table.to_dict("records"))
    nothing = prose("ablation_without_answer", failed=failed_runs(description))
    return ReportBody(
        kind="Ablation",
        title=f"What does each mechanism do? {description.scenario.called}",
        question=prose("ablation_question"),
        answer=tuple(sentences(rows)) if rows else nothing,
        tables=(at_work_table(rows), change_table(rows)),
        cautions=prose("ablation_cautions"),
    )


def _known(rows: Iterable[Mapping[Hashable, Any]]) -> list[Row]:
    """Return the rows whose mechanism and outcome this version has."""
    return [
        {str(name): value for name, value in row.items()}
        | {"unit": ABLATION_OUTCOMES[row["outcome"]].unit}
        | ({} if row["at_work"] in VERDICTS else {"at_work": ""})
        for row in rows
        if row["mechanism"] in mechanisms() and row["outcome"] in ABLATION_OUTCOMES
    ]
