"""`nssi validate --uncertainty posterior`, with worlds that are made up instead of lived."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import made_up_posterior
import made_up_world
import numpy as np
import pytest
from typer.testing import CliRunner

from abm.cli import validate as command
from abm.cli.main import app
from abm.cli.validate import validate_command
from abm.evidence.evaluation import Worlds, judge
from abm.evidence.register import Study, register
from abm.evidence.verdict_table import DRAW_FIELDS, FIELDS, row_of
from abm.evidence.worlds import runs_of, scenario_of, validation_id, worlds_needed
from abm.io.messages import ScenarioError
from abm.report.html.writing import report_of
from abm.report.rendering import as_html
from abm.runs.options import RunOptions
from abm.scenario.draws import Draws, posterior_draws

SEEDS = (101, 103, 105)
Outcomes = dict[tuple[str, int], dict[str, float]]


def validate(out: Path, draws: Draws | None, look=made_up_world.look, **more) -> int:
    how = RunOptions(out=out, jobs=1, quiet=True, simulate=look, draws=draws, **more)
    return validate_command("baseline", SEEDS, 100, how)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A finished validation under the posterior that ships, and what its worlds lived."""
    out = tmp_path_factory.mktemp("validated")
    outcomes: Outcomes = {}

    def seen(scenario, seed, how):
        outcomes[how.meaning, seed] = dict(scenario.parameters)
        return made_up_world.look(scenario, seed, how)

    with patch("abm.report.figures.quantities.draw_quantities", lambda *_: []):
        assert validate(out, posterior_draws(), seen) == 0
    (folder,) = (out / "validate").iterdir()
    rows = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return SimpleNamespace(out=out, folder=folder, rows=rows, said=said, outcomes=outcomes)


