"""The command: exit codes, what goes to which stream, and that wrong input writes nothing."""

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from abm.cli import main as cli
from abm.parameters import parameters, switches
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import LOG_NAMES, Logs

HEAVY = {"numpy", "numba", "mesa", "pandas", "pyarrow", "scipy", "networkx", "seaborn"}


@dataclass
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Nssi = Callable[..., Outcome]


@pytest.fixture
def nssi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Nssi:
    """Return a function that runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["nssi", *arguments])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Outcome(int(leaving.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a recorder in the place of the code that runs; return what it is called with."""
    calls: list[dict[str, Any]] = []

    def run_command(scenario: Scenario, seeds: Sequence[int], how: RunOptions, logs: Logs) -> int:
        calls.append({"scenario": scenario, "seeds": seeds, "how": how, "logs": logs})
        return 0

    monkeypatch.setattr("abm.cli.run.run_command", run_command)
    return calls


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, abm, abm.cli.main; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY & set(loaded)


@pytest.mark.parametrize(
    "command",
    ["explain day", "scenarios", "parameters", "interventions", "evidence", "init mine"],
)
def test_what_only_reads_imports_neither_compiler_nor_tables(tmp_path: Path, command: str) -> None:
    code = (
        "import sys\nfrom abm.cli import main as cli\ntry:\n    cli.main()\nfinally:\n"
        "    print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not (HEAVY - {"numpy"}) & set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_names_where_support_is_found(nssi: Nssi, arguments: list[str]) -> None:
    outcome = nssi(*arguments)
    assert outcome.code == 0
    assert f"  {cli.HELPLINES}\n" in outcome.out


def test_version(nssi: Nssi) -> None:
    assert re.fullmatch(r"nssi \d+\.\d+\.\d+\S*\n", nssi("--version").out)


# run


def test_run_passes_on_what_was_asked(nssi: Nssi, runs: list[dict[str, Any]]) -> None:
    name = next(iter(parameters()))
    value = parameters()[name].high
    outcome = nssi(
        *("run", "birth-cohort", "--seeds", "3", "--seed", "5", "--population", "40"),
        *("--years", "2", "--set", f"{name}={value}", "--out", "here/there", "--jobs", "2"),
        *("--acts", "--quiet"),
    )
    assert outcome.code == 0
    (asked,) = runs
    assert isinstance(asked["scenario"], Scenario)
    assert asked["scenario"].name == "birth-cohort"
    assert asked["scenario"].population.size == 40
    assert asked["scenario"].calendar.years == 2
    assert asked["scenario"].parameters[name] == value
    assert list(asked["seeds"]) == [5, 6, 7]
    assert asked["how"] == RunOptions(Path("here/there"), 2, quiet=True)
    assert asked["logs"] == Logs(acts=True)


def test_every_log_that_a_run_can_write_can_be_asked_for(
    nssi: Nssi, runs: list[dict[str, Any]]
) -> None:
    for name in LOG_NAMES:
        assert nssi("run", f"--{name}").code == 0
        assert runs.pop()["logs"].names() == (name,)


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        ([], [1]),
        (["--seeds", "3"], [1, 2, 3]),
        (["--seed", "7"], [7]),
        (["--seed", "0"], [0]),
        (["--seed", "9", "--seeds", "2"], [9, 10]),
        (["--seed", str(2**64 - 1)], [2**64 - 1]),
    ],
)
def test_seeds(
    nssi: Nssi, runs: list[dict[str, Any]], options: list[str], seeds: list[int]
) -> None:
    assert nssi("run", *options).code == 0
    assert list(runs[0]["seeds"]) == seeds
    assert runs[0]["scenario"] == load_scenario("baseline")


def test_run_takes_the_arguments_that_the_command_passes() -> None:
    from inspect import signature

    from abm.cli.run import run_command

    assert list(signature(run_command).parameters) == ["scenario", "seeds", "options", "logs"]


