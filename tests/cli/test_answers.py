"""The same command again shows what it printed before, at once, as long as nothing has changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from abm import compilation
from abm.cli import main as cli
from abm.cli.answers import FOLDER, MOST_KEPT
from abm.cli.validate import validation_folder
from abm.experiments.comparison.runs import comparison_folder
from abm.io.terminal import print_support, print_table, print_text
from abm.runs.folder import RunFolder

HEAVY = ("numpy", "numba", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn", "mesa", "SALib")
AGAIN = f"""
import sys
from abm.cli.main import main
try:
    main()
finally:
    print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
# What lives the runs of each command, and the folder that it fills.
COMMANDS = {
    "run birth-cohort": (
        "abm.cli.run.run_command",
        lambda scenario, _, how, logs: RunFolder(how.out, scenario).path,
    ),
    "compare baseline school-skills": (
        "abm.cli.compare.compare_command",
        lambda scenarios, _, how, **__: comparison_folder(how.out, scenarios).path,
    ),
    "sweep baseline --vary stressor_rate=0.3,0.4": (
        "abm.cli.sweep.sweep_command",
        lambda scenario, points, _, how: RunFolder(how.out, scenario, "sweep", points.plain()).path,
    ),
    "sensitivity": (
        "abm.cli.sensitivity.sensitivity_command",
        lambda scenario, plan, how: (
            RunFolder(how.out, scenario, "sensitivity", plan.design().plain()).path
        ),
    ),
    "validate": (
        "abm.cli.validate.validate_command",
        lambda *given: validation_folder(*given).path,
    ),
}
RUN = "run birth-cohort"


@pytest.fixture
def nssi(tmp_path, monkeypatch, capsys):
    """Return a function that calls a command: how often it was run, what it printed.

    What would live runs writes a table and prints figures instead.
    """
    monkeypatch.chdir(tmp_path)
    lived = []

    def call(command, code=0):
        for words, (place, folder_of) in COMMANDS.items():

            def live(*given, folder_of=folder_of, words=words, **named):
                lived.append(words)
                folder = folder_of(*given, **named)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "curves.csv").write_text("age,value\n12,0.5\n")
                print_table(("", "estimate", "from"), [("ever", "17.9 %", "a seed")], {1})
                print_text(f"\n{folder}")
                print_support()
                return code

            monkeypatch.setattr(place, live)
        before = len(lived)
        monkeypatch.setattr(sys, "argv", ["nssi", *command.split()])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        assert int(leaving.value.code or 0) == code
        return len(lived) - before, capsys.readouterr()

    return call


def kept() -> Path:
    """Return the only answer there is."""
    (path,) = Path("results").rglob(f"{FOLDER}/*.json")
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_answered_at_once_the_second_time(nssi, command):
    runs, first = nssi(command)
    assert runs == 1
    again = subprocess.run(
        [sys.executable, "-c", AGAIN, *command.split()],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    assert again.stdout == first.out
    messages = again.stderr.splitlines()
    assert "nothing was run anew" in messages[0]
    *said, imported = messages[1:]
    assert said == first.err.splitlines()  # where to find support
    assert imported in ("", "numpy" if command == "validate" else "")  # whose worlds hold arrays


@pytest.mark.parametrize(
    "other", ["--json", "--seeds 2", "--seed 2", "--years 9", "--acts", "--set barrier_mean=8"]
)
def test_another_question_has_another_answer(nssi, other):
    nssi(RUN)
    assert nssi(f"{RUN} {other}")[0] == 1
    assert nssi(f"{RUN} {other}")[0] == 0
    assert nssi(RUN)[0] == 0


@pytest.mark.parametrize("same", ["--jobs 2", "--quiet"])
def test_options_of_the_work_do_not_matter_where_there_is_none(nssi, same):
    nssi(RUN)
    runs, printed = nssi(f"{RUN} {same}")
    assert runs == 0
    assert ("nothing was run anew" in printed.err) == ("quiet" not in same)


def test_force_lives_it_again(nssi):
    nssi(RUN)
    assert nssi(f"{RUN} --force")[0] == 1
    assert nssi(RUN)[0] == 0


def test_what_failed_is_not_an_answer(nssi):
    nssi(RUN, code=1)
    assert nssi(RUN)[0] == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_text("age,value\n12,0.6\n"),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), os.mkfifo(file)),
        lambda file: (file.unlink(), file.symlink_to("/dev/zero")),
    ],
)
def test_a_changed_file_of_the_run_folder_is_seen(nssi, harm):
    nssi(RUN)
    harm(kept().parents[1] / "curves.csv")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "write_text", lambda *given: None)  # would wait for a reader
        assert nssi(RUN)[0] == 1


