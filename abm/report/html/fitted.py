"""What was fitted and what is predicted."""

from abm.report.html.description import Description, ScenarioSaid
from abm.report.sections import Section, TextTable

NAME, TITLE = "fitted", "What was fitted, and what is predicted"
ROUGH = (
    "The numbers of the model are declared with a source or marked as assumptions. Its defaults "
    "are fitted to the published figures below: those of England and Victoria through trends of "
    "their scenarios, the others by a calibration. That the model comes near them is no test of it."
)


def fitted_for_scenarios(said: Description) -> Section:
    """Return the section for reports on runs: the figures fitted, and what the rest is."""
    return Section(
        NAME,
        TITLE,
        (
            ROUGH,
            _predicted(said),
            (
                "How the model stands to every claim and figure, those that were not fitted "
                "included, is in the report of `nssi validate`."
            ),
            _fitted_table(),
        ),
    )


def _predicted(said: Description) -> str:
    changes = [_changes(scenario) for scenario in said.scenarios]
    told = (
        "Everything else here is predicted by the mechanisms: nothing was fitted to make this "
        "result come out"
    )
    if any("interventions" in each for each in changes):
        told += (
            ". What an intervention changes in a person is put in, as listed under the "
            "assumptions; what follows from it for a population is predicted"
        )
    if any("trends" in each for each in changes):
        told += ". Trends over calendar years are put in, not explained"
    return f"{told}."


def _changes(scenario: ScenarioSaid) -> set[str]:
    given = {"interventions": scenario.interventions, "trends": scenario.trends}
    return {name for name, value in given.items() if value}


def _fitted_table() -> TextTable:
    """Return the figures that the defaults were chosen with in view."""
    from abm.evidence.listing import accepted, number
    from abm.evidence.register import register

    rows = tuple(
        (
            f"{entry.id}: {entry.statement}",
            number(entry.published),
            accepted(entry.low, entry.high),
            f"{entry.source} {entry.year}",
        )
        for entry in register().entries.values()
        if entry.use == "fitted"
    )
    return TextTable(
        "Published figures that the defaults, or the trends of some scenarios, were chosen with in "
        "view",
        ("figure", "published", "accepted", "source"),
        rows,
        frozenset({1, 2}),
    )
