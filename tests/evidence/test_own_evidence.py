"""Evidence of one's own is judged as what ships is: `nssi validate --evidence FILE`."""

import json
from pathlib import Path

import made_up_world
import pytest
from typer.testing import CliRunner

from abm.cli.main import app
from abm.cli.validate import validate_command, validation_folder
from abm.evidence.own_evidence import with_own
from abm.evidence.register import Entry, register
from abm.evidence.selection import choose, only
from abm.io.messages import InputError
from abm.runs.options import RunOptions

FILE = Path(__file__).parents[1] / "data" / "own_evidence.toml"
JUDGED = (
    *("published", "low", "high", "simulated", "simulated_low", "simulated_high"),
    *("simulated_interval", "people", "verdict", "part", "direction"),
)


def validate(out: Path, names: str | None, file: Path | None = FILE, **more) -> list[dict]:
    """Judge in made-up worlds; return the rows of evidence.json."""
    how = RunOptions(out=out, jobs=1, quiet=True, simulate=made_up_world.look, **more)
    assert validate_command("baseline", [101, 102], 100, how, choose(names, file)) == 0
    (path,) = out.rglob("evidence.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, dict]:
    """Return the rows of the file, and of the shipped entries that ask the same, by identifier."""
    own = only(with_own(register(), FILE), "own").entries
    names = ",".join(["own", *(entry.close_to for entry in own.values())])
    out = tmp_path_factory.mktemp("judged")
    return {row["id"]: row for row in validate(out, names)}


def test_the_same_study_has_the_same_row_whoever_asks(judged: dict[str, dict]) -> None:
    own = [row for name, row in judged.items() if name not in register().entries]
    assert {row["kind"] for row in own} == {"level", "association", "direction", "trend"}
    for row in own:
        shipped = judged[row["close_to"]]
        for name in JUDGED:
            assert row[name] == shipped[name], (row["id"], name)
        assert [part["verdict"] for part in row["studies"]] == [
            part["verdict"] for part in shipped["studies"]
        ]


def test_instead_of_what_ships_it_is_judged_alike(judged: dict[str, dict], tmp_path: Path) -> None:
    rows = validate(tmp_path, "own")
    assert [row["id"] for row in rows] == [
        name for name in judged if name not in register().entries
    ]
    assert rows == [judged[row["id"]] for row in rows]
    (described,) = tmp_path.rglob("run.json")
    content = json.loads(described.read_text(encoding="utf-8"))
    assert content["design"] == {"evidence": str(FILE), "only": "own"}
    assert "england" in content["worlds"]
    assert "victoria" not in content["worlds"]


def toml_of(value: object) -> str:
    """Return plain data as TOML in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_of(value)}" for key, value in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_of, value))}]"
    return json.dumps(value, ensure_ascii=False)


def own_text(entry: Entry) -> str:
    """Return an entry as it stands in a file of one's own, under another name."""
    fields = entry.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
    return "\n".join(
        [f"[own-{entry.id}]", *(f"{name} = {toml_of(value)}" for name, value in fields.items())]
    )


def test_whatever_ships_can_stand_in_a_file_of_ones_own(tmp_path: Path) -> None:
    path, shipped = tmp_path / "own.toml", register().entries.values()
    path.write_text("\n".join(map(own_text, shipped)), encoding="utf-8")
    entries = with_own(register(), path).entries
    for entry in shipped:
        assert entries[f"own-{entry.id}"].model_copy(update={"id": entry.id}) == entry


def test_nothing_of_it_stays(tmp_path: Path) -> None:
    before = register()
    with_own(before, FILE)
    assert register() is before
    assert "LIST" not in before.entries


def test_a_file_that_says_something_else_has_another_folder(tmp_path: Path) -> None:
    def folder(text: str, name: str = "own.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        options = RunOptions(out=tmp_path, simulate=made_up_world.look)
        return validation_folder("baseline", [101], 100, options, choose("LIST", path)).path

    text = FILE.read_text(encoding="utf-8")
    assert folder(text) == folder(f"# The same.\n{text}", "renamed.toml")
    assert folder(text) != folder(text.replace("[15, 20]", "[15, 21]"))


def test_the_list_explains_them_beside_what_ships() -> None:
    call = CliRunner().invoke
    listed = json.loads(call(app, ["evidence", "--evidence", str(FILE), "--json"]).stdout)
    assert [entry["id"] for entry in listed][: len(register().entries)] == list(register().entries)
    assert "Have you ever hurt" in call(app, ["evidence", "item", "--evidence", str(FILE)]).stdout
    with pytest.raises(InputError, match="no entry that is 'own'"):
        call(app, ["evidence", "--only", "own"], catch_exceptions=False)
