"""`nssi --help` fits a terminal and names every command; shells complete what is typed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import abm.cli
from abm.cli.main import COMMANDS, HELPLINES, IN_LISTS

NSSI = Path(sys.executable).with_name("nssi")
COLUMNS = 80
BASH = """
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_nssi_completion nssi
printf '%s\\n' "${COMPREPLY[@]}"
"""


def printed(*arguments: str, **environment: str) -> str:
    """Return what the installed command prints."""
    done = subprocess.run(
        [str(NSSI), *arguments],
        env={**os.environ, "COLUMNS": str(COLUMNS), **environment},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_help_fits_a_terminal_and_names_every_command_once_and_support_last() -> None:
    lines = printed("--help").splitlines()
    assert lines[-1] == f"  {HELPLINES}"
    assert not [line for line in lines[1:-1] if len(line) > COLUMNS or line.endswith("...")]
    listed = {name: line for group in COMMANDS.values() for name, line in group.items()}
    assert len(listed) == sum(map(len, COMMANDS.values()))
    for name, about in listed.items():
        assert about.endswith(".")
        assert [line.split() for line in lines].count([name, *about.split()]) == 1
    headings = [f"{purpose}:" for purpose in COMMANDS]
    assert [line for line in lines if line in headings] == headings


def test_every_module_of_commands_is_in_a_group() -> None:
    """A command that is in no group could not be called."""
    named = {name for group in COMMANDS.values() for name in group} - set(IN_LISTS)
    no_commands = {"main", "lists", "options", "answers", "frame"}
    files = {path.stem for path in Path(abm.cli.__file__).parent.glob("[!_]*.py")}
    assert {name for name in files - no_commands if not name.endswith("_command")} == named


@pytest.mark.parametrize("name", [name for group in COMMANDS.values() for name in group])
def test_the_help_of_a_command_is_of_sentences(name: str) -> None:
    lines = printed(name, "--help").splitlines()
    assert lines[-1] == f"  {HELPLINES}"
    assert not [line for line in lines[1:-1] if len(line) > COLUMNS or line.endswith("...")]
    text = " ".join("\n".join(lines).split("\n\n")[1].split())
    assert text.endswith(".")


def test_commands_that_are_not_called_are_not_imported() -> None:
    code = "import sys, abm.cli.main as m\ntry: m.main()\nfinally: print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "abm.cli.main" in loaded
    assert not {"abm.cli.run", "abm.cli.lists", "pydantic", "abm.scenario.scenario"} & set(loaded)


# Shells complete

COMPLETED = [
    (["ru"], ["run"]),
    (["se"], ["sensitivity"]),
    (["run", "--se"], ["--seeds", "--seed", "--set"]),
    (["run", "birth"], ["birth-cohort"]),
    (["compare", "baseline", "school-skills", "birth"], ["birth-cohort"]),
    (["run", "--set", "stressor_ra"], ["stressor_rate="]),
    (["sweep", "--vary", "stressor_ra"], ["stressor_rate="]),
    (["sensitivity", "--parameters", "barrier_mean,stressor_ra"], ["barrier_mean,stressor_rate"]),
    (["parameters", "stressor_ra"], ["stressor_rate"]),
    (["interventions", "dbt"], ["dbt_a"]),
    (["evidence", "P61"], ["P61"]),
    (["run", "--uncertainty", "p"], ["posterior"]),
    (["run", "no-such"], []),
]


@pytest.fixture(scope="module")
def source() -> str:
    """Return what bash is to evaluate before it completes."""
    return printed(_NSSI_COMPLETE="source_bash")


@pytest.mark.parametrize(("words", "expected"), COMPLETED)
def test_bash_completes(words: list[str], expected: list[str], source: str, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", "-c", source + BASH, "bash", "nssi", *words],
        env={**os.environ, "PATH": f"{NSSI.parent}:{os.environ['PATH']}"},
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (expected, "")


def test_bash_completes_a_scenario_of_one_s_own(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "girls-of-13.toml").write_text('extends = "baseline"')
    done = subprocess.run(
        [str(NSSI)], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "_NSSI_COMPLETE": "complete_bash", "COMP_WORDS": "nssi run gi",
             "COMP_CWORD": "2"},
    )  # fmt: skip
    assert done.stdout == "girls-of-13\n"


def test_zsh_and_fish_are_told_what_each_name_means() -> None:
    assert "#compdef nssi" in printed(_NSSI_COMPLETE="source_zsh")
    assert "complete --command nssi" in printed(_NSSI_COMPLETE="source_fish")
    line = {"_TYPER_COMPLETE_ARGS": "nssi interventions dbt"}
    meaning = "Dialectical behaviour therapy for adolescents"
    assert f'"dbt_a":"{meaning}"' in printed(**line, _NSSI_COMPLETE="complete_zsh")
    fish = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_NSSI_COMPLETE": "complete_fish"}
    assert printed(**line, **fish) == f"dbt_a\t{meaning}\n"
