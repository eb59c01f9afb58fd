"""What is printed: plain and whole where it is no terminal, and where to find support."""

import hand_made

from abm.io.progress import Progress, in_words
from abm.io.terminal import print_support, print_table
from abm.report.terminal.printing import print_section
from abm.report.terminal.run import run_section
from abm.studies.key_figures import summary_of


def test_the_plain_table_is_never_cut(capsys):
    scenario = hand_made.scenario()
    rows = summary_of(hand_made.record(scenario).curves, {})
    print_section(run_section(scenario, rows, [1], {}, False))
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[0]
        == f"{scenario.title or scenario.name}: {scenario.population.size:,} people, seed 1"
    )
    assert len(lines) == len(rows) + 2
    for line, row in zip(lines[2:], rows, strict=True):
        assert line.startswith(row.label)
        assert line.endswith(row.interval)


def test_columns_of_the_plain_table_are_aligned(capsys):
    rows = [("a", "1.0", "x"), ("long", "22.0", "y")]
    print_table(("", "estimate", "from"), rows, numbers={1})
    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip()[-1] for line in lines[1:]] == ["x", "y"]
    assert lines[1].index("1.0") + 3 == lines[2].index("22.0") + 4


def test_support_is_named(capsys):
    print_support()
    assert "findahelpline.com" in capsys.readouterr().err


def test_progress_prints_plain_lines_with_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr("abm.io.progress.SECONDS_BETWEEN_LINES", 0.0)
    with Progress("living") as progress:
        for share in (0.0, 0.1, 0.5, 1.0):
            progress.update(share)
    shown = capsys.readouterr().err
    assert "living: 50%, about 0 s left" in shown
    assert "not known yet" in shown


def test_quiet_progress_is_silent(capsys, monkeypatch):
    monkeypatch.setattr("abm.io.progress.SECONDS_BETWEEN_LINES", 0.0)
    with Progress("living", quiet=True) as progress:
        progress.update(0.5)
    assert capsys.readouterr().err == ""


def test_durations_are_written_out():
    assert in_words(59.6) == "1 min 0 s"
    assert in_words(7_260) == "2 h 1 min"
