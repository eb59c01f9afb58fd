"""The reference of a run's tables, written from the same declarations that the code uses.

``python -m abm.report.reference docs/outputs.md`` writes it; a test compares the file with it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from abm.experiments.outcomes.outcomes import OUTCOMES
from abm.mechanisms.book import ACT_DTYPE
from abm.people.layout import STATES, declared_fields
from abm.record import WORDS, YES_OR_NO
from abm.report.comparison_columns import comparison_reference
from abm.report.study_tables import STUDY_TABLES, Row
from abm.studies.census import MEASURES
from abm.studies.moments import MOMENT_DTYPE
from abm.studies.tables_of_people import PANEL_FIELDS, PEOPLE_DTYPE

COMMON: dict[str, tuple[str, str]] = {
    "seed": ("id", "Seed of the run"),
    "person": ("id", "Number given once: entry year, then the place in the year-group"),
    "day": ("date", "Calendar day"),
    "sex": ("text", "female or male"),
    "age": ("years", "Age with decimals; in people at the end of the run, 25.0 for leavers"),
    "left": ("yes/no", "Whether the person left, on the day they were 25"),
    "ever": ("yes/no", "Whether the person has ever self-injured"),
    "wave": ("count", "Wave of the panel, 0 at the first census"),
    "hour": ("h", "Hour of the day, counted on past midnight"),
    "route": ("text", "calm, feel or punish: the strongest part of the urge"),
    "relief": ("1", "Relief that the act brought"),
    "severity": ("1", "Severity of the act; the middle is 1"),
    "visible": ("yes/no", "Whether this act brought a health service in at once"),
    "hospital": ("yes/no", "Whether that service was a hospital"),
    "hospital_chance": ("share", "What the act added to the chance that its bout reaches hospital"),
    "share_calm": ("share", "Share of calming in the urge"),
    "share_feel": ("share", "Share of feeling again in the urge"),
    "share_punish": ("share", "Share of self-punishment in the urge"),
    "urge": ("logit", "Urge at the prompt"),
    "reported_urges": ("count", "Urges reported since the prompt before, or since waking"),
    "acts": ("count", "Acts since the prompt before, or since waking"),
    "pain_threshold": ("1", "Pain test: threshold"),
    "pain_endurance": ("1", "Pain test: how long pain is borne after its onset"),
    "pain_tolerance": ("1", "Pain test: threshold and endurance together"),
}

CURVE_COLUMNS: tuple[Row, ...] = (
    ("seed", "id", "Seed of the run"),
    ("date", "date", "Day of the census: the last day of twelve reported months"),
    ("year", "year", "Its calendar year"),
    ("sex", "text", "female, male or all"),
    ("age", "text", "Completed years, or a band such as 12-18"),
    ("measure", "text", "What is measured; see below"),
    ("value", "see measure", "Shares from 0 to 1, or a rate; cells without people have no row"),
    ("people", "persons or person-years", "The denominator"),
)

INTRODUCTION = (
    "Made by `python -m abm.report.reference docs/outputs.md` from the declarations in the code. "
    "Names and meanings of columns are stable. States are those of the model "
    f"({', '.join(STATES)}), in the model's own units."
)


ENDINGS = (
    ("_before", "when the act begins"),
    ("_peak", "at the act, after its own arousal"),
    ("_after", "a quarter hour later"),
)


def described(name: str, table: str) -> Row:
    """Return one column: its name, unit and meaning."""
    declared = declared_fields()
    if name in COMMON and not (table in ("people", "panel") and name == "acts"):
        return name, *COMMON[name]
    for ending, when in ENDINGS:
        if name.endswith(ending):
            field = declared[name.removesuffix(ending)][1]
            return name, field.unit, f"{field.sentence}, {when}"
    field = declared[name][1]
    unit = "yes/no" if name in YES_OR_NO else "text" if name in WORDS else field.unit
    return name, unit, field.sentence.replace("; -1 none", "").replace("; -1 never", "")


def columns_of_tables() -> dict[str, list[Row]]:
    """Return the columns of every table that a run can write, in their order."""
    fields = {
        "people": PEOPLE_DTYPE.names or (),
        "acts": ACT_DTYPE.names or (),
        "panel": ("person", "wave", "day", *(name for name, _ in PANEL_FIELDS)),
        "moments": MOMENT_DTYPE.names or (),
    }
    tables = {"curves": list(CURVE_COLUMNS)}
    for table, names in fields.items():
        tables[table] = [described(name, table) for name in ("seed", *names)]
    return tables


def output_reference() -> str:
    """Return the reference of a run's tables as Markdown."""
    files = {
        "curves": ("curves.csv", "Prevalences and rates at every census."),
        "people": ("people.parquet", "One row a person (`--people`). What never was is empty."),
        "acts": ("acts.parquet", "One row an act of the reported years (`--acts`)."),
        "panel": ("panel.parquet", "Yearly waves of a sampled panel (`--panel`)."),
        "moments": (
            "moments.parquet",
            "What prompts find in a sampled group over the last weeks (`--moments`).",
        ),
    }
    lines = ["# What a run writes", "", INTRODUCTION]
    for table, rows in columns_of_tables().items():
        name, sentence = files[table]
        lines += ["", f"## {name}", "", sentence, "", *markdown_table(rows)]
        if table == "curves":
            measures = [(item.name, item.unit, item.meaning) for item in MEASURES]
            lines += ["", *markdown_table(measures, "measure")]
    for name, (sentence, columns) in STUDY_TABLES.items():
        lines += ["", f"## {name}", "", sentence, "", *markdown_table(columns)]
    lines += comparison_reference()
    outcomes = [(each.name, each.unit, each.sentence) for each in OUTCOMES.values()]
    lines += ["", "## Outcomes of sweeps and sensitivity analyses", ""]
    lines += markdown_table(outcomes, "outcome")
    return "\n".join(lines) + "\n"


def markdown_table(rows: Iterable[Row], first: str = "column") -> list[str]:
    """Return the lines of a Markdown table of names, units and meanings."""
    body = [f"| `{name}` | {unit} | {meaning} |" for name, unit, meaning in rows]
    return [f"| {first} | unit | meaning |", "| --- | --- | --- |", *body]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(output_reference(), encoding="utf-8")
