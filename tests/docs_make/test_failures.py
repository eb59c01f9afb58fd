"""The page of failures: complete, and about nothing else."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from abm.evidence.register import register
from abm.scenario.scenario import load_scenario
from docs.make.failures import _read, causes, failing, page, unexplained
from docs.make.tried import TRIED, TriedFigures, scenario_text, wanted

ROOT = Path(__file__).parents[2]
VALIDATION = ROOT / "validation" / "evidence.csv"


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return pd.read_csv(VALIDATION)


def test_the_kept_validation_is_of_this_register(found):
    known = register().entries
    judged = {name: entry.use for name, entry in known.items() if name in set(found["id"])}
    assert dict(zip(found["id"], found["use"], strict=True)) == judged
    assert ("newer than this validation" in page(VALIDATION)) == (len(judged) < len(known))
    told = json.loads(VALIDATION.with_name("run.json").read_text(encoding="utf-8"))
    assert told["scenario"]["name"] == "baseline"
    assert min(told["seeds"]) > 100
    assert told["scenario"]["population"]["size"] >= 10_000


def test_every_failure_has_its_cause(found):
    assert unexplained(found) == []


def test_an_entry_has_one_cause_and_a_cause_has_words():
    entries = [entry for cause in causes() for entry in cause.entries]
    assert len(entries) == len(set(entries))
    assert all(len(cause.text) > 100 for cause in causes())


def test_what_explains_a_failure_was_tried_or_says_why_not(found):
    bad = set(failing(found)["id"])
    explaining = [cause for cause in causes() if bad.intersection(cause.entries)]
    assert all(bool(cause.tried) != bool(cause.untried) for cause in explaining)


def test_what_was_tried_is_kept_beside_the_baseline():
    kept = TriedFigures.read(ROOT / TRIED)
    for world in wanted():
        (figures,) = (
            other["figures"]
            for other in kept.worlds
            if (other["changes"], other["people"]) == (world["changes"], world["people"])
        )
        assert set(world["entries"]) <= {row["entry"] for row in figures}
        for row in figures:
            if row["entry"] in world["entries"]:
                value = kept.value({}, world["people"], row["entry"], row["part"])
                assert value is not None or row["simulated"] is None or world["changes"]


def test_a_change_is_a_scenario_of_the_baseline(tmp_path):
    file = tmp_path / "changed.toml"
    file.write_text(scenario_text({"phase_drop": 0.0, "services": "off"}), encoding="utf-8")
    scenario = load_scenario(file)
    assert (scenario.parameters["phase_drop"], scenario.switches["services"]) == (0.0, "off")


def test_the_page_counts_and_lists_failures(tmp_path, found):
    text = page(VALIDATION)
    assert all(f"| {entry} |" in text for entry in failing(found)["id"])
    good = found[found["verdict"].isin(["inside", "direction right"])]["id"]
    assert not any(f"| {entry} |" in text for entry in good)
    one = found.assign(verdict="inside")
    one.loc[one["id"] == "P46", "verdict"] = "outside"
    assert ("Under the posterior" in text) == (VALIDATION.parent / "posterior").exists()
    one.to_csv(tmp_path / "evidence.csv", index=False)
    about = VALIDATION.with_name("run.json").read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(about, encoding="utf-8")
    told = page(tmp_path / "evidence.csv")
    assert "| P46 |" in told
    assert "Under the posterior" not in told
    (tmp_path / "posterior").mkdir()
    one.assign(draws=16).to_csv(tmp_path / "posterior" / "evidence.csv", index=False)
    assert "This one was made before" not in page(tmp_path / "evidence.csv")
    assert "| E025 |" not in told
    fitted, predicted = (int((found["use"] == use).sum()) for use in ("fitted", "predicted"))
    assert f"| fitted | all | {fitted} of {fitted} | 100% | 0 | 0 |" in told
    assert f"| predicted | all | {predicted - 1} of {predicted} |" in told
    assert "| predicted | all never changed after looking |" in told


def test_what_quantities_say_stands_first_where_a_validation_judged_them(tmp_path, found):
    found.to_csv(tmp_path / "evidence.csv", index=False)
    about = VALIDATION.with_name("run.json").read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(about, encoding="utf-8")
    row = {"id": "disorder", "group": "tested", "verdict": "outside", "statement": "Some do, %"}
    row |= {"published": 7.0, "simulated": 21.0, "factor": 3.5, "p_inside": 0.0}
    pd.DataFrame([row]).to_csv(tmp_path / "quantities.csv", index=False)
    text = page(tmp_path / "evidence.csv")
    assert "the median factor of error is 3.5" in text
    assert "| Some do, % (disorder) | 7 | 21 | 3.5 |" in text
    assert text.index("by its own interval alone") < text.index("| predicted | all |")


def test_what_fails_unseen_by_the_tests_is_told_as_it_was_found(tmp_path, found):
    """Only what is predicted, fails, and stands with fitted figures or ones in view alone."""
    verdicts = found["id"].map({"N079": "inside", "E119": "outside"}).fillna(found["verdict"])
    found = found.assign(verdict=verdicts)
    found.to_csv(tmp_path / "evidence.csv", index=False)
    for name in ("run.json", "quantities.csv"):
        text = VALIDATION.with_name(name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = page(tmp_path / "evidence.csv").split("By their own intervals ")[1].split(").")[0]
    named = said.split("(")[1].split(", ")
    assert said.startswith(f"{len(named)} of them fail")
    assert {"E119", "E154", "N080"} <= set(named)
    assert not {"E068", "N079", "E017", "N014"} & set(named)  # fitted, inside, tested elsewhere
    uses = found.set_index("id")["use"]
    assert {uses[name] for name in named} == {"predicted"}


def named_after(words, text):
    """Return the entries in the brackets that follow these words."""
    return re.findall(r"[A-Z]+\d+", re.split(re.escape(words) + r"\s+\(", text)[1].split(")")[0])


def test_causes_say_how_surveys_asked_and_on_which_side_figures_lie(found):
    texts = {cause.title: " ".join(cause.text.split()) for cause in causes()}
    entries, rows = register().entries, found.set_index("id")
    for name in named_after("long lists find more", texts["Lists and single questions"]):
        assert register().instruments[entries[name].instrument].kind != "single item"
    adults = texts["Young adults who say they never did"]
    for name in named_after("too many still do", adults):
        assert rows.loc[name, "simulated"] > rows.loc[name, "high"]
    for name in named_after("by one question too few", adults):
        assert register().instruments[entries[name].instrument].kind == "single item"
        assert rows.loc[name, "simulated"] < rows.loc[name, "low"]


def test_what_counts_as_changed_after_looking_is_named_there():
    named = page(VALIDATION).split("## Changed after looking")[1]
    assert [name for name in _read().changed_entries if name not in named] == []
