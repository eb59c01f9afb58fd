"""The register: every claim stands in it, few figures are fitted, wrong files are refused."""

import math
import re

import pytest
from made_up_world import look

from abm.evidence.evaluation import Worlds, judge
from abm.evidence.register import (
    MOST_FITTED,
    SETTINGS,
    Entry,
    Study,
    bounds_of,
    read_register,
    register,
)
from abm.evidence.worlds import run_worlds, runs_of, worlds_needed
from abm.parameters import DeclarationError

WORLDS = '[baseline]\nmeaning = "All."\n'
INSTRUMENTS = """
[survey]
kind = "single item"
asks = "Whether one ever did."
intent = "any"
poisoning = "unclear"
ages = [12, 17]
frame = "pupils"
mode = "self-completion"
period = "lifetime"
years = "2000"
country = "England"
sure = "read"
seen = "the report"
[year]
like = "survey"
period = "past year"
[theory]
kind = "none"
asks = "A law of the model."
"""
GOOD = """
[P01]
statement = "Some do."
source = "Somebody"
year = 2000
instrument = "year"
kind = "level"
use = "predicted"
published = 1.5
low = 1
high = 2
interval = "published"
study = { statistic = "percentage", of = "ever" }
"""

QUESTION = {"list": "list", "either": "either"}
QUESTION |= dict.fromkeys(("single item", "interview"), "single item")
ANSWERS = re.compile(r"\b(ever|acts|past_year_acts)\b")
ALL_AGES = (10, 25)
NOT_ANSWERABLE = {
    *("P13", "P15", "P19", "P20", "P21", "P22", "P24"),
    *("P25", "P26", "P36", "P61", "P65", "P66"),
}
"""Claims on deaths, thoughts, methods, other patients, presentations of any intent, and studies."""
FURTHER = {
    *(*range(1, 20), 22, 23, 28, 29, 37, *range(42, 60), *range(66, 86), *range(87, 93)),
    *(*range(97, 107), *range(111, 121)),
}
"""Numbers of the figures that were collected when the defaults were already chosen."""
SHIPPED_YEARS = range(2000, 2015)
NOT_IN_WAVES = {"E028", "E037", "E094"}
"""Ask for what yearly waves of England do not hold: the last bout, every bout, and motives."""


def entries() -> list[Entry]:
    return list(register().entries.values())


def asks(study: Study) -> bool:
    """Return whether what people say of themselves enters a study."""
    read = [study.of, study.by, study.given, study.where, *study.than, SETTINGS[study.setting]]
    has_answers = any(ANSWERS.search(expression) for expression in read if expression)
    return has_answers and study.table in ("people", "leavers", "waves")


def test_every_claim_of_the_paper_stands_in_it() -> None:
    claims = [entry.id for entry in entries() if entry.id.startswith("P")]
    assert sorted(claims) == [f"P{number:02d}" for number in range(1, 82)]


def test_enough_is_answerable() -> None:
    answerable = [entry.id for entry in entries() if entry.is_answerable]
    claims = {entry.id for entry in entries() if entry.id.startswith("P")}
    assert claims - set(answerable) == NOT_ANSWERABLE
    assert sum(name.startswith("E") for name in answerable) >= 40


def test_every_further_figure_stands_in_it_and_none_is_fitted() -> None:
    further = [entry for entry in entries() if entry.id.startswith("N")]
    assert {int(entry.id[1:]) for entry in further} == FURTHER
    assert all(entry.use != "fitted" for entry in further)


def test_only_what_has_no_published_size_is_judged_by_its_side() -> None:
    for entry in entries():
        if entry.is_answerable and entry.published is not None:
            for study in entry.study:
                assert all(map(math.isfinite, bounds_of(entry, study))), entry.id


def test_figures_of_england_are_asked_in_england_and_in_their_years() -> None:
    for entry in entries():
        instrument = register().instruments[entry.instrument]
        years = {int(year) for year in re.findall(r"\d{4}", instrument.years)}
        shipped = instrument.country.startswith("England") and years <= set(SHIPPED_YEARS)
        if entry.use in {"in view", "predicted"} and shipped and entry.id not in NOT_IN_WAVES:
            for study in entry.study:
                assert (study.world, study.table) == ("england", "waves"), entry.id
                asked = {int(year) for year in re.findall(r"year == (\d{4})", study.where or "")}
                assert asked <= years, entry.id


