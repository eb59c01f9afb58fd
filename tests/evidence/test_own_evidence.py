"""Evidence of one's own is judged as what ships is: `nssi validate --evidence FILE`."""

import json
import shutil
from pathlib import Path
from unittest.mock import patch

import made_up_world
import pytest
from typer.testing import CliRunner

from abm.cli.main import app
from abm.cli.validate import validate_command, validation_folder
from abm.evidence.own_evidence import with_own
from abm.evidence.quantities import quantities
from abm.evidence.register import Entry, register
from abm.evidence.selection import choose
from abm.io.messages import InputError
from abm.io.tables import checksum
from abm.report.html.writing import report_of
from abm.report.rendering import as_html
from abm.runs.options import RunOptions

KINDS = {
    "a level, by a list": "P01",
    "a level, by either kind of question": "E001",
    "a level, by a single item": "E041",
    "a level, asked face to face in England": "P09",
    "a trend": "P10",
    "an association": "E147",
    "a direction, two studies of which must hold": "P11",
    "of those who answer prompts": "E195",
    "of a trial": "E215",
    "one world against another": "P52",
    "not answerable": "P15",
}
"""Shipped entries of every kind; each stands in a file of one's own under another name, too."""
FURTHER = """
[instruments.ours]
like = "apms"
asks = "Have you ever hurt yourself on purpose?"
[worlds.fewer]
meaning = "A tenth of the everyday stressors."
share = 0.3
years = 3
logs = ["people", "moments"]
[worlds.fewer.changes]
"observation.moments_share" = 0.5
"observation.moments_days" = 14
stressor_rate = 0.1
"""
QUANTITY = "ever-reviews"  # of which the file has a copy of its own
JUDGED = (
    *("kind", "published", "low", "high", "simulated", "simulated_low", "simulated_high"),
    *("simulated_interval", "people", "verdict", "part", "direction"),
)


def toml_of(value: object) -> str:
    """Return plain data as TOML in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_of(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_of, value))}]"
    return json.dumps(value, ensure_ascii=False)


def own_text(entry: Entry, **changed: object) -> str:
    """Return an entry as it stands in a file of one's own, under another name."""
    fields = entry.model_dump(mode="json", exclude_defaults=True, exclude={"id"}) | changed
    lines = [f"{name} = {toml_of(value)}" for name, value in fields.items()]
    return "\n".join([f"[own-{entry.id}]", *lines])


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """Return a file of entries of every kind, with an instrument and a world of its own."""
    path, shipped = tmp_path_factory.mktemp("file") / "own.toml", register().entries
    quantity = quantities()[QUANTITY]
    names = {*KINDS.values(), *quantity.entries} - {"P09"}
    texts = [own_text(shipped[name]) for name in sorted(names)]
    texts.append(own_text(shipped["P09"], instrument="ours"))
    text = "\n".join(texts).replace('"fewer-stressors"', '"fewer"')
    members = quantity.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
    own = "\n".join(f"{name} = {toml_of(value)}" for name, value in members.items())
    for name in quantity.entries:
        own = own.replace(f'"{name}"', f'"own-{name}"')
    path.write_text(f"{text}{FURTHER}[quantities.ours]\n{own}\n", encoding="utf-8")
    return path


def validate(out: Path, names: str, file: Path, **more) -> Path:
    """Judge in made-up worlds; return the folder."""
    how = RunOptions(out=out, jobs=1, quiet=True, simulate=made_up_world.look, **more)
    with patch("abm.report.figures.quantities.draw_quantities", lambda *_: []):
        assert validate_command("baseline", [101, 102], 100, how, choose(names, file)) == 0
    (path,) = out.rglob("run.json")
    return path.parent


