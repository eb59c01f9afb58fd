"""Files of evidence that are wrong are refused in one line, and nothing is written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from abm.evidence.own_evidence import MOST_ENTRIES, with_own
from abm.evidence.register import register
from abm.io.declarations import LARGEST_FILE
from abm.io.messages import InputError, printable

GOOD = """\
[OWN1]
statement = "Ever self-injured, ages 14 to 17, %"
source = "A survey"
year = 2024
kind = "level"
instrument = "apms"
published = 16.2
range = [14.1, 18.6]
interval = "published 95 % interval"
[OWN1.study]
statistic = "percentage"
of = "ever"
"""
QUANTITY = """\
[quantities.q]
statement = "Ever, %"
scale = "log-odds"
instrument = "one question"
accepts = "published range"
why = "two surveys"
members = ["OWN1", "E041"]
"""
WORLD = '[worlds.w]\nmeaning = "A world."\nlogs = ["people"]\n'
MANY = "".join(f"[A{number}]\nx = 1\n" for number in range(MOST_ENTRIES + 1))
CHANGED = {
    "no such field": ("statement", "statment", "OWN1.statment: .*did you mean 'statement'"),
    "lacking": ('source = "A survey"', "", "OWN1: lacks source"),
    "of the wrong type": ("year = 2024", 'year = "2024"', "OWN1.year: expected a whole number"),
    "a year of no survey": ("year = 2024", "year = 202400", "OWN1.year: expected less than"),
    "none of the kinds": ('"level"', '"levle"', "OWN1.kind: expected 'level'"),
    "no number": ("16.2", "nan", "OWN1.published: expected a number"),
    "infinite": ("16.2", "inf", "OWN1.published: expected a number"),
    "no bound": ("14.1, 18.6", "nan, nan", "OWN1: low and high: expected at least one"),
    "turned round": ("14.1, 18.6", "18.6, 14.1", "OWN1: low and high: .* low below high"),
    "one end": ("[14.1, 18.6]", "[14.1]", r"OWN1.range: expected \[low, high\]"),
    "a huge number": ("16.2", "9" * 1900, "OWN1.published: expected a number"),
    "no instrument": ('"apms"', '"apsm"', "OWN1: there is no instrument apsm; .* 'apms'"),
    "no world": ("of =", 'world = "watch"\nof =', "there is no world watch; .* 'watched'"),
    "a world without a name": ("of =", 'world = ""\nof =', "study.0.world: expected a text"),
    "half of what is asked of many studies": (
        "of =", "size = [20, 90]\nof =", "study.0: size and studies: needed by",
    ),
    "more than most": (
        'statistic = "percentage"',
        'statistic = "percentage of studies endorsing"\nsize = [90, 20]\nstudies = 5',
        "study.0: size: expected fewest and most",
    ),
    "no statistic": ('"percentage"', '"percentge"', "statistic: .* did you mean 'percentage'"),
    "no table": ("of =", 'table = "wave"\nof =', r"OWN1.study.0.table: expected 'people'"),
    "not in this world": (
        "of =", 'world = "watched"\ntable = "waves"\nof =', "table: the world watched has no waves",
    ),
    "no column": ('"ever"', '"evr"', "OWN1: study: of: .*'evr'.*did you mean 'ever'"),
    "no column to ask": (
        "of =", 'table = "census"\nasked = { question = "either" }\nof =', "study: asked: .*column",
    ),
    "no expression": ('"ever"', '"ever >"', r"study.0: of: 'ever >' is not an expression"),
    "code": ('"ever"', "\"__import__('os')\"", "of: .*expected one of the functions"),
    "a function of nothing": ('"ever"', '"top(age)"', "of: .*top takes 2 values, not 1"),
    "a share of no number": ('"ever"', '"top(age, age)"', "of: .*takes a share from 0 to 1"),
    "too long a sum": ('"ever"', f'"{"1+" * 300}1"', "of: is too long"),
    "twice": ("year = 2024", "year = 2024\nyear = 2025", "is not valid TOML"),
    "shipped": ("OWN1", "P01", "P01: the name is taken, by P01"),
    "shipped in small letters": ("OWN1", "e006", "e006: the name is taken, by E006"),
    "a name of 300 letters": ("OWN1", "A" * 300, "expected a name of letters"),
    "a name with a line break": ("[OWN1]", '["a\\nb"]', "expected a name of letters"),
    "two lines": ("Ever self-injured, ", "Ever\\nself-injured, ", "OWN1: statement: expected one"),
    "an escape": ("Ever self-injured, ", "\\u001b[2J", "OWN1: statement: expected one line"),
    "no table of entries": ("[OWN1]", "OWN2 = 1\n[OWN1]", "OWN2: expected a table, not 1"),
    "no defaults": ("[OWN1]", "defaults = 1\n[OWN1]", "defaults: expected a table, not 1"),
    "a shipped world": ("[OWN1]", WORLD.replace(".w]", ".england]") + "[OWN1]",
                        "worlds: england: the name is taken"),
    "a world of no scenario": (
        "[OWN1]", f'{WORLD}scenario = "englnd"\n[OWN1]', "worlds.w: .*no scenario called 'englnd'",
    ),
    "a world of a path": (
        "[OWN1]", f'{WORLD}scenario = "/etc/passwd"\n[OWN1]', "worlds.w: scenario: expected a",
    ),
    "a world with no such number": (
        "[OWN1]", f"{WORLD}changes = {{ stressor_rat = 1 }}\n[OWN1]", "w: .*'stressor_rate'",
    ),
    "a group": ("OWN1", "claims", "claims: the name is taken"),
    "a quantity of nothing": (
        "[OWN1]", QUANTITY.replace("E041", "E0411") + "[OWN1]", "q: no entry E0411; .*'E041'",
    ),
    "a quantity that is shipped": (
        "[OWN1]", QUANTITY.replace(".q]", ".ever-reviews]") + "[OWN1]", "the name is taken",
    ),
    "a quantity that cannot be pooled": (
        "[OWN1]",
        QUANTITY.replace("published range", "prediction interval") + "[OWN1]",
        "quantities: q: why: expected where there is no prediction interval",
    ),
    "a quantity of no scale": (
        "[OWN1]", QUANTITY.replace("log-odds", "odds") + "[OWN1]", "q.scale: expected 'log-odds'",
    ),
    "a quantity of nobody": (
        "[OWN1]",
        QUANTITY.replace('"OWN1"', '{ entry = "OWN1", people = [0] }') + "[OWN1]",
        "q.members.0.people.0: expected greater than or equal to 1",
    ),
    "a quantity of guesses": (
        "[OWN1]",
        QUANTITY.replace("published range", "prediction interval")
        .replace('why = "two surveys"', "")
        .replace('"OWN1", "E041"', '{ source = "x", published = 3 },' * 5) + "[OWN1]",
        "quantities: q: nothing can be accepted: expected numbers with standard errors",
    ),
    "a ratio of which nothing is published": (
        "[OWN1]",
        QUANTITY.replace("log-odds", "log").replace(
            '"E041"', '{ entry = "E041", over = "OWN1" }'
        ) + "[OWN1]",
        "quantities: q: .*E041: no ratio is published of it",
    ),
    "a ratio on the scale of shares": (
        "[OWN1]",
        QUANTITY.replace('"E041"', '{ entry = "E041", over = "OWN1", published = 1.2 }') + "[OWN1]",
        "q: scale: expected log, as a member is a ratio of two",
    ),
    "the rest of 100 % as it is": (
        "[OWN1]",
        QUANTITY.replace("log-odds", "natural").replace(
            '"E041"', '{ entry = "E041", compares = "the others" }'
        ) + "[OWN1]",
        "q: scale: expected log-odds, as a member is what others leave",
    ),
    "a quantity of one number": (
        "[OWN1]",
        QUANTITY.replace('"OWN1", "E041"', '{ source = "x", published = 3 }') + "[OWN1]",
        "quantities: q: members: what is accepted has no width",
    ),
    "a log of nothing": (
        "[OWN1]", WORLD.replace("people", "peple") + "[OWN1]", "w: logs: .*did you mean 'people'",
    ),
}  # fmt: skip
WHOLE = {
    "empty": (b"", "is empty; expected an entry"),
    "only defaults": (b"[defaults]\nyear = 2024\n", "is empty; expected an entry"),
    "not UTF-8": (GOOD.encode("utf-16"), "is not a text file"),
    "arrays 900 deep": (b"a = " + b"[" * 900, "is nested too deeply"),
    "tables 900 deep": (b"a" + b".a" * 900 + b" = 1", "is nested too deeply"),
    "a long line": (b"#" * 3000, "line 1 is too long"),
    "too many": (MANY.encode(), "more than 1,000"),
    "too large": (b"#\n" * LARGEST_FILE, "is too large"),
    "no digits": (b"a = " + b"\n+".join([b"9" * 1500] * 3), "is not valid TOML"),
}


def refusal(path: Path) -> str:
    """Return the one line with which a file is refused."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(InputError) as refused:
        with_own(register(), path)
    assert sorted(path.parent.iterdir()) == before
    text = str(refused.value)
    assert text.isprintable()
    assert len(text) < 700
    assert text.startswith(printable(f"{path}: "))
    return text.removeprefix(f"{path}: ")


