"""The address of a page says what it is set to, and is read like any input from anywhere."""

import pytest

from abm.browser.address import LONGEST_QUERY, MOST_PAIRS, Opened, opened_by, query_of
from abm.browser.choices import Choices, new_intervention, own_interventions
from abm.browser.session import Session
from abm.parameters import parameters
from abm.scenario.scenario import load_scenario

TABS = ("ages", "years")
SCENARIOS = ("baseline", "school-skills", "package-schools")
FIRST = Choices("school-skills", population=300)
RATE = parameters()["stressor_rate"]


def opened(query: str) -> Opened:
    return opened_by(query, FIRST, SCENARIOS, TABS)


@pytest.mark.parametrize(
    "choices",
    [
        FIRST,
        Choices("baseline", seed=2**64 - 1, population=None),
        Choices("baseline", 7, 450, {"stressor_rate": 0.1 + 0.2, "friends_alike_by": "neither"}),
        Choices("school-skills", 1, 300, {}, ()),
        Choices("baseline", 1, 300, {}, ({**new_intervention("dbt_a"), "coverage": 0.25},)),
    ],
)
def test_a_query_brings_back_what_it_was_made_of(choices: Choices) -> None:
    again = opened(query_of(choices, "years", 2009000015))
    assert again.problem == ""
    assert (again.choices, again.tab, again.person) == (choices, "years", 2009000015)


def test_a_query_brings_back_pace_and_year_groups_where_they_were_chosen() -> None:
    again = opened(query_of(FIRST, "ages", None, pace="month", ages="12 to 18"))
    assert (again.pace, again.ages, again.problem) == ("month", "12 to 18", "")
    assert "pace" not in (plain := query_of(FIRST, "ages", None))
    assert (opened(plain).pace, opened(plain).ages) == ("day", "")
    session = Session(FIRST, "pace=week&ages=13+to+16", TABS)
    assert (session.pace.value, session.player.days_a_frame) == ("week", 7)
    assert session.ages.value == (13, 14, 15, 16)
    assert opened(session.query()).ages == "13 to 16"


def test_windows_of_one_kind_keep_what_their_scenario_says_of_each() -> None:
    own = own_interventions(load_scenario("package-schools"))
    changed = tuple({**table, "coverage": 0.125} for table in own)
    choices = Choices("package-schools", 1, 300, {}, changed)
    assert opened(query_of(choices, "ages", None)).choices == choices


def test_an_address_that_says_nothing_opens_as_the_command_said() -> None:
    assert opened("") == Opened(FIRST)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("scenario=basline", "scenario = basline"),
        ("scenario=/etc/passwd", "scenario = /etc/passwd"),
        ("stressor_rat=1", "stressor_rat = 1"),
        (f"stressor_rate={RATE.high + 1}", f"stressor_rate = {RATE.high + 1}"),
        ("stressor_rate=nan", "stressor_rate = nan"),
        ("stressor_rate=1;2", "stressor_rate = 1;2"),
        ("friends_alike_by=magic", "friends_alike_by = magic"),
        ("pace=century", "pace = century"),
        ("ages=99", "ages = 99"),
        ("seed=-1", "seed = -1"),
        ("seed=" + "7" * 5000, "seed = " + "7" * 40),
        ("people=50001", "people = 50001"),
        ("people=2", "people = 2"),
        ("on=magic:0.5", "on = magic:0.5"),
        ("on=dbt_a:2", "on = dbt_a:2"),
        ("on=dbt_a:0.5:1999-01-01", "on = dbt_a:0.5:1999-01-01"),
        ("on=dbt_a:0.5::2015-01-01", "on = dbt_a:0.5::2015-01-01"),
        ("on=dbt_a:a:b:c:d:e", "on = dbt_a:a:b:c:d:e"),
        ("tab=<script>", "tab = <script>"),
        ("person=me", "person = me"),
        ("&".join(f"x{number}=1" for number in range(9)), "x2 = 1 and 6 more"),
        ("&".join(["seed=1"] * (MOST_PAIRS + 1)), "more than a page can be set to"),
        ("seed=" + "1" * LONGEST_QUERY, "more than a page can be set to"),
    ],
)
def test_what_is_not_here_is_told_in_one_line_and_all_else_is_used(query: str, told: str) -> None:
    found = opened(f"{query}&seed=9" if "more than" not in told else query)
    assert told in found.problem
    assert len(found.problem) < 400
    assert "\n" not in found.problem
    assert found.choices.scenario == FIRST.scenario
    assert found.choices.values == {}
    assert found.choices.population == FIRST.population
    assert found.choices.seed == (9 if "more than" not in told else FIRST.seed)
    found.choices.resolve()


def test_a_session_says_in_its_query_what_was_chosen_last() -> None:
    session = Session(FIRST, "seed=5&person=17&tab=years", TABS)
    assert (session.tab.value, session.followed.value) == ("years", 17)
    session.set_value("stressor_rate", RATE.high)
    session.turn("school_skills_programme", False)
    session.seed_text.value = "12"
    session.people_text.value = "many"  # wrong, so the number that runs stands
    again = Session(Choices(), session.query(), TABS)
    assert again.choices.value == Choices(
        "school-skills", 12, 300, {"stressor_rate": RATE.high}, ()
    )
    assert again.address_problem.value == ""