WRONG = [
    (["run", "baselin"], "did you mean 'baseline'"),
    (["run", "nowhere/at.toml"], "no such file"),
    (["run", "--set", "no_such_name=1"], "no such setting"),
    (["run", "--set", "stressor_rate"], "NAME=VALUE"),
    (["run", "--set", "=1"], "no such setting"),
    (["run", "--set", "stressor_rate=lots"], "stressor_rate: expected a number"),
    (["run", "--population", "0"], "population.size"),
    (["run", "--population", "5000001"], "population.size"),
    (["run", "--population", "many"], "--population"),
    (["run", "--years", "0"], "calendar.years"),
    (["run", "--years", "2.5"], "--years"),
    (["run", "birth-cohort", "--years", "16"], "calendar.years"),
    (["run", "--seeds", "0"], "--seeds"),
    (["run", "--seeds", "-1"], "--seeds"),
    (["run", "--seed", "-1"], "--seed"),
    (["run", "--seed", str(2**64)], "--seed"),
    (["run", "--seed", str(2**64 - 1), "--seeds", "2"], "last seed"),
    (["run", "--seed", "one"], "--seed"),
    (["run", "--jobs", "0"], "--jobs"),
    (["run", "--out", "taken"], "not a folder"),
    (["run", "--out", "taken/below"], "not a folder"),
    (["run", "--out", "x" * 300], "not a usable path"),
    (["run", "--sead", "1"], "--seed"),
    (["run", "baseline", "another"], "another"),
    (["rum"], "rum"),
    (["parameters", "scholl"], "did you mean 'school'"),
    (["parameters", "stressor_rat", "girls"], "no parameter or switch"),
    (["explain", "night"], "night"),
    (["interventions", "school_skils_programme"], "did you mean 'school_skills_programme'"),
    (["run", "school-skills", "--set", "interventions.dbt_a.coverage=1"], "no such intervention"),
    (
        ["run", "school-skills", "--set", "interventions.school_skills_programme.coverage=2"],
        "interventions[1].coverage: expected a share from 0 to 1",
    ),
    (["run", "pandemic", "--years", "2"], "interventions[1].start: expected a date in the"),
    (["init"], "name"),
    (["init", "../up"], "cannot name a scenario"),
    (["init", "two words"], "cannot name a scenario"),
    (["init", ""], "cannot name a scenario"),
    (["init", "baseline"], "already"),
    (["init", "BASELINE"], "already"),
]


