"""Quantities: what is declared of them, and what is accepted, against what was published."""

import math
from pathlib import Path

import pytest

from abm.evidence import quantities as module
from abm.evidence.quantities import accepted_range, quantities, read_quantities
from abm.evidence.register import register
from abm.io.declarations import DeclarationError, toml_tables

TEXT = (Path(module.__file__).parent / module.QUANTITIES_FILE).read_text(encoding="utf-8")

PUBLISHED = {
    "ever-one-question": (17.1, 0.31, 7.6, 34.1),
    "past-year-one-question": (7.1, 0.76, 0.8, 42.4),
    "female-to-male-one-question": (2.70, 0.24, 1.12, 6.50),
    "ever-reviews": (17.2, 0.49, 7.2, 35.8),
    "dysregulation": (3.03, 0.60, 0.89, 10.3),
    "self-criticism": (0.38, 0.20, -0.04, 0.68),
}
"""Centre, spread and prediction interval, as meta-analysts found them with other programs."""
RANGES = {
    "past-year-list": (24.1, 46.5),
    "ever-one-question-nssi": (10.9, 27.6),
    "any-period-reviews": (16.0, 17.7),
    "past-year-reviews": (19.5, 23.2),
    "list-over-question": (2.07, 2.14),
    "female-to-male-reviews": (1.50, 2.89),
    "female-to-male-disorder": (4.0, 4.8),
    "any-help": (51.6, 61.7),
    "disorder": (6.7, 7.6),
    "students-ever": (17.0, 20.4),
    "maltreatment": (2.49, 3.42),
    "more-than-one-act": (50.0, 75.0),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_prediction_intervals_are_those_of_the_meta_analysts(name: str) -> None:
    accepted = accepted_range(quantities()[name], register().entries)
    numbers = (accepted.centre, accepted.spread, accepted.low, accepted.high)
    assert numbers == pytest.approx(PUBLISHED[name], rel=0.01, abs=0.02)


@pytest.mark.parametrize("name", RANGES)
def test_of_few_surveys_the_published_range_is_accepted_with_their_sampling_error(
    name: str,
) -> None:
    accepted = accepted_range(quantities()[name], register().entries)
    low, high = RANGES[name]
    values = [estimate.value for estimate in accepted.estimates]
    assert (min(values), max(values)) == pytest.approx((low, high), rel=0.02)
    assert accepted.low <= min(values) <= accepted.centre <= max(values) <= accepted.high
    assert math.isnan(accepted.spread)


def test_who_counts_overdoses_is_told_as_the_instruments_have_it() -> None:
    quantity = quantities()["female-to-male-one-question"]
    entries = [register().entries[name] for member in quantity.members for name in member.entries]
    instruments = register().instruments
    counting = [one.id for one in entries if instruments[one.instrument].poisoning == "yes"]
    *first, last = counting
    assert f"{', '.join(first)} and {last} count overdoses" in quantity.note


def test_a_figure_is_of_one_prediction_interval_at_most() -> None:
    names = [
        name
        for quantity in quantities().values()
        if quantity.accepts == "prediction interval"
        for name in quantity.entries
    ]
    assert len(names) == len(set(names))


def edited(name: str, before: str, after: str) -> str:
    start = TEXT.index(f"[{name}]")
    assert before in TEXT[start:]
    return TEXT[:start] + TEXT[start:].replace(before, after, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (edited("ever-reviews", '"E012"', '"E999"'), "ever-reviews: no entry E999"),
        (edited("ever-reviews", 'entry = "E001"', 'entry = "E002"'), "ever-reviews: .*no member"),
        (edited("disorder", 'why = "two surveys"\n', ""), "disorder: why: expected"),
        (edited("disorder", '["E055", "E056"]', "[]"), "disorder"),
        (edited("disorder", "published range", "prediction interval"), "disorder: why"),
        (edited("ever-one-question", "people = [2653]", "men = [2653]"), "ever-one-question"),
        (edited("disorder", 'scale = "log-odds"', 'scale = "odds"'), "disorder.scale"),
        (edited("past-year-list", "published = 46.5", "n = 46.5"), "past-year-list"),
        (edited("trial-arms", "people = [1088, 1088]", "people = [1088]"), "trial-arms.*people"),
    ],
)
def test_a_quantity_that_makes_no_sense_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as error:
        read_quantities(toml_tables(text, "quantities.toml"), register().entries, "quantities.toml")
    assert "\n" not in str(error.value)
