"""The benchmarks measure what they say: nothing twice, the same days beside each other."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch):
    """Import a benchmark by its name, as its script would."""
    monkeypatch.syspath_prepend(BENCHMARKS)

    def imported(name: str) -> ModuleType:
        return importlib.import_module(name)

    return imported


def test_what_was_measured_is_kept_and_not_measured_again(benchmark, tmp_path: Path) -> None:
    commands = benchmark("commands")
    steps = commands.units(commands.QUICK)["run"]
    kept = commands.Kept(tmp_path / "kept.jsonl")
    assert kept.repeats("run", steps, "abc") == 0
    kept.add([commands.Cost("abc", "run", step.label, 2.0, 1.0, 300.0) for step in steps])
    again = commands.Kept(tmp_path / "kept.jsonl")
    assert again.repeats("run", steps, "abc") == 1
    assert again.repeats("run", steps, "def") == 0


def test_commands_are_compared_by_their_cpu_seconds(benchmark, tmp_path: Path) -> None:
    commands = benchmark("commands")
    kept = commands.Kept(tmp_path / "kept.jsonl")
    kept.add([commands.Cost("new", "compare", "compare", 20.0, 11.0, 300.0)])
    kept.add([commands.Cost("old", "compare", "compare", 50.0, 30.0, 400.0)])
    commands.write(tmp_path / "table.md", kept, ["compare", "validate"], ["new", "old"])
    lines = (tmp_path / "table.md").read_text().splitlines()
    assert "| compare | 20.0 | 11.0 | 300 | 50.0 | 30.0 | 400 | 2.50 |" in lines
    assert "| validate |  |  |  |  |  |  |  |" in lines


def test_a_page_is_measured_when_its_rows_are_known_from_another_checkout(
    benchmark, tmp_path: Path
) -> None:
    commands = benchmark("commands")
    kept = commands.Kept(tmp_path / "kept.jsonl")
    kept.add([commands.Cost("new", "page-1000", "the page opens", 3.0, 4.0, 300.0)])
    assert kept.repeats("page-1000", (), "new") == 1
    assert kept.repeats("page-1000", (), "old") == 0


def test_a_checkout_without_an_environment_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "speed.py"), "--beside", str(tmp_path)]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "run ./nssi --help there once" in refused.stderr


def test_two_checkouts_simulate_the_same_days(benchmark, monkeypatch: pytest.MonkeyPatch) -> None:
    speed = benchmark("speed")
    asked: dict[str, list[int]] = {}

    class Counted(speed.SubjectProcess):
        def __init__(self, subject: str, people: int, python: str) -> None:
            self.days = asked.setdefault(python, [])

        def __enter__(self) -> "Counted":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait_until_built(self) -> None:
            pass

        def cpu_seconds(self, days: int) -> float:
            self.days.append(days)
            return 0.1 * days

    monkeypatch.setattr(speed, "SubjectProcess", Counted)
    this, other = (speed.Column(python, "headless", "", python) for python in ("this", "other"))
    speeds = speed.speeds([this, other], people=50, repeats=2, seconds=0.3)
    assert sum(asked["this"]) == sum(asked["other"])
    assert asked["this"][-2:] == asked["other"][-2:] == [3, 3]
    assert speeds["this"] == speeds["other"] == pytest.approx([500.0, 500.0])


def test_a_subject_answers_with_what_its_days_cost(benchmark) -> None:
    process = benchmark("subject_process").SubjectProcess("idiomatic", 20)
    with process:
        process.wait_until_built()
        assert 0.0 <= process.cpu_seconds(3) < 60.0


def test_the_day_without_a_count_of_instructions_says_so(benchmark) -> None:
    table = benchmark("result_table")
    results = table.Results(
        labels={},
        repeats=1,
        versions="",
        speeds={},
        ratios={},
        beside={},
        memory={},
        start_up={},
        costs={},
        contents={"here": {"acts": 0.002}, "there": {"exp": 2.0}},
        instructions=None,
    )
    text = table.contents_of_a_day(results)
    assert "| acts | 0.002 |  |" in text
    assert "not counted on this machine" in text
