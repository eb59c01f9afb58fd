"""Trends are solved for from all figures together, with a response that is made up."""

import math

import made_up_world
import numpy as np
import pytest

from abm.evidence.scales import off_scale, on_scale
from abm.experiments.calibration.trends import (
    Respond,
    distance,
    figure_rows,
    simulated,
    solve,
    trend_lines,
    trend_problems,
)
from abm.io.declarations import toml_tables

ENGLAND = trend_problems()["england"]
ENTRIES = ENGLAND.asked().entries
TRUE = np.array([0.5, 0.2, 0.7, 1.6])
EFFECTS = np.array(
    [[1, 0.8, 0, 0], [0, 0.1, 0.5, 0.4], [0, 0.2, 0.5, 0.6], [0, 1, 0, 0], [0, 0.3, 0.8, 0]]
)


def response(misses: dict[str, float]) -> Respond:
    """Return figures that follow the logarithms of multipliers; at `TRUE` they miss by this."""

    def respond(multipliers) -> dict[str, float]:
        moved = EFFECTS @ (np.log(multipliers) - np.log(TRUE))
        return {
            name: off_scale(
                on_scale(entry.published or 0.0, "log-odds") + by + misses.get(name, 0.0),
                "log-odds",
            )
            for (name, entry), by in zip(ENTRIES.items(), moved, strict=True)
        }

    return respond


def test_figures_that_can_all_be_met_are() -> None:
    solved = solve(ENGLAND, response({}))
    assert all(row[5] == "inside" for row in figure_rows(ENGLAND, solved))
    assert np.log(solved.multipliers) == pytest.approx(np.log(TRUE), abs=0.3)
    assert solved.at_start != solved.solved


def test_what_cannot_be_met_is_outside_and_misses_are_shared() -> None:
    """Two figures of one survey that ask for opposite things: neither is met, none is given up."""
    solved = solve(ENGLAND, response({"P09": 2.0, "E092": -2.0}))
    by_id = {row[0]: row for row in figure_rows(ENGLAND, solved)}
    assert {by_id["P09"][5], by_id["E092"][5]} == {"outside"}
    above, below = (distance(ENTRIES[name], solved.solved[name]) for name in ("P09", "E092"))
    assert above > 0 > below


def test_multipliers_stay_within_their_ranges() -> None:
    solved = solve(ENGLAND, response({"E034": 9.0, "P08": -9.0}))
    for one, factor in zip(ENGLAND.multipliers, solved.multipliers, strict=True):
        assert one.range[0] * 0.999 <= factor <= one.range[1] * 1.001


def test_what_is_printed_can_stand_in_the_file_of_a_scenario() -> None:
    trends = toml_tables("\n".join(trend_lines(ENGLAND, TRUE.tolist())), "x")["trends"]
    assert trends["survey_willingness"] == {"2000": 0.5}
    assert trends["awareness_rate"] == {"2000": 0.2, "2008": 0.7, "2014": 1.6}


def test_worlds_have_the_multipliers_and_every_figure_a_number() -> None:
    seen: list[dict] = []

    def look(scenario, seed, studied):
        seen.append(scenario.trends)
        return made_up_world.look(scenario, seed, studied)

    figures = simulated(ENGLAND, 100, [1, 2], observe=look)(TRUE.tolist())
    assert figures.keys() == ENTRIES.keys()
    assert all(map(math.isfinite, figures.values()))
    assert len(seen) == 2
    assert all(trends["awareness_rate"][2008] == 0.7 for trends in seen)


def test_a_figure_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="P08: came out as nan"):
        distance(ENTRIES["P08"], math.nan)