def rows(folder: Path, table: str) -> dict[str, dict]:
    """Return the rows of a table of a folder by identifier."""
    content = json.loads((folder / f"{table}.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in content}


@pytest.fixture(scope="module")
def judged(tmp_path_factory, file: Path) -> Path:
    """Return a folder with what the file asks, and what the shipped entries ask that it copies."""
    names = ",".join(["own", QUANTITY, *KINDS.values()])
    return validate(tmp_path_factory.mktemp("judged"), names, file)


@pytest.mark.parametrize("name", KINDS.values(), ids=KINDS)
def test_the_same_study_has_the_same_row_whoever_asks(judged: Path, name: str) -> None:
    every = rows(judged, "evidence")
    own, shipped = every[f"own-{name}"], every[name]
    assert {field: own[field] for field in JUDGED} == {field: shipped[field] for field in JUDGED}
    assert own["studies"] == shipped["studies"]


def test_so_has_the_same_quantity(judged: Path) -> None:
    every = rows(judged, "quantities")
    own, shipped = every["ours"], every[QUANTITY]
    assert own["entries"].replace("own-", "") == shipped["entries"]
    others = {"id", "entries", "group", "prior_pass", "cause"}  # known of what ships alone
    fields = own.keys() - others
    assert {field: own[field] for field in fields} == {field: shipped[field] for field in fields}


def test_instead_of_what_ships_it_is_judged_alike(judged: Path, file: Path, tmp_path: Path) -> None:
    alone = validate(tmp_path, "own", file)
    whole = rows(judged, "evidence")
    assert rows(alone, "evidence") == {
        name: row for name, row in whole.items() if name.startswith("own-")
    }
    assert "ours" in rows(alone, "quantities")
    assert QUANTITY not in rows(alone, "quantities")
    content = json.loads((alone / "run.json").read_text(encoding="utf-8"))
    design = {"evidence": str(file), "evidence_sha256": checksum(file), "only": "own"}
    assert content["design"] == design
    assert {"england", "fewer"} < set(content["worlds"])
    assert "victoria" not in content["worlds"]


def test_the_report_says_what_was_asked_and_needs_no_json(judged: Path, tmp_path: Path) -> None:
    whole = as_html(report_of(judged))
    for name in ("evidence.csv", "quantities.csv", "run.json"):
        shutil.copy(judged / name, tmp_path)
    (tmp_path / "run.json").chmod(0o444)
    short = as_html(report_of(tmp_path))
    for page in (whole, short):
        assert f"only own, {QUANTITY}, " in page
        assert "Some of what was published is held against" in page
        assert "nssi validate baseline --population 100 --evidence " in page
        assert "own-E147" in page
    assert "made from the CSV tables alone" in short
    assert "made from the CSV tables alone" not in whole


def test_whatever_ships_can_stand_in_a_file_of_ones_own(tmp_path: Path) -> None:
    path, shipped = tmp_path / "own.toml", register().entries.values()
    path.write_text("\n".join(map(own_text, shipped)), encoding="utf-8")
    entries = with_own(register(), path).entries
    for entry in shipped:
        assert entries[f"own-{entry.id}"].model_copy(update={"id": entry.id}) == entry


def test_nothing_of_it_stays(file: Path) -> None:
    before = register()
    assert "own-P01" in with_own(before, file).entries
    assert register() is before
    assert "own-P01" not in before.entries


def test_a_file_that_says_something_else_has_another_folder(tmp_path: Path, file: Path) -> None:
    def folder(text: str, name: str = "own.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        options = RunOptions(out=tmp_path, simulate=made_up_world.look)
        return validation_folder("baseline", [101], 100, options, choose("own-P01", path)).path

    text = file.read_text(encoding="utf-8")
    assert folder(text) == folder(f"# The same.\n{text}", "renamed.toml")
    assert folder(text) != folder(text.replace("high = 20.0", "high = 21.0"))
    assert folder(text) != folder(text.replace("spread = 0.49", "spread = 0.5"))


def test_the_list_explains_them_beside_what_ships(file: Path) -> None:
    call = CliRunner().invoke
    listed = json.loads(call(app, ["evidence", "--evidence", str(file), "--json"]).stdout)
    assert [entry["id"] for entry in listed][: len(register().entries)] == list(register().entries)
    asked = ["evidence", "own-P09", "--evidence", str(file)]
    assert "Have you ever hurt" in call(app, asked).stdout
    with pytest.raises(InputError, match="no entry that is 'own'"):
        call(app, ["evidence", "--only", "own"], catch_exceptions=False)
