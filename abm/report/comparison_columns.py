"""What the tables of a comparison hold, column by column."""

from abm.report.study_columns import Row

_SCENARIO: Row = ("scenario", "text", "Which scenario is compared with the base")
_SEEDS: Row = ("seeds", "count", "How many seeds the row rests on")
_UNCERTAINTY: Row = (
    "uncertainty",
    "text",
    "What low and high cover: chance (parameters are as given, or as drawn)",
)

_DIFFERENCES: tuple[Row, ...] = (
    _SCENARIO,
    ("seed", "text", "A seed, or all: the mean of a run over all seeds"),
    ("outcome", "text", "What is averted; see below"),
    ("group", "text", "How people are told apart: all, sex, age or adversity_quartile"),
    ("level", "text", "Which of these groups; see below"),
    _SEEDS,
    ("people", "persons", "Everybody of the group who lived a reported day, each counted once"),
    ("person_years", "years", "How long they lived within the reported years, together"),
    ("base", "see outcome", "How often the outcome came about in the base"),
    ("other", "see outcome", "How often in the scenario"),
    ("averted", "see outcome", "base minus other: above 0 there is less than in the base"),
    ("low", "see outcome", "Lower end of its 95 % interval; empty where nobody's outcome changed"),
    ("high", "see outcome", "Upper end"),
    (
        "interval",
        "text",
        (
            "between seeds: Student's t over paired seeds; between people (one seed, or seeds that "
            "all agree): as if each person's change were independent of the others'"
        ),
    ),
    _UNCERTAINTY,
    ("helped", "persons", "Persons with less of the outcome than in the base"),
    ("harmed", "persons", "Persons with more of it"),
    (
        "per_100k",
        "per 100,000 people",
        (
            "Averted among 100,000 people present throughout the reported years: averted / "
            "person_years x years x 100,000"
        ),
    ),
    ("per_100k_low", "per 100,000 people", "Lower end of its 95 % interval"),
    ("per_100k_high", "per 100,000 people", "Upper end"),
    (
        "reached",
        "persons",
        "People reached by interventions that the base does not have; empty where not counted",
    ),
    ("per_1000_reached", "per 1,000 reached", "Averted in the group per 1,000 of them reached"),
    ("per_1000_reached_low", "per 1,000 reached", "Lower end of its 95 % interval"),
    ("per_1000_reached_high", "per 1,000 reached", "Upper end"),
    (
        "needed_to_reach",
        "persons",
        "People to reach for one averted; empty unless the interval lies above 0",
    ),
    ("needed_to_reach_low", "persons", "Lower end of its 95 % interval"),
    ("needed_to_reach_high", "persons", "Upper end"),
    (
        "cost",
        "currency unit",
        (
            "Cost beyond that of the base, of each intervention by its cost_per, over the reported "
            "years; not discounted, nothing saved set against it; of everybody together only"
        ),
    ),
    (
        "cost_per_averted",
        "currency unit",
        "Cost of one averted; empty unless the interval lies above 0",
    ),
    ("cost_per_averted_low", "currency unit", "Lower end of its 95 % interval"),
    ("cost_per_averted_high", "currency unit", "Upper end"),
    ("note", "text", "Why needed_to_reach is not shown"),
)
_CURVES: tuple[Row, ...] = (
    _SCENARIO,
    ("date", "date", "Day of the census"),
    ("year", "year", "Its calendar year"),
    ("sex", "text", "female, male or all"),
    ("age", "text", "Completed years, or a band such as 12-18"),
    ("measure", "text", "As in curves.csv"),
    _SEEDS,
    ("base", "see measure", "Mean over seeds in the base"),
    ("other", "see measure", "Mean over seeds in the scenario"),
    ("difference", "see measure", "other minus base: below 0 there is less than in the base"),
    (
        "low",
        "see measure",
        "Lower end of its 95 % interval over pairs; empty with one, or if all agree",
    ),
    ("high", "see measure", "Upper end"),
    _UNCERTAINTY,
)
_REACHED: tuple[Row, ...] = (
    ("scenario", "text", "Which scenario, the base too"),
    ("seed", "id", "Seed of the run"),
    ("intervention", "count", "Place of the intervention in the scenario, from 1"),
    ("kind", "text", "Its kind"),
    ("title", "text", "How it is called"),
    ("people", "persons", "Persons reached"),
    ("cost", "currency unit", "What it cost: units times the cost of one; not discounted"),
    ("name", "text", "The name of its own that the scenario gives it; empty without one"),
    ("newly", "persons", "Those whom no other of the same kind and name had reached before"),
    ("cost_per", "text", "What a cost is the cost of: person, start, person_year or year"),
    ("units", "see cost_per", "How many of these"),
)
_PACKAGES: tuple[Row, ...] = (
    ("package", "text", "A scenario each intervention of which is compared alone, too"),
    (
        "quantity",
        "text",
        (
            "package, part, sum of parts: averted; package minus best part; sum of parts minus "
            "package; helped by several parts, beyond the first; helped by the package only; "
            "helped by a part only"
        ),
    ),
    ("part", "text", "Which part, if one is meant"),
    ("seed", "text", "Always all: the mean over seeds"),
    _SEEDS,
    ("outcome", "text", "Always new_cases"),
    ("value", "persons", "Mean over seeds"),
    ("low", "persons", "Lower end of its 95 % interval, made as in differences.csv"),
    ("high", "persons", "Upper end"),
    _UNCERTAINTY,
    (
        "verdict",
        "text",
        (
            "Of the two differences, expected to be 0 or more: holds, within chance (the interval "
            "includes 0), draws differ (of the parameters, in their sign), does not hold; with "
            "fewer than 5 seeds: too few runs to tell"
        ),
    ),
)