@pytest.mark.parametrize(("arguments", "expected"), WRONG)
def test_wrong_input_is_one_message_and_nothing_is_written(
    nssi: Nssi, runs: list[dict[str, Any]], tmp_path: Path, arguments: list[str], expected: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    outcome = nssi(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert expected.lower() in outcome.err.lower()
    assert len(outcome.err.strip().splitlines()) <= 4
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert runs == []


def test_the_exit_code_of_a_run_is_passed_on(nssi: Nssi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.cli.run.run_command", lambda *_: 1)
    assert nssi("run").code == 1


def test_an_interrupt_is_130(nssi: Nssi, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("abm.cli.run.run_command", interrupted)
    assert nssi("run").code == 130


# Lists


def test_every_parameter_and_switch_is_listed_in_full(nssi: Nssi) -> None:
    lines = nssi("parameters").out.splitlines()
    assert len(lines) == 1 + len(parameters()) + len(switches())
    for line, each in zip(lines[1:], [*parameters().values(), *switches().values()], strict=True):
        assert line.startswith(each.name + " ")
        assert line.endswith(each.sentence)


def test_parameters_as_json(nssi: Nssi) -> None:
    found = json.loads(nssi("parameters", "--json").out)
    assert [each["name"] for each in found] == [*parameters(), *switches()]
    name = next(iter(switches()))
    assert json.loads(nssi("parameters", name, "--json").out) == next(
        each for each in found if each["name"] == name
    )


@pytest.mark.parametrize("declared", [parameters, switches])
def test_one_name_is_explained(nssi: Nssi, declared: Callable[[], dict[str, Any]]) -> None:
    for name, each in declared().items():
        outcome = nssi("parameters", name)
        assert outcome.code == 0
        assert each.sentence in outcome.out
        assert each.source in outcome.out


def test_words_search_names_and_sentences(nssi: Nssi) -> None:
    heading, *lines = nssi("parameters", "Girls", "share").out.splitlines()
    assert heading.split()[-1] == "source"
    assert any(line.startswith("female_share ") for line in lines)
    assert all("girls" in line.lower() and "share" in line.lower() for line in lines)
    found = {each["name"] for each in json.loads(nssi("parameters", "barrier", "--json").out)}
    assert {name for name in parameters() if "barrier" in name} <= found < {*parameters()}


def test_scenarios_are_listed(nssi: Nssi) -> None:
    found = json.loads(nssi("scenarios", "--json").out)
    assert {"baseline", "birth-cohort"} <= {each["name"] for each in found}
    text = nssi("scenarios").out
    for each in found:
        assert each["title"] in text
        assert " ".join(each["about"]) in text


def test_the_day_is_explained_in_its_order(nssi: Nssi) -> None:
    from abm.mechanisms.day import DAY
    from abm.simulation.schedule import POPULATION_DAY

    lines = nssi("explain", "day").out.splitlines()[1:]
    assert len(lines) == len(DAY) + len(POPULATION_DAY)
    for phase in POPULATION_DAY:
        assert any(phase.name in line and phase.sentence in line for line in lines)
    place = [phase.name for phase in POPULATION_DAY].index("live") + 1
    own = [line for line in lines if line.strip().startswith(f"{place}.")]
    for line, phase in zip(own, DAY, strict=True):
        assert phase.name in line
        assert phase.sentence in line


def test_a_reader_that_closes_the_pipe_sees_no_traceback() -> None:
    command = f"{sys.executable} -c 'from abm.cli.main import main; main()' parameters"
    # The reader leaves before the first line is written.
    piped = subprocess.run(
        f"{command} | true; {command} --json | head -1", shell=True, capture_output=True, text=True
    )
    assert piped.stderr == ""
    assert piped.stdout == "[\n"


def test_a_terminal_that_knows_no_accents_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "accent.toml").write_text('title = "Élan"', encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, "-c", "from abm.cli.main import main; main()", "scenarios"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "accent" in shown.stdout


# init


@pytest.mark.parametrize("options", [[], ["--full"]])
def test_a_new_scenario_loads_as_the_baseline_does(
    nssi: Nssi, tmp_path: Path, options: list[str]
) -> None:
    outcome = nssi("init", "my-plan_2", *options)
    assert (outcome.code, outcome.out) == (0, "")
    assert "my-plan_2" in outcome.err
    assert [path.name for path in tmp_path.rglob("*.toml")] == ["my-plan_2.toml"]
    fresh = load_scenario("my-plan_2").resolved()
    baseline = load_scenario("baseline").resolved()
    assert fresh | {"name": "", "title": ""} == baseline | {"name": "", "title": ""}
    assert nssi("init", "my-plan_2").code == 2


@pytest.mark.parametrize("options", [[], ["--full"]])
def test_every_value_a_new_scenario_shows_is_valid(
    nssi: Nssi, tmp_path: Path, options: list[str]
) -> None:
    nssi("init", "plan", *options)
    path = tmp_path / "scenarios" / "plan.toml"
    text = path.read_text(encoding="utf-8")
    assert (len(text.splitlines()) <= 30) == (not options)
    text = re.sub(r"(?m)^# ([a-z0-9_]+ = |\[trends|\[\[interventions)", r"\1", text)
    path.write_text(text, encoding="utf-8")
    plan = load_scenario("plan")
    assert plan.parameters == load_scenario("baseline").parameters
    assert plan.economics.currency == "EUR"
    assert [each.kind for each in plan.interventions] == ["school_skills_programme"]
    if options:
        assert plan.trends
        assert all(f"\n{name} = " in text for name in (*parameters(), *switches()))


def test_init_does_not_write_through_a_file_that_is_no_folder(nssi: Nssi, tmp_path: Path) -> None:
    (tmp_path / "scenarios").write_text("mine")
    assert nssi("init", "plan").code == 2
    assert (tmp_path / "scenarios").read_text() == "mine"


def test_no_warning_of_a_library_reaches_the_terminal(monkeypatch, capsys):
    def warn(**_):
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=1)

    monkeypatch.setattr("abm.cli.main.app", warn)
    monkeypatch.setattr(sys, "warnoptions", [])
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(SystemExit) as left:
            cli.main()
    assert not left.value.code
    assert capsys.readouterr().err == ""
    assert os.environ["PYTHONWARNINGS"] == "ignore"
