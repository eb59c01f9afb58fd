"""One thing has one name, the field's own: no word of a private dialect in code or for readers."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

DIALECT = {
    r"_?crew\w*": "WorkerPool, supervisor",
    r"\w*shelf\w*": "ResultStore",
    r"HowTo\w+|Request": "RunOptions",
    r"looking|Look": "observe, observed_tables",
    r"over_draws|between_draws|by_draw": "posterior_spread, variance_between_draws, draws",
    r"\w+_in_words": "describe, or a verb such as format_",
    r"of_run|of_sweep": "run, sweep",
    r"plain_book|_?book": "day_log",
    r"_?luck\w*|\w+_luck": "draw, stream",
    r"[Pp]rogrammes": "interventions",
    r"spelling": "messages",
    r"live_(?!a_day$|day\w*$|through$|until$)\w+": "run, simulate; a person lives a day",
    r"[Ll]ives|lives_of": "PersonOutcomes, person_outcomes",
    r"living": "tasks, worlds, bank_runs",
    r"bear_all|give_places": "create_people, allocate_places",
    r"take_stock|settle": "update_slow_states, update_derived",
    r"ghosts?": "baseline, counterfactual",
    r"one_by_one|OneByOne|Plain": "agent_by_agent, PlainRecord",
}
"""Names that no code has any more, and what to say."""

VAGUE = {
    r"how": "options",
    r"finding|finishing|measured|central": "find_run, outputs, statistic, point_estimate",
    r"words": "text, labels, or a verb such as format_",
    r"each|found|of|place|told|said|shown": "what is in it: estimate, rows, index, line",
}
"""Names that say nothing; in tests, where a line or two explain them, they may stand."""

ALLOWED = {
    ("abm/scenario/intervention_library.py", "how"): "a key of intervention_library.toml",
    ("abm/evidence/register.py", "of"): "a key of the register of studies",
    ("abm/evidence/statistics.py", "of"): "the column that this key of a study names",
    ("abm/evidence/evaluation.py", "of"): "the column that this key of a study names",
    ("abm/evidence/published_trends.py", "place"): "England or Victoria",
    ("abm/report/columns.py", "by_draw"): "a key of columns.toml",
    ("abm/cli/sensitivity.py", "of"): "the option --of",
    ("abm/io/messages.py", "shown"): "a value as messages show it",
}
"""Names that stay, and why."""

FOR_READERS = {
    r"\bto live\b(?! a)": "to run, to simulate",
    r"\blives? the (?!day|waking|same|whole)": "runs the",
    r"\b(is|are|was|were) lived\b(?! through)": "is run, is simulated",
    r"\blived (over|anew|again)\b|\bruns lived\b": "simulated over, run again",
    r"\blive (a|one|the) scenario\b|\blive scenarios\b|\blive the bank\b": "run",
    r"\b(is|are|was|were|people|persons|many) harmed\b": "worse off, by chance or by the scenario",
    r"\bto reach for one\b": "number needed to reach",
    r"\bby whom\b": "by group",
    r"\bthe base\b": "the name of the scenario compared with",
    r"\blogit per z\b": "logit per SD",
    r"\btells on\b": "a word first, the id behind it",
    r"\baverts? -": "N more",
    r"\bcrew\b|\bshelf\b|\bluck\b|\bghosts?\b": "workers, store, draws of chance, baseline",
}
"""What readers should not have to learn, and what they read instead."""

SAME_NAME: dict[str, str] = {}
"""Classes of one name that are two things, and why."""


def files(*patterns: str) -> list[Path]:
    """Return files of the repository, without this one."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(path for path in found if path.is_file() and path != Path(__file__))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def names_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every name that a file gives, with its line: also its own."""
    yield 1, path.stem
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def misnamed(paths: list[Path], words: dict[str, str]) -> list[str]:
    """Return where files give a name that they should not."""
    patterns = {re.compile(pattern): instead for pattern, instead in words.items()}
    return [
        f"{name}:{line}: {given}: say {instead}"
        for path in paths
        for name in [path.relative_to(ROOT).as_posix()]
        for line, given in names_in(path)
        for pattern, instead in patterns.items()
        if pattern.fullmatch(given) and (name, given) not in ALLOWED
    ]


def test_code_is_named_by_what_it_is() -> None:
    paths = files("abm/**/*.py", "docs/make/**/*.py", "benchmarks/**/*.py")
    assert paths
    assert misnamed(paths, DIALECT | VAGUE) == []


def test_tests_speak_no_dialect() -> None:
    assert misnamed(files("tests/**/*.py"), DIALECT) == []


def texts() -> Iterator[tuple[str, str]]:
    """Yield what people read, with where it stands: strings of the package, pages, templates.

    A string without a space is a column, a key or a code.
    """
    for path in files("abm/**/*.py", "docs/make/**/*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    pages = files("*.md", "docs/*.md", "docs/how-to/*.md", "scenarios/*.toml", "abm/**/*.toml")
    templates = files(
        "abm/**/*.jinja", "abm/**/*.html", "docs/make/**/*.jinja", "docs/make/**/*.toml"
    )
    for path in [*pages, *templates]:
        if path.name != "CHANGELOG.md":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def test_readers_learn_no_dialect() -> None:
    patterns = {re.compile(p, re.IGNORECASE): instead for p, instead in FOR_READERS.items()}
    found = [
        f"{where}: {match[0]!r}: say {instead}"
        for where, text in texts()
        for pattern, instead in patterns.items()
        if (match := pattern.search(text))
    ]
    assert found == []


def test_one_class_has_one_name() -> None:
    homes = defaultdict(list)
    for path in files("abm/**/*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and node.name not in SAME_NAME:
                homes[node.name].append(path.relative_to(ROOT).as_posix())
    assert homes
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


@pytest.mark.parametrize(("file", "name"), ALLOWED)
def test_names_that_stay_are_still_there(file: str, name: str) -> None:
    assert name in {given for _, given in names_in(ROOT / file)}
