"""The tutorial's commands, run from an empty folder, print what its text says."""

from pathlib import Path

import pytest

from docs.make.tutorial import PageError, blocks_of, differences, done, main

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "tutorial.md"


def test_the_tutorial_gives_what_it_says(tmp_path: Path) -> None:
    """`python -m docs.make.tutorial --write` puts new figures into the page."""
    page = PAGE.read_text(encoding="utf-8")
    done_page = done(page, tmp_path)
    assert "\n".join(differences(page, done_page)) == ""
    assert done_page == page


def test_the_python_for_notebooks_gives_what_it_says(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "notebook-and-r.md").read_text(encoding="utf-8")
    assert "\n".join(differences(page, done(page, tmp_path))) == ""


def test_every_command_of_the_tutorial_shows_what_it_prints() -> None:
    blocks = blocks_of(PAGE.read_text(encoding="utf-8"))
    commands = [block for block in blocks if block.language in ("sh", "python")]
    printed = [block for block in blocks if block.language == "text"]
    assert len(commands) == len(printed) > 5
    assert all(block.text.strip() for block in printed)


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def test_what_comes_out_takes_the_place_of_what_was_said(tmp_path: Path) -> None:
    ran = fenced("sh", "echo 12; echo results/a/0a1b2c3d4e5f; echo nssi: 3 s >&2\n")
    apart = "\nand then\n\n" + fenced("text", "left alone\n")
    page = ran + "\n" + fenced("text", "11\n") + apart
    assert done(page, tmp_path) == (
        ran + "\n" + fenced("text", "12\nresults/a/0123456789ab\n") + apart
    )


def test_scenarios_are_written_where_they_say(tmp_path: Path) -> None:
    text = '# scenarios/mine.toml\nextends = "baseline"\n'
    page = fenced("toml", text) + fenced("toml", "a = 1\n")
    assert done(page, tmp_path) == page
    assert [path.name for path in (tmp_path / "scenarios").iterdir()] == ["mine.toml"]
    assert (tmp_path / "scenarios" / "mine.toml").read_text() == text


def test_another_exit_code_than_said_is_an_error(tmp_path: Path) -> None:
    done(fenced("sh", "exit 2  # ends with code 2\n"), tmp_path)
    with pytest.raises(PageError, match="code 3 from"):
        done(fenced("sh", "exit 3\n"), tmp_path)


def test_the_command_checks_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(fenced("python", "print(1)\n") + "\n" + fenced("text", ""))
    monkeypatch.setattr("sys.argv", ["tutorial", str(page)])
    assert main() == 1
    assert "+1" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["tutorial", "--write", str(page)])
    assert main() == 0
    assert page.read_text() == fenced("python", "print(1)\n") + "\n" + fenced("text", "1\n")