def changed(answer, **other):
    """Return an answer with other contents whose checksum is right."""
    from abm.cli.answers import _hash_of

    whole = {name: value for name, value in answer.items() if name != "sha256"} | other
    return json.dumps({"sha256": _hash_of(whole), **whole})


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_text(file.read_text().replace("17.9", "71.9")),
        lambda file: file.write_text(file.read_text()[:-20]),
        lambda file: file.write_text("[" * 100_000),
        lambda file: file.write_text("[]"),
        lambda file: (file.unlink(), os.mkfifo(file)),
        lambda file: os.truncate(file, 2**40),
        lambda file: file.write_text(
            changed(json.loads(file.read_text()), printed=[["text", "\x1b[2J"]])
        ),
        lambda file: file.write_text(
            changed(json.loads(file.read_text()), printed=[["table", ["a"], [["b", "c"]]]])
        ),
        lambda file: file.write_text(changed(json.loads(file.read_text()), printed=[["run"]])),
    ],
    ids=["digits", "cut", "deep", "list", "pipe", "large", "escape", "ragged", "unknown"],
)
def test_a_damaged_answer_is_no_answer(nssi, harm):
    _, first = nssi(RUN)
    harm(kept())
    runs, again = nssi(RUN)
    assert runs == 1
    assert again.out == first.out


def test_a_changed_scenario_has_another_answer(nssi):
    Path("scenarios").mkdir()
    scenario = Path("scenarios/mine.toml")
    for size in (30, 40):
        scenario.write_text(f'extends = "birth-cohort"\n[population]\nsize = {size}\n')
        assert nssi("run mine")[0] == 1


def test_other_code_has_other_answers(nssi, monkeypatch):
    nssi(RUN)
    monkeypatch.setattr("abm.cli.answers.source_hash", lambda: "another colour of a figure")
    assert nssi(RUN)[0] == 1


def test_a_changed_design_has_another_answer(nssi):
    for value in (0.3, 0.4):
        Path("design.csv").write_text(f"stressor_rate\n{value}\n")
        assert nssi("sweep baseline --design design.csv")[0] == 1
    assert nssi("sweep baseline --design design.csv")[0] == 0


def test_a_copied_folder_does_not_speak_for_the_first(nssi):
    nssi(RUN)
    folder = kept().parents[1]
    folder.rename(folder.with_name("copy"))
    assert nssi(RUN)[0] == 1


def test_a_folder_keeps_only_the_latest_answers(nssi):
    for seed in range(MOST_KEPT + 2):
        nssi(f"{RUN} --seed {seed}")
    assert len(list(Path("results").rglob(f"{FOLDER}/*.json"))) == MOST_KEPT
    assert nssi(f"{RUN} --seed {MOST_KEPT + 1}")[0] == 0
    assert nssi(f"{RUN} --seed 0")[0] == 1


def test_the_source_hash_covers_what_only_shows():
    only_shown = {"report/figures/style.py", "cli/main.py", "scenario/posterior.csv"}
    assert only_shown <= set(compilation._sources("*.py", "*.csv"))
    assert compilation.source_hash() != compilation.code_version()
