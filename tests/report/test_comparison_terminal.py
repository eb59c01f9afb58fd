"""What a comparison prints: numbers with intervals, and words where a number would mislead."""

import datetime
import re

import made_up_outcomes
import pytest
from made_up_outcomes import BASE, BOTH, KIND, NULL, SKILLED

from abm.experiments.comparison.compare import find
from abm.report.format import format_number
from abm.report.tables import reached_table
from abm.report.terminal import comparison as terminal


@pytest.fixture(scope="module")
def findings():
    return find((BASE, SKILLED, KIND, BOTH, NULL), [1, 2, 3], made_up_outcomes.outcomes)


def test_a_row_a_scenario_after_what_the_base_has(findings):
    table = terminal.averted_table(findings)
    assert table.headings == (
        "", "new cases", "years with self-injury", "acts", "hospital presentations"
    )  # fmt: skip
    rows = table.rows
    assert [row[0] for row in rows] == ["(base has)", "skilled", "kind", "both", "null"]
    assert rows[4][1:] == ("0, nobody changed",) * 4
    assert "(" in rows[1][1]


def test_numbers_needed_are_shown_only_where_there_is_no_doubt(findings):
    table = terminal.tables(findings)[1]
    assert table.headings[3:5] == ("number needed to reach", "cost of one")
    needed = {row[0]: row[3:5] for row in table.rows}
    assert needed["null"] == ("not shown", "not shown")
    assert "(" in needed["skilled"][0]


def test_those_reached_have_fewer_or_more_and_no_minus(findings):
    everybody = findings.averted().query("outcome == 'new_cases'")
    worse = everybody.assign(
        **{
            f"per_1000_reached{end}": -everybody[f"per_1000_reached{other}"]
            for end, other in (("", ""), ("_low", "_high"), ("_high", "_low"))
        }
    )
    for table, word in ((everybody, "fewer"), (worse, "more")):
        cells = {row[0]: row[2] for row in reached_table(table, {}, "base").rows}
        assert "-" not in cells["skilled"]
        assert cells["skilled"].split(" (")[0].endswith(word)
        assert cells["null"] == "-"  # reaches nobody


def test_costs_are_in_the_currency_that_the_other_tables_name(findings):
    note = terminal.tables(findings)[1].note
    assert "Costs are in the currency of the scenarios" in note
    assert "assumptions in any one currency" in note  # those of the library


def test_what_happens_and_nobody_offers_has_no_number_needed_to_reach():
    dates = {"start": datetime.date(2015, 10, 1), "end": datetime.date(2016, 1, 1)}
    surged = made_up_outcomes.scenario("surged", ({"kind": "stressor_surge", **dates},))

    def outcomes(lived, seed):
        return made_up_outcomes.outcomes(BASE if lived == surged else lived, seed)

    def rows_of(others):
        tables = terminal.tables(find((BASE, *others), [1, 2], outcomes))
        return [row[0] for table in tables if "reached" in table.caption for row in table.rows]

    assert rows_of((SKILLED, surged)) == ["skilled"]
    assert rows_of((surged,)) == []


def test_notes_say_what_intervals_are(findings):
    text = "\n".join(terminal.notes(findings))
    assert "how much paired seeds differ" in text
    assert "null, number needed to reach, not shown: nobody's outcome changed." in text
    one = find((BASE, SKILLED), [1], made_up_outcomes.outcomes)
    assert "within the only seed" in "\n".join(terminal.notes(one))


def test_a_package_has_its_two_answers_and_the_reason(findings):
    first, second, why = terminal.package_lines(findings.packages)
    assert first.startswith("both averts at least what its best part (")
    assert second.startswith("both averts at most what its parts add up to: ")
    assert "helped by several parts" in why


def test_a_package_without_an_interval_shows_none(findings):
    packages = findings.packages.assign(low=float("nan"), high=float("nan"))
    first, second, _ = terminal.package_lines(packages)
    assert re.search(r"\(-?[\d.,]+ cases more\)\.$", first)
    assert re.search(r"\(-?[\d.,]+ cases fewer\)\.$", second)


def test_groups_are_named_with_their_sizes_and_what_they_have_otherwise(findings):
    table = terminal.tables(findings)[-1]
    assert table.headings[:3] == ("group", "of all people", "in base")
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows)[:3] == [
        *("girls and young women", "boys and young men"),
        "aged 10-12 when it begins for them",
    ]
    assert any(name == "childhood adversity, upper half" for name in rows)
    shares = [float(rows[sex][0].removesuffix(" %")) for sex in list(rows)[:2]]
    assert sum(shares) == pytest.approx(100, abs=1)
    everybody = findings.averted().query("outcome == 'new_cases'").iloc[0]
    rate = 1e5 * 2 * everybody["base"] / everybody["person_years"]
    of_sexes = [float(rows[sex][1].replace(",", "")) for sex in list(rows)[:2]]
    assert min(of_sexes) <= rate <= max(of_sexes)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (3.0, "3"), (0.123, "0.12"), (-4.56, "-4.6"), (45.67, "45.7"),
        (1234.5, "1,234"), (float("nan"), "-"),
    ],
)  # fmt: skip
def test_numbers_have_about_three_digits(value, text):
    assert format_number(value) == text