@pytest.mark.parametrize(("old", "new", "message"), CHANGED.values(), ids=CHANGED)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert re.search(message, refusal(path)), refusal(path)


@pytest.mark.parametrize(("content", "message"), WHOLE.values(), ids=WHOLE)
def test_what_is_no_file_of_entries_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    assert message in refusal(path)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zeros.toml").symlink_to("/dev/zero")
    (tmp_path / "circle.toml").symlink_to(tmp_path / "circle.toml")
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    for name in ("pipe.toml", "zeros.toml", ""):
        assert "is not a regular file" in refusal(tmp_path / name)
    assert "there is no such file; did you mean 'own.toml'?" in refusal(tmp_path / "owm.toml")
    for name in ("circle.toml", "a" * 300, "a\0b"):
        refusal(tmp_path / name)


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8-sig")
    (tmp_path / "link.toml").symlink_to(tmp_path / "own.toml")
    assert "OWN1" in with_own(register(), tmp_path / "link.toml").entries


@pytest.mark.parametrize("command", ["validate", "evidence"])
def test_a_command_ends_with_one_line_and_nothing_written(tmp_path: Path, command: str) -> None:
    (tmp_path / "own.toml").write_text(GOOD.replace("ever", "evr"), encoding="utf-8")
    nssi = Path(sys.executable).with_name("nssi")
    asked = [str(nssi), command, "--evidence", "own.toml", "--only", "own"]
    done = subprocess.run(
        asked, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: own\.toml: OWN1: study: of: .*did you mean.*\n", done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["own.toml"]
