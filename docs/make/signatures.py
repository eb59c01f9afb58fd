"""The page of signatures, from what a validation found of them: ``python -m docs.make.pages``."""

from pathlib import Path

from abm.evidence.listing import format_study
from abm.evidence.register import Signature, register
from abm.report.html.folder import Files, read_description
from abm.report.html.validation import SIGNATURE, rows_in
from abm.report.signatures import SignatureRow, signature_sentences, signature_table
from docs.make.templates import render

SIGNATURES = Path("signatures")


def page(folder: Path = SIGNATURES) -> str:
    """Return the text of docs/signatures.md from the folder of a validation."""
    files = Files(folder)
    description = read_description(files)
    rows = rows_in(files, SIGNATURE, SignatureRow)
    table = signature_table(rows)
    people, seeds = description.scenario.population.size, len(description.seeds)
    return render(
        "signatures.md",
        size=f"{people:,} people, {seeds} seeds",
        answer=" ".join(signature_sentences(rows)),
        head=table.headings,
        rows=table.rows,
        studies=[
            (f"`{one.id}`", one.asked_by or "-", *_computed(one))
            for one in register().signatures.values()
        ],
    )


def _computed(one: Signature) -> tuple[str, str]:
    """Return how a signature is computed, and in which worlds."""
    if one.entry is not None:
        return f"as [{one.entry}](evidence.md) of the register", "as there"
    if one.ratio_of is not None:
        return "`{}` over `{}`, seed by seed".format(*one.ratio_of), "of both"
    texts, tables = zip(*(format_study(study).rsplit("; ", 1) for study in one.study), strict=True)
    return "; ".join(texts), "; ".join(tables)
