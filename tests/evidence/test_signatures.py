"""Signatures: what is asked of each is judged by both ends of its interval between seeds."""

import math

import made_up_world
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.evaluation import Worlds, value_of
from abm.evidence.register import read_register, register
from abm.evidence.selection import only
from abm.evidence.signatures import FIELDS, holds, over_seeds, signature_parts, signature_rows
from abm.evidence.worlds import observe_worlds, runs_of, tables_in, worlds_needed
from abm.io.declarations import DeclarationError
from abm.report.signatures import SIGNATURES, signature_section

NUMBERS = st.floats(-10, 10)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_what_is_asked_holds_by_both_ends_or_is_not_known(a, b, c, d) -> None:
    asked, ends = sorted((a, b)), sorted((c, d))
    answer = holds((asked[0], asked[1]), ends)
    inside = [asked[0] <= end <= asked[1] for end in ends]
    assert (answer == "yes") == all(inside)
    assert answer != "no" or not any(inside)
    assert holds((asked[0], math.inf), ends) == (
        "yes" if asked[0] <= ends[0] else "no" if ends[1] < asked[0] else "not known"
    )
    assert holds((-math.inf, math.inf), ends) == ""
    assert holds((asked[0], asked[1]), (math.nan, math.nan)) == "not known"


@given(st.lists(st.floats(0.1, 9), min_size=2, max_size=6))
def test_ratios_go_by_their_logarithms_and_agreement_by_itself(ratios: list[float]) -> None:
    together = over_seeds(np.array([*ratios, math.nan]), (0.0, math.inf))
    turned = over_seeds(1.0 / np.array(ratios), (0.0, math.inf))
    assert together.value == pytest.approx(1.0 / turned.value)
    assert together.seeds == len(ratios)
    assert min(ratios) <= together.value * 1.0000001
    alike = over_seeds(np.full(3, 15.0), (-math.inf, math.inf))
    assert (alike.ends, math.isnan(alike.low)) == ((15.0, 15.0), True)


def made_up_worlds() -> Worlds:
    asked = only(register(), "signatures")
    tables: dict[str, dict] = {}
    for run in runs_of(asked, worlds_needed(asked, asked.asked), [1, 2, 3], "baseline", 50):
        tables.setdefault(run.world, {})[run.seed] = made_up_world.look(
            run.scenario, run.seed, run.studied
        )
    return Worlds(tables)


def test_every_signature_has_a_row_with_the_value_of_its_seeds() -> None:
    asked, worlds = only(register(), "signatures"), made_up_worlds()
    rows = signature_rows(asked, worlds)
    assert [(row["id"], row["part"]) for row in rows] == [
        (one.id, part) for one, part, _ in signature_parts(asked)
    ]
    assert all(tuple(row) == FIELDS for row in rows)
    by_id = {row["id"]: row for row in rows}
    (study,) = asked.signatures["reproduction"].study
    values = [value_of(study, seed) for seed in worlds.of_single_seeds()]
    assert by_id["reproduction"]["value"] == pytest.approx(np.exp(np.log(values).mean()))
    both, selection = (by_id[name]["value"] for name in ("friends-both", "friends-selection"))
    assert by_id["friends-beyond-selection"]["value"] == pytest.approx(both / selection)
    section = signature_section(SIGNATURES.validate_python(rows))
    assert len(section.parts[1].rows) == len(rows)
    assert "signature results asked for" in section.parts[0]


def test_signatures_are_done_with_all_or_when_asked_for_by_name() -> None:
    assert register().signatures
    assert not only(register(), "P40").signatures
    assert only(register(), "P62,signatures").signatures == register().signatures


def test_studies_of_friends_find_their_columns() -> None:
    """In few people of two worlds that begin alike; a column that is not there would be refused."""
    asked = only(register(), "signatures")
    runs = runs_of(asked, ["friends-both", "generation"], [3], "baseline", 40)
    tables = dict(
        zip([run.world for run in runs], map(tables_in, observe_worlds(runs)), strict=True)
    )
    worlds = Worlds({name: {3: own} for name, own in tables.items()})
    for _, _, study in signature_parts(asked):
        if study is not None and study.world in tables:
            value_of(study, worlds)
    assert tables["generation"]["generation"]["known"].shape == (3,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('entry = "P1"', "there is no entry P1"),
        ("low = 1", "expected one of study, entry and ratio_of"),
        ('ratio_of = ["x", "y"]', "there is no signature x"),
        ('study = { statistic = "mean", of = "ever" }\nlow = 1', "asked_by"),
        ('study = { world = "there", statistic = "mean", of = "ever" }', "there is no world there"),
    ],
)
def test_what_a_signature_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        read_register({}, "", "", f'[one]\nstatement = "S"\nunit = "u"\n{text}')