def _ends(name: str, unit: str, what: str) -> tuple[Row, ...]:
    """Return the ends of the intervals over parameters and of one run."""
    before = f"{name}_" if name else ""
    return (
        (f"{before}parameter_low", unit, f"Lower end for {what} over parameters"),
        (f"{before}parameter_high", unit, "Upper end"),
        (f"{before}one_run_low", unit, f"Lower end for {what} of one run, chance only"),
        (f"{before}one_run_high", unit, "Upper end"),
    )


_DRAWS: Row = ("draws", "count", "How many draws, each with both its seeds, the row rests on")
BY_DRAW_TABLES: dict[str, tuple[Row, ...]] = {
    "differences.csv": (
        _DRAWS,
        *_ends("averted", "see outcome", "averted"),
        *_ends("per_100k", "per 100,000 people", "per_100k"),
        *_ends("per_1000_reached", "per 1,000 reached", "per_1000_reached"),
    ),
    "curve_differences.csv": (_DRAWS, *_ends("", "see measure", "difference")),
    "packages.csv": (_DRAWS, *_ends("", "persons", "value")),
}
"""Columns that follow where seeds draw their parameters from the posterior."""

COMPARISON_TABLES: dict[str, tuple[str, tuple[Row, ...]]] = {
    "differences.csv": (
        (
            "What each scenario of a comparison averts against the base: one row a seed, outcome "
            "and group of people, and one over all seeds."
        ),
        _DIFFERENCES,
    ),
    "curve_differences.csv": (
        "How every curve differs from the base, as the mean over pairs of runs with one seed.",
        _CURVES,
    ),
    "reached.csv": ("What every intervention came to; no such file without any.", _REACHED),
    "packages.csv": (
        "Packages beside their parts; no such file where no package has all of them.",
        _PACKAGES,
    ),
}


def levels() -> list[Row]:
    """Return the groups of people: name, levels and meaning."""
    from abm.experiments.comparison.groups import AGE_BANDS, QUARTILES

    bands = ", ".join(f"{first}-{last}" for first, last in AGE_BANDS)
    return [
        ("all", "all", "Everybody who lived a reported day"),
        ("sex", "female, male", "Sex"),
        (
            "age",
            bands,
            "Completed age on the first reported day; who enters later counts with 10",
        ),
        (
            "adversity_quartile",
            f"{QUARTILES[0]} to {QUARTILES[-1]}",
            (
                "Quarter of the base's people by load of childhood adversity, 1 the lowest; equal "
                "loads are in one quarter, so that 1 is larger than 2 where many have none"
            ),
        ),
    ]
