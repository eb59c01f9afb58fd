"""Some of the register: `nssi validate --only` and `nssi evidence --only`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from abm.cli.main import app
from abm.evidence.quantities import quantities
from abm.evidence.register import register
from abm.evidence.selection import GROUPS, only
from abm.evidence.worlds import worlds_needed
from abm.io.messages import InputError

WORDS = [*quantities(), *(word for word in GROUPS if word != "own")]


@given(st.lists(st.sampled_from([*WORDS, *register().entries]), min_size=1, max_size=4))
def test_what_is_chosen_by_several_names_is_what_one_of_them_means(names: list[str]) -> None:
    chosen = only(register(), ",".join(names))
    of_one: set[str] = set().union(*(only(register(), name).entries for name in names))
    assert list(chosen.entries) == [name for name in register().entries if name in of_one]


@pytest.mark.parametrize(("one", "other"), [("claims", "figures")])
def test_two_words_part_the_register(one: str, other: str) -> None:
    parts = [only(register(), word).entries.keys() for word in (one, other)]
    assert not parts[0] & parts[1]
    assert parts[0] | parts[1] == register().entries.keys()


def test_no_world_is_changed_for_what_the_baseline_answers() -> None:
    chosen = only(register(), "baseline")
    assert worlds_needed(register(), chosen.entries.values()) == ["baseline", "watched"]
    assert only(register(), "p62,P62 ").entries.keys() == {"P62"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("P611", "did you mean 'P61'"),
        ("P01,claim", "did you mean 'claims'"),
        ("own", "no entry that is 'own'"),
        (" , ", "expected identifiers, or some of claims"),
        ("x" * 300, "there is no claim"),
    ],
)
def test_what_stands_for_nothing_is_refused(names: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        only(register(), names)


def test_the_list_shows_only_what_is_asked_for() -> None:
    listed = CliRunner().invoke(app, ["evidence", "--only", "P61,e006", "--json"])
    assert [entry["id"] for entry in json.loads(listed.stdout)] == ["P61", "E006"]
