"""The columns of a run's tables, from the same declarations that the code uses."""

from abm.mechanisms.day_log import ACT_DTYPE
from abm.people.layout import declared_fields
from abm.report.study_columns import Row
from abm.simulation.moments import MOMENT_DTYPE
from abm.simulation.people_table import PANEL_FIELDS, PEOPLE_DTYPE
from abm.simulation.record import WORDS, YES_OR_NO

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
