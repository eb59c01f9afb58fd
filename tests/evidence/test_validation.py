"""`nssi evidence` and `nssi validate`, with worlds that are made up instead of lived."""

import contextlib
import csv
import dataclasses
import io
import json
import shutil
from hashlib import sha256
from pathlib import Path

import made_up_world
import numpy as np
import pytest
from typer.testing import CliRunner

from abm.cli.main import app
from abm.cli.validate import finished, validate_command
from abm.evidence.listing import as_lines, as_object, find_entry
from abm.evidence.quantity_members import quantities_judged
from abm.evidence.register import register
from abm.evidence.verdict_table import FIELDS
from abm.evidence.verdicts import VERDICTS
from abm.evidence.worlds import WorldError, WorldRun, run_worlds, runs_of
from abm.io.files import arrays_bytes
from abm.io.messages import InputError
from abm.runs.options import RunOptions
from abm.runs.result_store import KeptResult, store_below
from docs.make.evidence import page


def validate(out: Path, **more) -> int:
    how = RunOptions(out=out, jobs=1, quiet=True, simulate=made_up_world.look, **more)
    return validate_command("baseline", [101, 102, 103, 104], 100, how)


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Path, str]:
    """Return where validations go, with one that is finished, and what it printed."""
    out, printed = tmp_path_factory.mktemp("whole"), io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert validate(out) == 0
    return out, printed.getvalue()


@pytest.fixture(scope="module")
def whole(first: tuple[Path, str]) -> Path:
    """Return the folder of all validations, with one that is finished."""
    return first[0] / "validate"


