"""The register: every claim stands in it, few figures are fitted, wrong files are refused."""

import pytest
from made_up_world import look

from abm.evidence.evaluation import Worlds, judge
from abm.evidence.register import MOST_FITTED, Entry, read_register, register
from abm.evidence.worlds import run_worlds, runs_of, worlds_needed
from abm.parameters import DeclarationError

WORLDS = '[baseline]\nmeaning = "All."\n'
GOOD = """
[P01]
statement = "Some do."
source = "Somebody"
year = 2000
kind = "level"
use = "predicted"
low = 1
high = 2
interval = "published"
study = { statistic = "percentage", of = "ever" }
"""


def entries() -> list[Entry]:
    return list(register().entries.values())


def test_every_claim_of_the_paper_stands_in_it() -> None:
    claims = [entry.id for entry in entries() if entry.id.startswith("P")]
    assert sorted(claims) == [f"P{number:02d}" for number in range(1, 82)]


def test_enough_is_answerable() -> None:
    answerable = [entry.id for entry in entries() if entry.is_answerable]
    assert sum(name.startswith("P") for name in answerable) >= 70
    assert sum(name.startswith("E") for name in answerable) >= 40


def test_few_figures_are_fitted() -> None:
    assert len(register().fitted_figures()) <= MOST_FITTED
    assert register().entries["P02"].counts_with == "P01"
    for entry in entries():
        if entry.counts_with is not None:
            assert register().entries[entry.counts_with].counts_with is None, entry.id
            assert entry.use == register().entries[entry.counts_with].use == "fitted"


def test_every_study_finds_what_it_names() -> None:
    """No expression of the register names a column that its table lacks."""
    needed = worlds_needed(register(), entries())
    assert set(needed) == set(register().worlds)
    runs = runs_of(register(), needed, [1, 2], "baseline", 100, observe=look)
    worlds = Worlds(run_worlds(runs, 1, lambda line: None))
    for entry in entries():
        simulated = judge(entry, worlds).simulated
        assert all(number.rows > 0 for number in simulated), entry.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("low = 1", "low = 3", "low below high"),
        ('"level"', '"height"', "kind"),
        ('of = "ever"', 'of = "ever("', "not an expression"),
        ('"percentage"', '"percent"', "statistic: expected one of"),
        ('"percentage"', '"ratio"', "by: needed"),
        ("interval", "intervall", "intervall"),
        ('"predicted"', '"not answerable"', "why_not"),
        ('"percentage", of', '"percentage", world = "mars", of', "no world mars"),
        ("high = 2", 'high = 2\nclose_to = "P99"', "no entry P99"),
        ("[P01]", "[P01", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert read_register({"a.toml": GOOD}, WORLDS).entries["P01"].low == 1
    with pytest.raises(DeclarationError, match=said):
        read_register({"a.toml": GOOD.replace(old, new)}, WORLDS)


def test_nothing_stands_in_it_twice() -> None:
    with pytest.raises(DeclarationError, match=r"b\.toml: P01: stands in the register twice"):
        read_register({"a.toml": GOOD, "b.toml": GOOD}, WORLDS)
