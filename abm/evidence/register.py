"""The register: what was published, with its source, and the simulated study that imitates it.

`worlds.toml` says which worlds are run, `instruments.toml` what surveys asked; the files of
`REGISTER_FILES` hold one table a claim or figure. `docs/evidence.md` is made from them.
`signatures.toml` says what the model should show besides, whether or not it was published.
"""

import functools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, PositiveInt, model_validator

from abm.evidence.expressions import ExpressionError, names_in, parse
from abm.evidence.instruments import INSTRUMENTS_FILE, Instrument, read_instruments
from abm.evidence.published_quantity import PublishedQuantity
from abm.evidence.statistics import STATISTICS
from abm.io.declarations import ByName, DeclarationError, Declared, Text, named, read_declarations
from abm.io.messages import did_you_mean

FOLDER = Path(__file__).parent
WORLDS_FILE = "worlds.toml"
SIGNATURES_FILE = "signatures.toml"
REGISTER_FILES = (
    *("claims_prevalence.toml", "claims_functions.toml", "claims_body.toml"),
    *("figures_prevalence.toml", "figures_other.toml"),
    *("figures_further.toml", "figures_body_and_trials.toml"),
)
MOST_FITTED = 14

Use = Literal["fitted", "in view", "predicted", "not answerable"]
USES: tuple[Use, ...] = get_args(Use)

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "community": "age >= 10",
        "out of care": "care < 3",
        "specialist care": "care >= 3",
        "hospital": "hospital_contacts > 0",
        "self-injurers": "ever",
        "active": "past_year_acts > 0",
        "clinic and controls": "(ever and care >= 3) or not ever",
    }
)
"""Where a study finds its people, and what that means: those in specialist care or therapy are a
clinical sample, those who presented to hospital a hospital sample."""

STUDY_STATISTICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"percentage of studies significant": ("by",), "percentage of studies endorsing": ()}
)
"""Statistics that are computed over many studies of limited size, and what they need."""


ALWAYS_KEPT = frozenset(name for meaning in SETTINGS.values() for name in names_in(meaning)).union(
    ("person", "sex", "acts", "recognition", "asked_by_list", "survey_willingness", "day", "year")
)
"""Columns that any study may need: whose row it is, when, what they answer, where they are."""
ACTOR = "who_"
"""Before the name of a column of people: that of the person whose row it is."""


class Asked(Declared):
    """How a question is asked, and what is lost by that."""

    # Self completion: everybody answers truly. Face to face: each who has self-injured says so
    # with the chance `survey_willingness` of the day.
    mode: Literal["self completion", "face to face"] = "self completion"
    recall: float = Field(default=1.0, ge=0, le=1)  # share who remember what lies over a year back
    concealment: float = Field(default=0.0, ge=0, le=1)  # share who conceal, besides
    # List: ways of self-injury are named, and everybody who did one says so. Single item: each act
    # is what is meant by the question with a chance (`recognition_female`, `recognition_male`), so
    # that few acts are easily left out. Either: half of the people are asked each way, as in a
    # pooled estimate.
    question: Literal["list", "single item", "either"] = "list"

    @property
    def loses_nothing(self) -> bool:
        """Whether everybody answers truly."""
        return self == Asked()