def test_every_row_tells_where_draws_lie(done: SimpleNamespace) -> None:
    for row in done.rows:
        assert tuple(row) == (*FIELDS, *DRAW_FIELDS)
        assert 0 <= row["draws_inside"] <= row["draws"] <= len(SEEDS)
        assert (row["draws_low"] is None) == (row["draws"] < len(SEEDS)), row["id"]
        if row["draws_low"] is not None:
            assert row["draws_low"] <= row["draws_high"]
    answered = [row for row in done.rows if row["simulated"] is not None]
    assert sum(row["draws"] == len(SEEDS) for row in answered) > 0.9 * len(answered)
    with (done.folder / "evidence.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0])[-4:] == DRAW_FIELDS


def test_of_several_studies_each_tells_where_draws_lie(done: SimpleNamespace) -> None:
    parts = [part for row in done.rows for part in row["studies"]]
    assert parts
    assert all(set(DRAW_FIELDS) <= set(part) for part in parts)


def test_a_seed_lives_one_draw_in_every_world_and_no_two_seeds_the_same(
    done: SimpleNamespace,
) -> None:
    draws, worlds = posterior_draws(), register().worlds
    numbers = [draws.number(seed) for seed in SEEDS]
    assert len(set(numbers)) == len(SEEDS)
    for how in worlds.values():
        for seed, number in zip(SEEDS, numbers, strict=True):
            drawn = draws.posterior.at(number - 1)
            lived = done.outcomes[how.meaning, seed]
            for name, value in drawn.items():
                assert lived[name] == how.changes.get(name, value), (how.meaning, name)


def test_what_was_drawn_stands_in_run_json(done: SimpleNamespace) -> None:
    draws = posterior_draws()
    assert done.said["design"] == {"uncertainty": "posterior", "posterior": draws.hash}
    assert done.said["draws"] == {str(seed): draws.number(seed) for seed in SEEDS}
    assert set(done.said["values_of_draws"]) == {str(draws.number(seed)) for seed in SEEDS}
    asked = scenario_of(register().worlds["baseline"], "baseline", 100)
    assert done.said["scenario"] == asked.resolved()


def test_the_finished_one_is_shown_again_with_its_draws(done: SimpleNamespace, capsys) -> None:
    def never(*_: object) -> dict:
        raise AssertionError("lived again")

    assert validate(done.out, posterior_draws(), never) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "draws inside verdict" in shown
    assert "another draw of the fitted parameters, 3 draws in all" in shown


def test_the_report_says_it_and_how_to_repeat_it(done: SimpleNamespace) -> None:
    page = as_html(report_of(done.folder)).replace("\N{NO-BREAK SPACE}", " ")
    assert "3 draws in all" in page
    assert "95 % of draws" in page
    assert "accepted draws" in page
    assert (
        "nssi validate baseline --population 100 --uncertainty posterior --seeds 3"
        in page.replace("&#32;", " ")
    )
    assert posterior_draws().hash in page
    assert "every parameter has its default value; other worlds" not in page


def test_the_name_of_the_folder_holds_the_posterior(tmp_path: Path) -> None:
    chosen = register()
    worlds = worlds_needed(chosen, chosen.entries.values())
    first = made_up_posterior.written(tmp_path / "first")
    other = made_up_posterior.written(tmp_path / "other", made_up_posterior.posterior(20))
    names = {
        validation_id(chosen, runs_of(chosen, worlds, SEEDS, "baseline", 100, draws), draws)
        for draws in (None, first, other)
    }
    assert len(names) == 3


def test_what_a_run_sets_itself_is_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('extends = "baseline"\n[parameters]\nstressor_rate = 0.55\n')
    draws, chosen = made_up_posterior.written(tmp_path / "made"), register()
    for task in runs_of(chosen, ["baseline", "england"], SEEDS, str(path), 100, draws):
        assert task.scenario.parameters["stressor_rate"] == 0.55
        drawn = draws.posterior.at(draws.number(task.seed) - 1)
        assert task.scenario.parameters["urge_weight"] == drawn["urge_weight"]


def test_a_draw_that_a_scenario_cannot_have_is_refused_before_anything_is_lived(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trend.toml"
    path.write_text('extends = "baseline"\n[trends.stressor_rate]\n2015 = 1.0\n2020 = 4.3\n')
    last = made_up_posterior.posterior(12, [0.0] * 11 + [1.0])
    draws = made_up_posterior.written(tmp_path / "made", last)
    how = RunOptions(out=tmp_path / "out", quiet=True, draws=draws)
    with pytest.raises(ScenarioError, match=r"draw .* of the posterior"):
        validate_command(str(path), SEEDS, 100, how)
    assert not (tmp_path / "out").exists()


def made_up_people(shares: tuple[float, ...], count: int = 2000) -> dict[int, dict]:
    """Return tables of people by seed, of whom these shares have ever self-injured."""
    ages = np.full(count, 15.0)
    shuffled = np.random.default_rng(1).permutation(count)  # so that groups of people differ
    return {
        101 + 2 * place: {
            "people": {
                "person": np.arange(count),
                "age": ages,
                "ever": (shuffled < share * count).astype(float),
            }
        }
        for place, share in enumerate(shares)
    }


EVER = Study(statistic="percentage", of="ever", ages=(12, 18))
ENTRY = register().entries["P01"].model_copy(update={"study": (EVER,), "low": 15.0, "high": 20.0})


def judged(shares: tuple[float, ...]) -> dict:
    worlds = Worlds({"baseline": made_up_people(shares)}, is_drawn=True)
    return row_of(judge(ENTRY, worlds, worlds.of_single_seeds()), is_drawn=True)


def test_what_is_simulated_is_of_all_draws_together() -> None:
    row = judged((0.10, 0.20, 0.24))
    assert row["simulated"] == pytest.approx(18.0, abs=0.01)
    assert (row["draws_low"], row["draws_high"]) == (pytest.approx(10.0), pytest.approx(24.0))
    assert (row["draws_inside"], row["draws"], row["verdict"]) == (1, 3, "inside")


def test_a_vague_posterior_earns_no_better_verdict() -> None:
    sure, vague = judged((0.29, 0.30, 0.31)), judged((0.05, 0.15, 0.70))
    assert vague["simulated"] == pytest.approx(sure["simulated"], abs=0.01)
    assert vague["draws_low"] < 15.0 < 20.0 < vague["draws_high"]
    assert sure["verdict"] == vague["verdict"] == "outside"
    width = vague["simulated_high"] - vague["simulated_low"]
    assert width < 0.1 * (vague["draws_high"] - vague["draws_low"])


def test_a_draw_that_has_no_number_is_left_out_and_counted() -> None:
    lived = made_up_people((0.1, 0.2, 0.3, 0.4))
    lived[103]["people"]["age"] = np.full(2000, 9.0)  # nobody of an age that is asked
    worlds = Worlds({"baseline": lived}, is_drawn=True)
    row = row_of(judge(ENTRY, worlds, worlds.of_single_seeds()), is_drawn=True)
    assert row["draws"] == 3
    assert (row["draws_low"], row["draws_high"]) == (pytest.approx(10.0), pytest.approx(40.0))


def test_paired_worlds_are_paired_within_a_draw() -> None:
    study = Study(statistic="difference", of="ever", by="other", against="plain", per=100.0)
    shares = (0.10, 0.30, 0.50)
    lived = {
        "baseline": made_up_people(shares),
        "plain": made_up_people(tuple(share + 0.05 for share in shares)),
    }
    worlds = Worlds(lived, is_drawn=True)
    entry = ENTRY.model_copy(update={"study": (study,)})
    row = row_of(judge(entry, worlds, worlds.of_single_seeds()), is_drawn=True)
    assert row["simulated"] == pytest.approx(5.0, abs=0.1)
    assert (row["draws_low"], row["draws_high"]) == (
        pytest.approx(5.0, abs=0.1),
        pytest.approx(5.0, abs=0.1),
    )


@pytest.mark.parametrize(
    ("words", "seeds", "people"),
    [
        ([], [101, 102, 103, 104], 10_000),
        (["--uncertainty", "chance", "--seeds", "2"], [101, 102], 10_000),
        (["--uncertainty", "posterior"], list(range(101, 133, 2)), 2_500),
        (
            ["--uncertainty", "posterior", "--seeds", "3", "--seed", "151", "--population", "90"],
            [151, 153, 155],
            90,
        ),
    ],
)
def test_the_command_chooses_seeds_that_have_each_a_draw(
    words: list[str], seeds: list[int], people: int, monkeypatch, tmp_path: Path
) -> None:
    asked = {}

    def kept(baseline, chosen, population, how, judged) -> int:
        asked.update(seeds=list(chosen), people=population, draws=how.draws)
        return 0

    monkeypatch.setattr(command, "validate_command", kept)
    found = CliRunner().invoke(app, ["validate", *words, "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert (asked["seeds"], asked["people"]) == (seeds, people)
    assert (asked["draws"] is not None) == ("posterior" in words)
