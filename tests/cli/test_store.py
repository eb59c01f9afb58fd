"""`nssi store` lists what has been computed, finds what is damaged, and believes nobody's words."""

import json
import math

import pytest
from typer.testing import CliRunner

from abm.cli.main import app
from abm.cli.store import store_command
from abm.runs.figures import figures_task, run_figures
from abm.runs.result_store import FAILED, KeptResult, store_below
from abm.scenario.scenario import Scenario


def scenario(rate):
    table = {"population": {"kind": "cohort", "size": 50}, "calendar": {"years": 2}}
    return Scenario.from_table(table | {"parameters": {"stressor_rate": rate}}, "made-up")


def figures_but_fail_at_three(lived, seed):
    if seed == 3:
        raise ValueError("the third seed is never lived")
    return {"wave": math.sin(seed)}


def tasks(rates=(0.5, 0.6), kind="run"):
    return [
        figures_task(scenario(rate), seed, figures_but_fail_at_three, kind)
        for rate in rates
        for seed in range(1, 6)
    ]


@pytest.fixture
def listed(tmp_path, capsys):
    """Return a function that lists: exit code, what was printed, what was said."""

    def run(verify=False, as_json=False, clear=None):
        code = store_command(tmp_path, verify, as_json, clear)
        shown = capsys.readouterr()
        assert "Traceback (most" not in shown.err
        return code, json.loads(shown.out) if as_json else shown.out, shown.err

    return run


def test_what_has_been_computed_is_listed_and_what_is_damaged_is_found(tmp_path, listed):
    run_figures(store_below(tmp_path), tasks())
    code, out, said = listed(verify=True)
    assert code == 0
    assert "stressor_rate" in out
    assert "10 results" in out
    assert "Everything is whole" in out
    assert "seed 3 failed: ValueError: the third seed is never lived" in said
    _, found, _ = listed(as_json=True)
    (group,) = found["groups"]
    assert (group["scenarios"], group["runs"], group["failed"]) == (2, 10, 2)
    assert {failure["seed"] for failure in found["failures"]} == {3}
    assert found["failures"][0]["differences"]["population.size"] == 50

    database = tmp_path / "store" / "results.sqlite"
    content = database.read_bytes()
    database.write_bytes(content.replace(b"cohort", b"Cohort"))
    code, found, _ = listed(verify=True, as_json=True)
    assert code == 1
    assert found["runs"] == 0
    assert found["verified"]["lost"] == 10
    assert listed(verify=True)[0] == 0


def test_damage_is_said_in_one_line(tmp_path, listed):
    run_figures(store_below(tmp_path), tasks())
    database = tmp_path / "store" / "results.sqlite"
    database.write_bytes(b"x" * 5000)
    code, out, said = listed(verify=True)
    assert code == 1
    assert "Nothing has been computed" in out
    assert said.count("\n") == 1
    assert "1 file moved to" in said


def test_kinds_and_versions_of_the_code_are_told_apart(tmp_path, listed, monkeypatch):
    store = store_below(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("abm.runs.kept_result.code_version", lambda: "0" * 16)
        patched.setattr("abm.runs.keys.code_version", lambda: "0" * 16)
        run_figures(store, tasks())
    run_figures(store, tasks()[:2])
    run_figures(store, tasks(kind="bank run")[:1])
    _, found, _ = listed(as_json=True)
    groups = {(each["kind"], each["is_current"]): each["runs"] for each in found["groups"]}
    assert groups == {("run", False): 10, ("run", True): 2, ("bank run", True): 1}
    assert "of another version of the code" in listed()[1]


def test_a_kind_is_removed_and_nothing_of_others(tmp_path, listed):
    store = store_below(tmp_path)
    run_figures(store, tasks())
    run_figures(store, tasks(kind="bank run"))
    assert "Removed 10 results." in listed(clear="run")[1]
    assert {result.kind for result in store.list()} == {"bank run"}
    assert listed(clear="all", as_json=True)[1]["removed"] == 10
    assert store.list() == ()


@pytest.mark.parametrize("name", ["set-aside", "objects", ""])
def test_clearing_removes_nothing_by_way_of_a_link(tmp_path, listed, name):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "ab").mkdir(parents=True)
    for each in ("precious.txt", "ab/precious.npz"):
        (elsewhere / each).write_text("precious")
    place = tmp_path / "store" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(elsewhere)
    listed(verify=True, clear="all")
    assert (elsewhere / "precious.txt").read_text() == "precious"
    assert (elsewhere / "ab" / "precious.npz").read_text() == "precious"


def test_a_kind_that_is_none_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["store", "--out", str(tmp_path), "--clear", "runs"])
    assert done.exit_code == 2
    assert "warm-up" in done.output


def test_nothing_is_said_to_be_nothing_and_not_made(tmp_path, listed):
    assert "Nothing has been computed" in listed(verify=True, clear="all")[1]
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"differences": None, "code": 5, "seed": [], "error": None},
        {"differences": [1, 2]},
        {"differences": {"population.size": "x", "calendar.years": -1}},
        {"differences": {"population.size": 10**30, "population.kind": 7}},
        {"differences": {"\x1b[31mred\nred": 1, "population.kind": "\x1b[31m"}, "error": "\x1b"},
    ],
)
def test_what_a_store_says_of_a_result_may_be_anything(tmp_path, listed, about):
    store_below(tmp_path).put(KeptResult("a" * 64, "run", FAILED, about))
    for verify in (True, False):
        code, out, said = listed(verify=verify)
        assert code == 0
        assert "1 result" in out
        assert "\x1b" not in out + said
        assert listed(verify=verify, as_json=True)[0] == 0
