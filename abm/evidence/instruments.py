"""Instruments: what the surveys, records and trials behind the register asked or counted.

`instruments.toml` holds them, coded from the sources by people who had looked at no result.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import model_validator

from abm.io.declarations import DeclarationError, Declared, Text, checked, named, toml_tables
from abm.io.messages import did_you_mean

INSTRUMENTS_FILE = "instruments.toml"
FACTS = ("intent", "poisoning", "frame", "mode", "period", "years", "country", "sure", "seen")

Kind = Literal[
    "single item",
    "list",  # of ways of self-injury, or of reasons
    "either",  # pooled over questions and lists
    "interview",
    "record",
    "prompts",
    "trial",
    "laboratory",
    "none",
]

NONE: Mapping[str, "Instrument"] = MappingProxyType({})


class Instrument(Declared):
    """What was asked or counted, of whom and how; of the kind none, why nothing was."""

    id: Text
    kind: Kind
    asks: Text
    intent: Literal["not to die", "any", "mixed or unclear"] | None = None
    poisoning: Literal["yes", "no", "unclear"] | None = None  # whether it counts as an act
    ages: tuple[int, int] | None = None  # first and last, completed, where the source gives them
    frame: str = ""  # who they are, and what the ages mean
    mode: str = ""
    period: str = ""  # that acts are recalled from
    counts: str = "any act"  # the threshold, or what is counted
    years: str = ""
    country: str = ""
    sure: Literal["read", "known", "guess"] | None = None
    seen: str = ""  # the source that was looked at
    unread: str = ""  # what it does not say, and is only known or a guess

    @model_validator(mode="after")
    def _check(self) -> Self:
        lacking = [name for name in FACTS if not getattr(self, name)]
        if self.kind != "none" and lacking:
            raise ValueError(f"lacks {', '.join(lacking)}")
        return self


def read_instruments(text: str) -> dict[str, Instrument]:
    """Return instruments by name; DeclarationError says what is wrong with which."""
    tables = prepared_instruments(toml_tables(text, INSTRUMENTS_FILE), INSTRUMENTS_FILE)
    return checked(dict[str, Instrument], tables, INSTRUMENTS_FILE)


def prepared_instruments(
    tables: Mapping[str, Any], where: str, known: Mapping[str, Instrument] = NONE
) -> Any:
    """Return instruments with the fields of those above them, or known, that they are like.

    `where` says in a DeclarationError where they are from.
    """
    whole: dict[str, Any] = {
        name: instrument.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
        for name, instrument in known.items()
    }
    for name, table in tables.items():
        like = table.get("like") if isinstance(table, dict) else None
        if like is None:
            whole[name] = table
            continue
        if not isinstance(whole.get(str(like)), dict):
            hint = did_you_mean(str(like), whole)
            raise DeclarationError(f"{where}: {name}: no instrument {like} above it{hint}")
        whole[name] = {**whole[like], **{k: v for k, v in table.items() if k != "like"}}
    return named({name: whole[name] for name in tables}, "id")
