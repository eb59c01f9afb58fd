"""What is printed: plain and whole where it is no terminal, and where to find support."""

import hand_made

from abm.io.progress import Progress, in_words
from abm.io.terminal import plain_figures, print_support
from abm.report.terminal.printing import print_key_figures
from abm.studies.key_figures import summary_of


def test_the_plain_table_is_never_cut(capsys):
    rows = summary_of(hand_made.record(hand_made.scenario()).curves, {})
    print_key_figures(rows, "A title", [1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "A title"
    assert len(lines) == len(rows) + 2
    for line, row in zip(lines[2:], rows, strict=True):
        assert line.startswith(row.label)
        assert line.endswith(row.interval)


def test_columns_of_the_plain_table_are_aligned():
    lines = plain_figures("t", ("", "estimate", "from"), [("a", "1.0", "x"), ("long", "22.0", "y")])
    assert [line.rstrip()[-1] for line in lines[2:]] == ["x", "y"]
    assert lines[2].index("1.0") + 3 == lines[3].index("22.0") + 4


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
