"""Names, units and sources of numbers as people read them who know neither code nor register."""

import re

from abm.evidence.register import register
from abm.people.year_groups import NUMBERS_A_YEAR

UNITS = (
    (r"^1$", ""), (r"^1 ?/ ?", "per "), (r"^h$", "hours"), (r"\blogit\b", "log-odds"),
    (r"\bper (SD|z)\b", "per standard deviation"), (r"^z$", "standard deviations"),
)  # fmt: skip
"""What stands for parts of a unit, in this order."""

FITTED = (
    (r"size fitted: a point of the posterior", "size fitted to published figures"),
    (r"fitted: a point of the posterior", "fitted to published figures"),
    (r" \(abm\.[\w.]+\)", ""),
)
CODE = r"\b[A-Z]\d{2,3}(?:-[A-Z]\d{2,3})?\b"
"""One entry of the register of published figures, or a range of them."""


def readable(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ").capitalize()


def short_number(person: int) -> str:
    """Return a person's number as people say it: the year of entry and the place in it."""
    return "{}-{}".format(*divmod(person, NUMBERS_A_YEAR))


def plain_unit(unit: str) -> str:
    """Return a unit without the shorthand of statistics."""
    return _replaced(unit, UNITS)


def plain_source(source: str) -> str:
    """Return a source with studies in place of the codes of the register.

    A code that the register does not hold goes, as what it stands for is said beside it.
    """
    text = _replaced(source, FITTED)
    text = re.sub(rf" \({CODE}\)", lambda code: _study_of(code[0][2:-1], " ({})"), text)
    text = re.sub(rf"(^|[;:] ){CODE}: |{CODE}, (?=[A-Z][a-z])", r"\1", text)
    text = re.sub(rf"(?:the figures? )?({CODE})", lambda code: _study_of(code[1], "{}"), text)
    return re.sub(r"(^|; )(?:, )+", r"\1", re.sub(r"(, )+(?=;|$)", "", text))


def _study_of(code: str, form: str) -> str:
    """Return a figure in words with its study, or nothing if the register does not hold it."""
    entry = register().entries.get(code.split("-")[0])
    if entry is None:
        return ""
    return form.format(f"“{entry.statement.rstrip('.')}” ({entry.source} {entry.year})")


def _replaced(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, instead in rules:
        text = re.sub(pattern, instead, text)
    return text