class Study(Declared):
    """One simulated study: who is sampled, what is asked, what is computed."""

    part: str = ""  # what this study adds, where an entry has several
    world: Text = "baseline"
    against: Text | None = None  # a world with something changed: `other` is true for its rows
    table: Literal[
        "people",
        "leavers",
        "acts",
        "prompts",
        "waves",
        "census",
        "trial",
        "laboratory",
        "pairs",
        "generation",
    ] = "people"
    setting: str = "community"  # a key of `SETTINGS`
    sex: Literal["all", "female", "male"] = "all"
    ages: tuple[int, int] = (10, 25)  # first and last, completed
    where: Text | None = None  # an expression that narrows the sample
    asked: Asked = Asked()  # acts on ever, acts and past_year_acts
    statistic: Text  # a key of `STATISTICS`, or one of `STUDY_STATISTICS`
    of: Text  # an expression; the statistic says what it, `by` and `given` are
    by: Text | None = None
    given: Text | None = None
    per: float = 1.0  # a multiplier, such as 100 or 100,000
    than: tuple[Text, ...] = ()  # minus the highest of the same statistic of each of these
    # Fewest and most people of one study, and how many are in a set, for statistics over studies.
    size: tuple[PositiveInt, Annotated[int, Field(le=100_000)]] | None = None
    studies: int | None = Field(default=None, gt=0, le=1_000)
    low: float | None = None  # what is accepted, instead of the entry's
    high: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.setting not in SETTINGS:
            hint = did_you_mean(self.setting, SETTINGS)
            raise ValueError(f"setting: expected one of {', '.join(SETTINGS)}{hint}")
        over_studies = self.statistic in STUDY_STATISTICS
        if not over_studies and self.statistic not in STATISTICS:
            hint = did_you_mean(self.statistic, STATISTICS)
            raise ValueError(f"statistic: expected one of {', '.join(STATISTICS)}{hint}")
        if {self.size is not None, self.studies is not None} != {over_studies}:
            raise ValueError("size and studies: needed by statistics over studies, and only there")
        if self.size is not None and self.size[0] > self.size[1]:
            raise ValueError("size: expected fewest and most people")
        needs = {**STUDY_STATISTICS, **{name: s.needs for name, s in STATISTICS.items()}}
        for name in needs[self.statistic]:
            if getattr(self, name) is None:
                raise ValueError(f"{name}: needed by the statistic {self.statistic}")
        if self.asked.mode == "face to face" and self.table != "waves":
            raise ValueError("asked: only people of waves are asked face to face")
        for field, expression in self.expressions:
            try:
                parse(expression)
            except ExpressionError as error:
                raise ValueError(f"{field}: {error}") from None
        return self

    @property
    def expressions(self) -> list[tuple[str, str]]:
        """What is looked at, and of whom: the expressions it has, with the field of each."""
        fields = {name: getattr(self, name) for name in ("where", "of", "by", "given")}
        own = [(name, text) for name, text in fields.items() if text is not None]
        return [*own, *(("than", text) for text in self.than)]

    @property
    def names(self) -> set[str]:
        """Every column that it names."""
        return set[str]().union(*(names_in(text) for _, text in self.expressions))


class Entry(Declared):
    """One claim or published figure."""

    id: Text
    statement: Text  # what is claimed or was found
    source: Text  # the study it is from
    year: int = Field(ge=1800, le=2200)
    doi: str = ""
    instrument: Text  # what the source asked or counted
    section: str = ""  # of Martin (2022), for claims
    kind: Literal["level", "association", "direction", "trend"]
    # Fitted: the defaults, or a scenario's trends, were chosen by it. In view: some number that is
    # not fitted was set by hand while it was looked at.
    use: Use
    counts_with: str | None = None  # the fitted entry with which it counts as one
    close_to: str | None = None  # asks much the same, so that the two are not independent
    published: float | None = None
    low: float = Field(-math.inf, allow_inf_nan=True)  # what is accepted
    high: float = Field(math.inf, allow_inf_nan=True)
    interval: str = ""  # where the accepted interval is from
    why_not: str = ""  # why no study of this model can answer it
    note: str = ""  # how far the study is only a stand-in
    # One, or several that must all hold.
    study: Annotated[tuple[Study, ...], Field(max_length=20)] = ()

    @property
    def is_answerable(self) -> bool:
        """Whether a simulated study answers it."""
        return self.use != "not answerable"

    @property
    def is_claim(self) -> bool:
        """Whether it is a claim of Martin (2022)."""
        return bool(self.section)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.is_answerable == bool(self.why_not):
            raise ValueError("why_not: said of what is not answerable, and only there")
        if self.is_answerable != bool(self.study):
            raise ValueError("study: expected for what is answerable, and only there")
        if not self.is_answerable:
            return self
        for study in self.study:
            low, high = bounds_of(self, study)
            if not low < high or not (math.isfinite(low) or math.isfinite(high)):
                raise ValueError("low and high: expected at least one, and low below high")
            if self.published is not None and not math.isfinite(high - low):
                raise ValueError("low and high: expected both, as a size is published")
        if not self.interval:
            raise ValueError("interval: expected where the accepted interval is from")
        return self


