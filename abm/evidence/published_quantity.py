"""The form of a published quantity: which estimates it has, and how what is accepted is made."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from abm.evidence.pooling import FEWEST_POOLED
from abm.evidence.scales import Scale
from abm.io.declarations import Declared, Text, named

SEXES, OTHERS = "females over males", "the others"
HowMany = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Member(Declared):
    """One published estimate of a quantity, and the entry whose study imitates it."""

    entry: Text | None = None  # what has none counts among the published alone
    over: Text | None = None  # the entry below the line, of a ratio of two
    # Females over males: the study of the entry, asked of both sexes. The others: 100 % minus it.
    compares: Literal["females over males", "the others"] | None = None
    published: float | None = None  # else that of the shares, or of the entry
    low: float | None = None  # its own sampling interval; else that of the people, or of the entry
    high: float | None = None
    shares: tuple[float, float] | None = None  # in percent, whose ratio is published
    people: tuple[HowMany, ...] = ()  # who answered; of a ratio of shares, of each
    source: str = ""  # of what has no entry

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.entry is None) == (not self.source):
            raise ValueError("source: expected of a member without an entry, and only there")
        if self.entry is None and self.published is None and self.shares is None:
            raise ValueError("published: expected of a member without an entry")
        if self.people and len(self.people) != (1 if self.shares is None else 2):
            raise ValueError("people: expected one number, or one of each share")
        return self

    @property
    def is_ratio(self) -> bool:
        """Whether it is a ratio of two entries, or of the sexes in one."""
        return self.over is not None or self.compares == SEXES

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the register that it names."""
        return tuple(name for name in (self.entry, self.over) if name is not None)


class ReviewSpread(Declared):
    """What is known of how far the studies of a review differ."""

    entry: Text  # its pooled estimate
    studies: int | None = Field(default=None, ge=3)  # else not known
    spread: float | None = Field(default=None, gt=0)  # tau on the scale; else what its error allows

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.studies is None and self.spread is None:
            raise ValueError("expected how many studies, or their spread")
        return self


class PublishedQuantity(Declared):
    """What several entries measure on one instrument, and what is accepted of it."""

    id: Text
    statement: Text
    scale: Scale
    instrument: Text
    accepts: Literal["prediction interval", "spread within a review", "published range"]
    why: str = ""  # no prediction interval
    note: str = ""
    members: tuple[Member, ...] = Field(min_length=1)
    also: tuple[str, ...] = ()  # entries of the same surveys, for which members stand
    review: ReviewSpread | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        is_pooled = self.accepts == "prediction interval"
        if is_pooled != (not self.why):
            raise ValueError("why: expected where there is no prediction interval, and only there")
        if is_pooled and len(self.members) < FEWEST_POOLED:
            raise ValueError(f"members: a prediction interval needs {FEWEST_POOLED}")
        if (self.review is None) == (self.accepts == "spread within a review"):
            raise ValueError("review: expected of a spread within a review, and only there")
        for member in self.members:
            if member.is_ratio and self.scale != "log":
                raise ValueError("scale: expected log, as a member is a ratio of two")
            if member.compares == OTHERS and self.scale != "log-odds":
                raise ValueError(
                    "scale: expected log-odds, as a member is what others leave of 100 %"
                )
        return self

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the register that stand in it."""
        names = [name for member in self.members for name in member.entries]
        return tuple(dict.fromkeys([*names, *self.also]))


def prepared_quantities(tables: dict[str, Any]) -> Any:
    """Return quantities with members that are named alone as members of that entry."""
    for table in tables.values():
        if isinstance(table, dict) and isinstance(table.get("members"), list):
            table["members"] = [
                {"entry": member} if isinstance(member, str) else member
                for member in table["members"]
            ]
    return named(tables, "id")
