"""The order of a population's day; that of one person's is `abm.mechanisms.day.DAY`."""

from typing import NamedTuple


class PopulationPhase(NamedTuple):
    """One phase of a population's day: its name, the method of `World`, and one sentence."""

    name: str
    method: str
    sentence: str


POPULATION_DAY = (
    PopulationPhase(
        "turn the calendar", "turn_the_calendar", "The date, trends, and stages of life."
    ),
    PopulationPhase(
        "year-groups", "turn_year_groups", "On 1 September the oldest leaves and a new one enters."
    ),
    PopulationPhase(
        "turn ties",
        "turn_ties",
        "On the first day of a month friendships and bullying end and begin.",
    ),
    PopulationPhase(
        "interventions",
        "deliver_interventions",
        "Interventions reach people; what they changed settles.",
    ),
    PopulationPhase(
        "allocate places",
        "allocate_places",
        "On Mondays free places in specialist care go to those who have waited longest.",
    ),
    PopulationPhase("live", "run_people", "Everybody lives their day, unseen by the others:"),
    PopulationPhase(
        "tell friends", "tell_friends", "Acts become known to friends, who hear of them tomorrow."
    ),
    PopulationPhase(
        "observe", "observe", "Census, panel and moments; being observed changes nothing."
    ),
)
"""The order of a population's day: the list that is printed and the list that runs."""