def test_few_figures_are_fitted() -> None:
    assert len(register().fitted_figures()) <= MOST_FITTED
    assert register().entries["P02"].counts_with == "P01"
    for entry in entries():
        if entry.counts_with is not None:
            assert register().entries[entry.counts_with].counts_with is None, entry.id
            assert entry.use == register().entries[entry.counts_with].use == "fitted"


def test_every_study_finds_what_it_names() -> None:
    """No expression of the register names a column that its table lacks."""
    needed = worlds_needed(register(), register().asked)
    assert set(needed) == set(register().worlds)
    runs = runs_of(register(), needed, [1, 2], "baseline", 100, observe=look)
    worlds = Worlds(run_worlds(runs, 1, lambda line: None))
    for entry in entries():
        simulated = judge(entry, worlds).simulated
        assert all(number.people > 0 for number in simulated), entry.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("low = 1", "low = 3", "low below high"),
        ("high = 2\n", "", "expected both, as a size is published"),
        ('"level"', '"height"', "kind"),
        ('of = "ever"', 'of = "ever("', "not an expression"),
        ('"percentage"', '"percent"', "statistic: expected one of"),
        ('"percentage"', '"ratio"', "by: needed"),
        ("interval", "intervall", "intervall"),
        ('"predicted"', '"not answerable"', "why_not"),
        ('"percentage", of', '"percentage", world = "mars", of', "no world mars"),
        ("high = 2", 'high = 2\nclose_to = "P99"', "no entry P99"),
        ("[P01]", "[P01", "not valid TOML"),
        ('instrument = "year"', "", "P01: lacks instrument"),
        ('instrument = "year"', 'instrument = "list"', "P01: there is no instrument list"),
        ('instrument = "year"', 'instrument = "theory"', "P01: a published figure needs what was"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert read_register({"a.toml": GOOD}, WORLDS, INSTRUMENTS).entries["P01"].low == 1
    with pytest.raises(DeclarationError, match=said):
        read_register({"a.toml": GOOD.replace(old, new)}, WORLDS, INSTRUMENTS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('seen = "the report"', "", "survey: lacks seen"),
        ('"read"', '"sure"', "survey.sure: expected 'read', 'known' or 'guess'"),
        ('"single item"', '"question"', "survey.kind: expected 'single item', 'list'"),
        ('like = "survey"', 'like = "theory"', "year: no instrument theory above it"),
        ("ages = [12, 17]", "ages = [12]", r"survey\.ages"),
        ("frame", "fame", "survey.fame: there is no such field"),
    ],
)
def test_what_is_wrong_with_an_instrument_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=f"instruments.toml: {said}"):
        read_register({"a.toml": GOOD}, WORLDS, INSTRUMENTS.replace(old, new))


def test_an_instrument_is_like_another_but_for_what_it_says() -> None:
    read = read_register({"a.toml": GOOD}, WORLDS, INSTRUMENTS).instruments
    assert (read["year"].period, read["survey"].period) == ("past year", "lifetime")
    assert read["year"].seen == "the report"


def test_what_cites_a_study_says_what_that_study_asked() -> None:
    """Every figure of another study, and every claim that cites one, has an instrument seen."""
    known = register().instruments
    for entry in entries():
        cites = entry.id[0] in "ENR" or "citing" in entry.section or entry.published is not None
        if cites and entry.is_answerable:
            assert known[entry.instrument].kind != "none", entry.id
            assert known[entry.instrument].seen, entry.id
    assert set(known) == {entry.instrument for entry in entries()}


def test_a_study_asks_what_its_source_asked() -> None:
    """Wherever an answer enters, the question is that of the instrument; so is who asks it."""
    for entry in entries():
        instrument = register().instruments[entry.instrument]
        if entry.use != "fitted" and instrument.kind in QUESTION:
            for study in filter(asks, entry.study):
                assert study.asked.question == QUESTION[instrument.kind], entry.id
                is_spoken = instrument.mode == "face to face"
                assert (study.asked.mode == "face to face") == is_spoken, entry.id


def test_nobody_is_asked_whom_the_source_did_not_ask() -> None:
    for entry in entries():
        ages = register().instruments[entry.instrument].ages
        if entry.use != "fitted" and ages is not None and entry.id[0] in "ENR":
            people = [study for study in entry.study if study.table == "people"]
            asked = [study.ages for study in people if study.ages != ALL_AGES]
            assert all(ages[0] <= first <= last <= ages[1] for first, last in asked), entry.id


def test_nothing_stands_in_it_twice() -> None:
    with pytest.raises(DeclarationError, match=r"b\.toml: P01: stands in the register twice"):
        read_register({"a.toml": GOOD, "b.toml": GOOD}, WORLDS, INSTRUMENTS)
