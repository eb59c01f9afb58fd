"""What is wrong in a scenario is one clear message that names the place."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from scenario_checks import FULL, message_of, write

from abm.scenario.files import available_scenarios
from abm.scenario.scenario import Scenario, ScenarioError, load_scenario

WRONG_KEYS = [
    ("tittle = 'x'", "tittle", "did you mean 'title'"),
    ("extend = 'baseline'", "extend", "did you mean 'extends'"),
    ("name = 'x'", "name", "named by its file"),
    ("stressor_rate = 1", "stressor_rate", "belongs under [parameters]"),
    ("size = 5", "size", "belongs under [population]"),
    ("[populaton]\nsize = 5", "populaton", "did you mean 'population'"),
    ("[population]\nsice = 5", "population.sice", "did you mean 'size'"),
    ("[population]\nstressor_rate = 5", "population.stressor_rate", "under [parameters]"),
    ("[calendar]\nyeers = 5", "calendar.yeers", "did you mean 'years'"),
    ("[observation]\npanel = 5", "observation.panel", "no such key"),
    ("[parameters]\nstresor_rate = 1", "parameters.stresor_rate", "'stressor_rate'"),
    ("[parameters]\ndissociation = 'end'", "parameters.dissociation", "under [switches]"),
    ("[switches]\ndisociation = 'end'", "switches.disociation", "'dissociation'"),
    ("[switches]\nstressor_rate = 1", "switches.stressor_rate", "under [parameters]"),
    ("[trends.stresor_rate]\n2015 = 1", "trends.stresor_rate", "'stressor_rate'"),
    ("[trends.pain_barrier]\n2015 = 1", "trends.pain_barrier", "may not change"),
    ("[[interventions]]\nkind = 'x'", "interventions[1].kind", "there is no kind called 'x'"),
]
WRONG_VALUES = [
    ("title = 5", "title", "text"),
    ('title = "a\\nb"', "title", "one line"),
    ("extends = 5", "extends", "a scenario's name"),
    ("extends = '../baseline'", "extends", "not a path"),
    ("extends = 'baseline.toml'", "extends", "not a path"),
    ("population = 5", "population", "a table"),
    ("parameters = 5", "parameters", "a table"),
    ("switches = []", "switches", "a table"),
    ("trends = 1.0", "trends", "a table"),
    ("[[parameters]]\nstressor_rate = 1", "parameters", "a table"),
    ("[population]\nsize = 1.0", "population.size", "a whole number"),
    ("[population]\nsize = '5'", "population.size", "a whole number"),
    ("[population]\nsize = true", "population.size", "a whole number"),
    ("[population]\nsize = 0", "population.size", "not 0"),
    ("[population]\nsize = 5_000_001", "population.size", "1 to 5,000,000"),
    (f"[population]\nsize = 0x{'f' * 1900}", "population.size", "1 to 5,000,000"),
    ("[population]\nkind = 'opne'", "population.kind", '"open" or "cohort"'),
    ("[population]\nkind = ['open']", "population.kind", '"open" or "cohort"'),
    ("[calendar]\nyears = 0", "calendar.years", "1 to 100"),
    ("[calendar]\nyears = 101", "calendar.years", "1 to 100"),
    ("[calendar]\nstart = '2015-09-01'", "calendar.start", "a date"),
    ("[calendar]\nstart = 2015-09-01T00:00:00", "calendar.start", "a date"),
    ("[calendar]\nstart = 2015", "calendar.start", "a date"),
    ("[calendar]\nstart = 1899-12-31", "calendar.start", "1900 to 2200"),
    ("[calendar]\nstart = 2201-01-01", "calendar.start", "1900 to 2200"),
    ("[population]\nkind = 'cohort'\n[calendar]\nyears = 16", "calendar.years", "at most 15"),
    ("[observation]\npanel_share = 1.1", "observation.panel_share", "from 0 to 1"),
    ("[observation]\npanel_share = nan", "observation.panel_share", "from 0 to 1"),
    ("[observation]\nmoments_days = 366", "observation.moments_days", "1 to 365"),
    ("[observation]\nprompts_per_day = 25", "observation.prompts_per_day", "1 to 24"),
    ("[parameters]\nstressor_rate = 5.1", "parameters.stressor_rate", "0 to 5"),
    ("[parameters]\nstressor_rate = '1'", "parameters.stressor_rate", "a number"),
    ("[parameters]\nstressor_rate = false", "parameters.stressor_rate", "a number"),
    ("[parameters]\nstressor_rate = inf", "parameters.stressor_rate", "a number"),
    ("[parameters]\nstressor_rate = nan", "parameters.stressor_rate", "a number"),
    ("[parameters]\nstressor_rate = {}", "parameters.stressor_rate", "a number"),
    (f"[parameters]\nstressor_rate = 0x{'f' * 1900}", "parameters.stressor_rate", "a number"),
    ("[switches]\ndissociation = 1", "switches.dissociation", '"induce", "end", "both"'),
    ("[switches]\ndissociation = 'ended'", "switches.dissociation", "did you mean 'end'"),
    ("[trends]\nstressor_rate = 1", "trends.stressor_rate", "a table"),
    ("[trends.stressor_rate]", "trends.stressor_rate", "at least one year"),
    ("[trends.stressor_rate]\nlater = 1", "trends.stressor_rate", "a year from 1900 to 2300"),
    ("[trends.stressor_rate]\n1899 = 1", "trends.stressor_rate", "1900 to 2300"),
    ("[trends.stressor_rate]\n02015 = 1", "trends.stressor_rate", "a year"),
    ("[trends.stressor_rate]\n'²015' = 1", "trends.stressor_rate", "a year"),
    ("[trends.stressor_rate]\n2015 = -1", "trends.stressor_rate.2015", "0 to 100"),
    ("[trends.stressor_rate]\n2015 = inf", "trends.stressor_rate.2015", "0 to 100"),
    ("[trends.stressor_rate]\n2015 = true", "trends.stressor_rate.2015", "0 to 100"),
    ("[economics]\ncurency = 'EUR'", "economics.curency", "did you mean 'currency'"),
    ("[economics]\ncurrency = 5", "economics.currency", "such as"),
    ("[economics]\ncurrency = ' EUR'", "economics.currency", "such as"),
    ("[economics]\nprice_year = 14", "economics.price_year", "a year"),
    ("[economics]\ndiscount_costs = 3", "economics.discount_costs", "a rate from 0 to 0.5"),
    ("[economics]\nprice_therapy = -1", "economics.price_therapy", "from 0 to 1e+09"),
    ("[economics]\nweight_year = 1.1", "economics.weight_year", "from 0 to 1"),
    ("[economics.sources]\nweight = 'x'", "economics.sources.weight", "no such key"),
    ("[economics.sources]\nweight_year = ''", "economics.sources.weight_year", "one line"),
    ("[economics]\nsources = 5", "economics.sources", "a table"),
    ("[trends.stressor_rate]\n2015 = 6", "trends.stressor_rate.2015", "0.9 x 6 = 5.4"),
]


@pytest.mark.parametrize(("text", "key", "expected"), WRONG_KEYS + WRONG_VALUES)
def test_a_wrong_key_or_value_is_named(folder: Path, text: str, key: str, expected: str) -> None:
    path = write(folder, "wrong", text)
    message = message_of(path)
    assert message.startswith(f"{path}: ")
    assert key in message
    assert expected in message


@pytest.mark.parametrize(("text", "key", "expected"), WRONG_KEYS[3:4] + WRONG_VALUES[10:11])
def test_a_mistake_of_a_parent_is_blamed_on_the_parent(
    folder: Path, text: str, key: str, expected: str
) -> None:
    parent = write(folder, "parent", text)
    child = write(folder, "child", 'extends = "parent"')
    assert "parent.toml" in message_of(child)
    assert "child" not in message_of(child).replace(str(parent), "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\x00\x01\x02\xff\xfe", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file"),
        ("title = 'é'".encode("latin-1"), "not a text file"),
        ("title = 'a'".encode("utf-16"), "not a text file"),
        (b"title = 'a\x00b'", "not valid TOML"),
        (b"\x00\x00\x00\x00", "not valid TOML"),
        (b"title 'a'", "not valid TOML"),
        (b"title = 'a'\ntitle = 'b'", "not valid TOML"),
        (b"[population]\nsize = 1\n[population]\nsize = 2", "not valid TOML"),
        (b"[calendar]\nstart = 2015-02-30", "not valid TOML"),
        (b"[calendar]\nstart = 2015-13-01", "not valid TOML"),
        (b"[population]\nsize = " + b"9" * 1900, "1 to 5,000,000"),
        (b'{"title": "a"}', "not valid TOML"),
        (b"title = " + b"[\n" * 10_000_000, "too large"),
        (b"#" * 1_000_001, "too large"),
    ],
)
def test_what_is_not_a_scenario_file_is_refused(
    folder: Path, content: bytes, expected: str
) -> None:
    path = folder / "wrong.toml"
    path.write_bytes(content)
    assert expected in message_of(path)
    assert str(path) in message_of(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title = " + "[\n" * 400_000, "nested too deeply"),
        ("# one\ntitle = " + "[" * 400_000, "line 2 is too long"),
        ("x" + ".x" * 400_000 + " = 1", "line 1 is too long"),
        ("x" + ".x" * 900 + " = 1", "no such key"),
        ("population" + ".x" * 900 + " = 1", "no such key"),
        ("trends.stressor_rate.2015" + ".x" * 900 + " = 1", "0 to 100"),
    ],
    ids=["brackets", "long line", "long key", "deep key", "deep population", "deep trend"],
)
def test_deep_nesting_is_refused(folder: Path, text: str, expected: str) -> None:
    parent = write(folder, "wrong", text)
    assert f"{parent.name}: " in message_of(parent)
    assert expected in message_of(parent)


def test_what_is_not_a_file_is_refused(folder: Path) -> None:
    write(folder, "baseline", "title = 'here'")
    assert "is a directory" in message_of(folder)
    assert "no such file; did you mean 'baseline.toml'" in message_of(folder / "baselin.toml")
    assert "no such file" in message_of("scenarios/nowhere/at.toml")
    assert "cannot be read" in message_of(folder / "baseline.toml" / "more.toml")
    assert "cannot be read" in message_of(Path("x" * 5000 + ".toml"))
    assert "not a usable path" in message_of(Path("nul\0.toml"))
    (folder / "round.toml").symlink_to(folder / "round.toml")
    assert "cannot be read" in message_of(folder / "round.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_device_does_not_hang(folder: Path) -> None:
    os.mkfifo(folder / "pipe.toml")
    assert "not a regular file" in message_of(folder / "pipe.toml")
    assert "not a regular file" in message_of(Path("/dev/zero"))


def test_an_unreadable_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(folder, "closed", FULL)
    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read: Permission denied" in message_of(path)


@pytest.mark.parametrize("stem", ["two words", "dot.dot", "-dash", "é", "a" * 81, "", "x\ny"])
def test_a_file_whose_name_cannot_name_a_folder_is_refused(folder: Path, stem: str) -> None:
    path = folder / f"{stem}.toml"
    path.write_text(FULL)
    assert "cannot name a scenario" in message_of(path)


@pytest.mark.parametrize("name", ["", ".", "..", "baselin", "BASE LINE", "no\0name", "~"])
def test_an_unknown_name_is_refused(folder: Path, name: str) -> None:
    assert "there is no scenario called" in message_of(name)
    if name == "baselin":
        assert "did you mean 'baseline'" in message_of(name)


def test_unknown_and_circular_parents_are_refused(folder: Path) -> None:
    message = message_of(write(folder, "child", 'extends = "baselin"'))
    assert "extends" in message
    assert "did you mean 'baseline'" in message
    write(folder, "itself", 'extends = "itself"')
    assert "itself.toml -> itself.toml" in message_of("itself")
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        write(folder, name, f'extends = "{parent}"')
    assert "a.toml -> b.toml -> c.toml -> a.toml" in message_of("a")


def test_a_long_chain_of_parents_is_followed(folder: Path) -> None:
    write(folder, "step-0", FULL)
    for step in range(1, 60):
        write(folder, f"step-{step}", f'extends = "step-{step - 1}"')
    assert load_scenario("step-59").population.size == 500


def test_broken_files_are_listed_with_their_error(folder: Path) -> None:
    write(folder, "broken", "= 1")
    listing = next(each for each in available_scenarios() if each.name == "broken")
    assert "not valid TOML" in listing.about[0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("stresor_rate", "1", "did you mean 'stressor_rate'"),
        ("population.sise", "1", "did you mean 'size'"),
        ("population", "1", "did you mean 'population.size'"),
        ("size", "1", "no such setting"),
        ("name", "other", "no such setting"),
        ("population.size.more", "1", "no such setting"),
        ("population.size", "1e3", "a whole number"),
        ("population.size", "0", "1 to 5,000,000"),
        ("stressor_rate", "lots", "a number from 0 to 5"),
        ("stressor_rate", "true", "a number from 0 to 5"),
        ("stressor_rate", "nan", "a number from 0 to 5"),
        ("stressor_rate", "1\npain_barrier = 2", "a number from 0 to 5"),
        ("stressor_rate", "", "a number from 0 to 5"),
        ("dissociation", "bothh", "did you mean 'both'"),
        ("calendar.start", "2015-02-30", "a date"),
        ("calendar.start", "2015-02-03T10:00:00", "a date"),
        ("calendar.start", '"2015-02-03"', "a date"),
        ("trends.pain_barrier.2015", "1", "these may: stressor_rate"),
        ("trends.stressor_rate", "1", "no such setting"),
    ],
)
def test_a_wrong_override_is_refused(name: str, value: object, expected: str) -> None:
    assert expected in message_of("baseline", overrides={name: value})


@pytest.mark.parametrize("number", [0, -1, 5_000_001, True, 1.0, "5"])
def test_a_wrong_population_is_refused(number: Any) -> None:
    assert "population.size" in message_of("baseline", population=number)


def test_a_moment_is_not_a_date() -> None:
    with pytest.raises(ScenarioError, match="a date"):
        Scenario.from_table({"calendar": {"start": datetime(2015, 9, 1)}}, "any")
