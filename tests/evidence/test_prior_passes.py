"""`nssi validate --uncertainty prior`, and how many draws pass, with worlds that are made up."""

import json
import shutil
from pathlib import Path
from unittest.mock import patch

import made_up_world
import pandas as pd
import pytest
from typer.testing import CliRunner

from abm.cli import validate as command
from abm.cli.main import app
from abm.cli.validate import validate_command
from abm.evidence.prior_passes import main, passes_in
from abm.evidence.selection import choose
from abm.evidence.worlds import FIRST_SEED, STANDARDS
from abm.io.messages import InputError
from abm.report.html.writing import report_of
from abm.report.rendering import as_html
from abm.runs.options import RunOptions
from abm.scenario.draws import prior_draws

SEEDS = (101, 103, 105)
SOME = "P01,P11,P33,E001,E005,E034,E036,E081,E147"
"""Of all kinds: alone, of several studies, members of quantities, in other worlds."""


def validate(out: Path, look=made_up_world.look) -> int:
    options = RunOptions(out=out, jobs=1, quiet=True, simulate=look, draws=prior_draws())
    with patch("abm.report.figures.quantities.draw_quantities", lambda *_: []):
        return validate_command("baseline", SEEDS, 100, options, choose(SOME))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished validation of the prior."""
    out = tmp_path_factory.mktemp("validated")
    assert validate(out) == 0
    (done,) = (out / "validate").iterdir()
    return done


def test_every_answered_entry_and_quantity_has_its_draws_counted(folder: Path) -> None:
    table = passes_in(folder).set_index("id")
    assert table.index.is_unique
    assert ((table.passed >= 0) & (table.passed <= table.draws)).all()
    assert ((table.draws > 0) & (table.draws <= len(SEEDS))).all()
    for name in ("quantities", "evidence"):
        rows = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert {row["id"] for row in rows if row["draws"]} <= set(table.index)


def test_a_quantity_of_several_studies_is_passed_by_draws_that_pass_all(folder: Path) -> None:
    rows = json.loads((folder / "quantities.json").read_text(encoding="utf-8"))
    table = passes_in(folder).set_index("id")
    for row in rows:
        if row["draws"]:
            assert table.passed[row["id"]] == row["draws_inside"], row["id"]


def test_the_table_is_written(folder: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "passes.csv"
    main([str(folder)], path)
    pd.testing.assert_frame_equal(pd.read_csv(path), passes_in(folder).reset_index(drop=True))
    assert str(path) in capsys.readouterr().out


def test_what_was_drawn_from_stands_in_run_json_and_in_the_report(folder: Path) -> None:
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert about["design"].items() >= prior_draws().design.items()
    assert about["draws"] == {str(seed): prior_draws().number(seed) for seed in SEEDS}
    page = as_html(report_of(folder)).replace("\N{NO-BREAK SPACE}", " ").replace("&#32;", " ")
    assert "nssi validate baseline --population 100 --uncertainty prior" in page
    assert "drawn from the prior" in page


def test_another_folder_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    about = json.loads((other / "run.json").read_text(encoding="utf-8"))
    about["design"]["uncertainty"] = "posterior"
    (other / "run.json").write_text(json.dumps(about))
    for path, why in ((other, "--uncertainty prior"), (tmp_path / "none", "cannot read")):
        with pytest.raises(InputError, match=why):
            passes_in(path)
        with pytest.raises(SystemExit) as left:
            main([str(path)], tmp_path / "passes.csv")
        assert "\n" not in str(left.value)
    assert not (tmp_path / "passes.csv").exists()


def test_draws_that_were_run_before_it_broke_off_are_not_run_again(tmp_path: Path) -> None:
    seeds: list[int] = []
    is_broken = True

    def look(scenario, seed, studied):
        if is_broken and seed == SEEDS[-1]:
            raise ValueError("broken off")
        seeds.append(seed)
        return made_up_world.look(scenario, seed, studied)

    assert validate(tmp_path, look) != 0
    assert set(seeds) == set(SEEDS[:-1])
    seeds.clear()
    is_broken = False
    assert validate(tmp_path, look) == 0
    assert set(seeds) == {SEEDS[-1]}


def test_the_command_takes_the_prior_and_its_own_numbers(monkeypatch, tmp_path: Path) -> None:
    asked = {}

    def noted(scenario, seeds, people, options, judged):
        asked.update(seeds=list(seeds), people=people, kind=options.draws.kind)
        return 0

    monkeypatch.setattr(command, "validate_command", noted)
    given = ["validate", "--uncertainty", "prior", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, given).exit_code == 0
    standard = STANDARDS["prior"]
    assert asked["seeds"][:2] == [FIRST_SEED, FIRST_SEED + standard.step]
    assert (len(asked["seeds"]), asked["people"]) == (standard.seeds, standard.population)
    assert asked["kind"] == "prior"


def test_other_commands_do_not_know_the_prior() -> None:
    answer = CliRunner().invoke(app, ["run", "baseline", "--uncertainty", "prior"])
    assert answer.exit_code == 2
