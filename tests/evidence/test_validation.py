"""`nssi evidence` and `nssi validate`, with worlds that are made up instead of lived."""

import json
from pathlib import Path

import made_up_world
import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.evidence.listing import as_lines, as_object, find_entry
from abm.evidence.reference import page
from abm.evidence.register import register
from abm.evidence.rows import FIELDS
from abm.evidence.validation import HowToValidate, validate_command
from abm.evidence.verdicts import VERDICTS
from abm.scenario_files import ScenarioError


def validate(out: Path, **more) -> int:
    how = HowToValidate(out=out, jobs=1, quiet=True, look=made_up_world.look, **more)
    return validate_command("baseline", [101, 102, 103, 104], 100, how)


def test_it_writes_a_table_a_figure_and_what_was_lived(tmp_path: Path, capsys) -> None:
    assert validate(tmp_path, as_json=True) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(register().entries)
    for row in rows:
        assert tuple(row) == FIELDS
        assert row["verdict"] in VERDICTS
        assert (row["simulated"] is None) == (row["use"] == "not answerable"), row["id"]
    (folder,) = (tmp_path / "validate").iterdir()
    lines = (folder / "evidence.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[:3] == ["id", "use", "kind"]
    assert (folder / "figures" / "verdicts_at_a_glance.png").stat().st_size > 10_000
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["seeds"] == [
        101,
        102,
        103,
        104,
    ]


def test_what_is_finished_is_not_lived_again(tmp_path: Path, capsys) -> None:
    assert validate(tmp_path) == 0
    first = capsys.readouterr().out
    how = HowToValidate(out=tmp_path, jobs=1, quiet=True, look=_never)
    assert validate_command("baseline", [101, 102, 103, 104], 100, how) == 0
    assert capsys.readouterr().out == first
    assert "claims, and" in first


def test_a_killed_one_goes_on_with_the_worlds_that_are_left(tmp_path: Path, capsys) -> None:
    assert validate(tmp_path / "whole", as_json=True) == 0
    whole = capsys.readouterr().out
    seen: list[tuple[str, int]] = []

    def interrupted(scenario, seed, how):
        if len(seen) == 20:
            raise KeyboardInterrupt
        seen.append((how.meaning, seed))
        return made_up_world.look(scenario, seed, how)

    how = HowToValidate(out=tmp_path / "part", jobs=1, quiet=True, look=interrupted)
    assert validate_command("baseline", [101, 102, 103, 104], 100, how) == 130
    (damaged, *_) = (tmp_path / "part").rglob("lived/*.npz")
    damaged.write_bytes(b"half of it")
    again: list[tuple[str, int]] = []

    def counted(scenario, seed, how):
        again.append((how.meaning, seed))
        return made_up_world.look(scenario, seed, how)

    how = HowToValidate(out=tmp_path / "part", jobs=1, quiet=True, look=counted, as_json=True)
    assert validate_command("baseline", [101, 102, 103, 104], 100, how) == 0
    assert capsys.readouterr().out == whole
    assert len(set(again) & set(seen)) == 1
    assert not list((tmp_path / "part").rglob("lived"))


def _never(*_: object) -> dict:
    raise AssertionError("lived again")


def test_a_world_that_fails_is_one_line_and_exit_1(tmp_path: Path, capsys) -> None:
    how = HowToValidate(out=tmp_path, jobs=1, quiet=True, look=_never)
    assert validate_command("baseline", [1], 100, how) == 1
    assert capsys.readouterr().err == "nssi: a world failed: AssertionError: lived again\n"
    assert not any(tmp_path.iterdir())


def test_an_unknown_scenario_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError):
        validate_command("nowhere", [1], 100, HowToValidate(out=tmp_path))
    assert not any(tmp_path.iterdir())


def test_the_list_and_one_entry() -> None:
    runner = CliRunner()
    listed = runner.invoke(app, ["evidence", "--json"])
    assert listed.exit_code == 0
    assert len(json.loads(listed.stdout)) == len(register().entries)
    assert "17 of 19 studies" in runner.invoke(app, ["evidence", "P61"]).stdout
    assert json.loads(runner.invoke(app, ["evidence", "p61", "--json"]).stdout)["id"] == "P61"
    with pytest.raises(ScenarioError, match="did you mean 'P61'"):
        find_entry("P611")


def test_every_entry_can_be_told() -> None:
    for entry in register().entries.values():
        assert json.loads(json.dumps(as_object(entry), allow_nan=False))["id"] == entry.id
        assert all(words for _, words in as_lines(entry))


def test_the_page_is_made_from_the_register() -> None:
    written = Path(__file__).parents[2] / "docs" / "evidence.md"
    assert written.read_text(encoding="utf-8") == page()