def test_it_writes_a_table_a_figure_and_what_was_lived(first: tuple[Path, str], capsys) -> None:
    out, _ = first
    assert validate(out, as_json=True) == 0
    printed = json.loads(capsys.readouterr().out)
    (folder,) = (out / "validate").iterdir()
    for name in ("evidence", "quantities", "signatures"):  # the verdict is on quantities
        assert printed[name] == json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert [row["id"] for row in printed["evidence"]] == list(register().entries)
    quantities = quantities_judged(register())
    for row in printed["evidence"]:
        assert tuple(row) == FIELDS
        assert row["verdict"] in VERDICTS
        assert (row["simulated"] is None) == (row["use"] == "not answerable"), row["id"]
        assert row["quantity"] in quantities or row["use"] == "not answerable"
    with (folder / "quantities.csv").open(encoding="utf-8") as file:
        assert [row["id"] for row in csv.DictReader(file)] == list(quantities)
    lines = (folder / "evidence.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[:3] == ["id", "use", "kind"]
    assert (folder / "figures" / "quantities_by_size.png").stat().st_size > 10_000
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["seeds"] == [
        101,
        102,
        103,
        104,
    ]


def test_what_is_finished_is_not_run_again(first: tuple[Path, str], capsys) -> None:
    out, printed = first
    how = RunOptions(out=out, jobs=1, quiet=True, simulate=_never)
    assert validate_command("baseline", [101, 102, 103, 104], 100, how) == 0
    assert capsys.readouterr().out == printed
    assert "the median factor of error" in " ".join(printed.split())
    assert "Beyond a factor of 2, and why" in printed


def _never(*_: object) -> dict:
    raise AssertionError("lived again")


def test_a_world_that_fails_is_one_line_and_exit_1(tmp_path: Path, capsys) -> None:
    how = RunOptions(out=tmp_path, jobs=1, quiet=True, simulate=_never)
    assert validate_command("baseline", [1], 100, how) == 1
    error = capsys.readouterr().err
    assert "a world failed: baseline, seed 1: AssertionError: lived again (and " in error
    assert error.count("\n") == 1
    assert not (tmp_path / "validate").exists()
    assert store_below(tmp_path).list() == ()


def few_runs(look=made_up_world.look_or_be_killed) -> list[WorldRun]:
    return runs_of(register(), ["baseline"], [101, 102, 103, 104], "baseline", 100, observe=look)


def test_a_world_that_kills_every_process_is_given_up_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SCAR", "")
    with pytest.raises(WorldError, match="baseline, seed 102: The process that did this ended"):
        run_worlds(few_runs(), 2, lambda line: None, store_below(tmp_path))
    assert len(store_below(tmp_path).list("world")) == 3


def test_worlds_observed_otherwise_or_with_other_logs_are_others() -> None:
    run = few_runs()[0]
    seen = run.scenario.observation.model_copy(update={"moments_share": 0.3})
    others = [
        dataclasses.replace(run, scenario=run.scenario.model_copy(update={"observation": seen})),
        dataclasses.replace(run, seed=5),
        dataclasses.replace(run, observe=made_up_world.look),
        dataclasses.replace(run, studied=run.studied.model_copy(update={"logs": ("acts",)})),
        dataclasses.replace(
            run, studied=run.studied.model_copy(update={"columns": {"people": ("age",)}})
        ),
    ]
    assert len({run.key, *(each.key for each in others)}) == 6
    assert dataclasses.replace(run, world="the same by another name").key == run.key


@pytest.mark.parametrize("content", [b"", b"no arrays", arrays_bytes({"people": np.zeros(3)})])
def test_tables_that_are_none_are_made_again_though_their_checksum_is_right(
    tmp_path: Path, content: bytes
) -> None:
    runs, store = few_runs(made_up_world.look), store_below(tmp_path)
    first = run_worlds(runs, 1, lambda line: None, store)
    for run in runs:
        store.put(KeptResult(run.key, "world", files={"tables.npz": content}))
    again = run_worlds(runs, 1, lambda line: None, store)
    for seed, tables in first["baseline"].items():
        for name, column in tables["people"].items():
            assert again["baseline"][seed]["people"][name].tobytes() == column.tobytes()
    lines: list[str] = []
    run_worlds(runs, 1, lines.append, store)
    assert lines == []


def _edit_verdicts(rows: list) -> object:
    return [row | {"verdict": "inside"} for row in rows]


EDITS = {
    "verdicts": _edit_verdicts,
    "none": lambda rows: [],
    "null": lambda rows: None,
    "other keys": lambda rows: [{"id": row["id"]} for row in rows],
    "control characters": lambda rows: [row | {"verdict": "\x1b[31minside"} for row in rows],
    "text for numbers": lambda rows: [row | {"simulated": "x"} for row in rows],
}


@pytest.mark.parametrize("with_checksum", [False, True])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_evidence_table_that_was_changed_is_never_shown(
    whole: Path, tmp_path: Path, edit, with_checksum: bool
) -> None:
    if with_checksum and edit is _edit_verdicts:
        pytest.skip("who changes the checksum too writes another table")
    shutil.copytree(whole, tmp_path / "validate")
    (path,) = tmp_path.rglob("evidence.json")
    rows = json.loads(path.read_text())
    tables = finished(path.parent, register())
    assert tables is not None
    assert tables.entries == rows
    path.write_text(json.dumps(edit(rows)))
    if with_checksum:
        told = json.loads(path.with_name("run.json").read_text())
        told["tables"]["evidence.json"]["sha256"] = sha256(path.read_bytes()).hexdigest()
        path.with_name("run.json").write_text(json.dumps(told))
    assert finished(path.parent, register()) is None


def test_an_unknown_scenario_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        validate_command("nowhere", [1], 100, RunOptions(out=tmp_path))
    assert not any(tmp_path.iterdir())


def test_the_list_and_one_entry() -> None:
    runner = CliRunner()
    listed = runner.invoke(app, ["evidence", "--json"])
    assert listed.exit_code == 0
    assert len(json.loads(listed.stdout)) == len(register().entries)
    assert "17 of 19 studies" in runner.invoke(app, ["evidence", "P61"]).stdout
    assert json.loads(runner.invoke(app, ["evidence", "p61", "--json"]).stdout)["id"] == "P61"
    with pytest.raises(InputError, match="did you mean 'P61'"):
        find_entry(register(), "P611")


def test_every_entry_can_be_told() -> None:
    for entry in register().entries.values():
        assert (
            json.loads(json.dumps(as_object(register(), entry), allow_nan=False))["id"] == entry.id
        )
        assert all(words for _, words in as_lines(register(), entry))


def test_the_page_is_made_from_the_register() -> None:
    written = Path(__file__).parents[2] / "docs" / "evidence.md"
    assert written.read_text(encoding="utf-8") == page()