def bounds_of(entry: Entry, study: Study) -> tuple[float, float]:
    """Return what is accepted of one study of an entry."""
    if study.low is None and study.high is None:
        return entry.low, entry.high
    low = -math.inf if study.low is None else study.low
    return low, math.inf if study.high is None else study.high


class Signature(Declared):
    """One result that the model should show together with the others, or that is only reported."""

    id: Text
    statement: Text
    unit: Text
    # What is computed: studies of its own, those of an entry of the register, or the first of two
    # other signatures over the second, seed by seed.
    study: Annotated[tuple[Study, ...], Field(max_length=20)] = ()
    entry: str | None = None
    ratio_of: tuple[str, str] | None = None
    low: float = Field(-math.inf, allow_inf_nan=True)  # what is asked; of an entry, as it says
    high: float = Field(math.inf, allow_inf_nan=True)
    asked_by: str = ""  # who asks for it; empty where it is only reported

    @model_validator(mode="after")
    def _check(self) -> Self:
        if [bool(self.study), self.entry is not None, self.ratio_of is not None].count(True) != 1:
            raise ValueError("expected one of study, entry and ratio_of")
        is_asked = math.isfinite(self.low) or math.isfinite(self.high)
        if self.entry is None and is_asked != bool(self.asked_by):
            raise ValueError("asked_by: said of what is asked, and only there")
        if any(study.size is not None for study in self.study):
            raise ValueError("study: expected one of all people, not of many studies")
        return self


class StudiedWorld(Declared):
    """A world that studies look at."""

    meaning: Text  # what it is for
    scenario: Text = "baseline"
    # A simulated trial of DBT-A is after repeated acts, or after one act; a generation is of first
    # acts that follow from acts which became known.
    kind: Literal["run", "trial", "trial after one act", "generation"] = "run"
    share: float = Field(default=1.0, gt=0, le=1)  # its size, of the population asked for
    years: int | None = None  # reported, else the scenario's
    logs: tuple[str, ...] = ()
    # People are looked at on the last day of every reported year, or of the last one only.
    yearly: bool = True
    # Columns that are kept, by table, which `looked_at` adds; None: all of all tables.
    columns: dict[str, tuple[str, ...]] | None = None
    changes: dict[str, int | float | str] = Field(default_factory=dict)  # values that differ


class Register(Declared):
    """Everything the register holds."""

    entries: ByName[Entry]
    worlds: ByName[StudiedWorld]
    instruments: ByName[Instrument]
    own_entries: ByName[Entry] = Field(default_factory=dict)  # of a file of one's own, all of them
    own_quantities: ByName[PublishedQuantity] = Field(default_factory=dict)
    signatures: ByName[Signature] = Field(default_factory=dict)

    @property
    def asked(self) -> "tuple[Entry | Signature, ...]":
        """Everything whose studies are to be done."""
        return (*self.entries.values(), *self.signatures.values())

    def looked_at(self, world: str) -> StudiedWorld:
        """Return a world with the columns that studies of this register look at, and no others."""
        names: dict[str, set[str]] = {}
        for one in self.asked:
            for study in one.study:
                if world in (study.world, study.against):
                    names.setdefault(study.table, set()).update(ALWAYS_KEPT, study.names)
        who = {name.removeprefix(ACTOR) for name in set().union(*names.values())}
        names["people"] = names["leavers"] = who | ALWAYS_KEPT
        columns = {table: tuple(sorted(of_table)) for table, of_table in names.items()}
        return self.worlds[world].model_copy(update={"columns": columns})

    def fitted_figures(self) -> tuple[str, ...]:
        """Return the fitted entries, those that count with another left out."""
        fitted = (e for e in self.entries.values() if e.use == "fitted")
        return tuple(e.id for e in fitted if e.counts_with is None)


def read_register(
    texts: Mapping[str, str], worlds: str, instruments: str, signatures: str = ""
) -> Register:
    """Read and check the texts of a register: TOML by file name, worlds, instruments, signatures.

    The table `defaults` of a file holds for all its entries. DeclarationError names the file, the
    entry and what is wrong.
    """
    entries: dict[str, Entry] = {}
    for file, text in texts.items():
        for name, entry in read_declarations(
            dict[str, Entry], text, file, prepared_entries
        ).items():
            if name in entries:
                raise DeclarationError(f"{file}: {name}: stands in the register twice")
            entries[name] = entry
    whole = Register(
        entries=entries,
        worlds=read_declarations(dict[str, StudiedWorld], worlds, WORLDS_FILE),
        instruments=read_instruments(instruments),
        signatures=read_declarations(
            dict[str, Signature], signatures, SIGNATURES_FILE, prepared_entries
        ),
    )
    check_names(whole, entries.values())
    _check_signatures(whole)
    return whole


def _check_signatures(read: Register) -> None:
    """Refuse signatures that name what is not there, or a ratio of what is no single number."""
    known = read.signatures
    for one in known.values():
        if one.entry is not None:
            _there(one.entry, read.entries, "entry", one.id)
        for other in one.ratio_of or ():
            if len(_there(other, known, "signature", one.id).study) != 1:
                raise DeclarationError(f"{one.id}: {other}: expected one with a single study")
        for study in one.study:
            for world in filter(None, (study.world, study.against)):
                _there(world, read.worlds, "world", one.id)


def prepared_entries(tables: dict[str, Any]) -> Any:
    """Return entries with the defaults of their file, and a single study as one of several."""
    defaults = tables.pop("defaults", {})
    whole = {
        name: {**defaults, **entry} if isinstance(entry, dict) else entry
        for name, entry in tables.items()
    }
    for entry in whole.values():
        if isinstance(entry, dict) and isinstance(entry.get("study"), dict):
            entry["study"] = [entry["study"]]
    return named(whole, "id")


def check_names(read: Register, entries: Iterable[Entry], file: str = "") -> None:
    """Refuse entries that name what is not there, and figures that nothing was asked for.

    A DeclarationError begins with the file, where it is given.
    """
    for entry in entries:
        where = f"{file}{entry.id}"
        instrument = _there(entry.instrument, read.instruments, "instrument", where)
        if instrument.kind == "none" and entry.is_answerable and entry.published is not None:
            raise DeclarationError(f"{where}: a published figure needs what was asked")
        for other in filter(None, (entry.counts_with, entry.close_to)):
            _there(other, read.entries, "entry", where)
        for study in entry.study:
            for world in filter(None, (study.world, study.against)):
                _there(world, read.worlds, "world", where)


def _there[T](name: str, known: Mapping[str, T], kind: str, where: str) -> T:
    """Return what is named; refuse a name of nothing, with the nearest."""
    if name not in known:
        raise DeclarationError(f"{where}: there is no {kind} {name}{did_you_mean(name, known)}")
    return known[name]


@functools.cache
def register() -> Register:
    """Return the register of this package."""
    texts = {file: (FOLDER / file).read_text(encoding="utf-8") for file in REGISTER_FILES}
    others = (FOLDER / name for name in (WORLDS_FILE, INSTRUMENTS_FILE, SIGNATURES_FILE))
    return read_register(texts, *(path.read_text(encoding="utf-8") for path in others))
