"""What ``run.json`` says, checked as far as a report needs it."""

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from abm.report.format import format_text
from abm.report.html.files import Files, ReportError

COMMANDS = ("run", "compare", "validate", "sensitivity", "sweep")
LARGEST_SEED = 2**64 - 1


def _one_line(text: str) -> str:
    return format_text(text)


Line = Annotated[str, AfterValidator(_one_line)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]


class _Said(BaseModel):
    """Part of a description; what a report does not show is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class PopulationSaid(_Said):
    """Who was present."""

    kind: Literal["open", "cohort"]
    size: int = Field(ge=1)


class CalendarSaid(_Said):
    """Which years were reported."""

    start: Line
    years: int = Field(ge=1, le=1000)


class InterventionSaid(_Said):
    """One intervention as it was lived."""

    kind: Line
    name: Line | None = None
    start: Line = ""
    end: Line | None = None
    coverage: float | None = None
    ramp_years: float | None = None
    ages: list[int] | None = None
    sex: Line | None = None
    who: Line | None = None
    months_to_full: float | None = None
    half_life_years: float | None = None
    uptake_risk: float | None = None
    cost: float | None = None
    cost_per: Line | None = None
    effects: dict[str, float] = Field(default_factory=dict)


class ScenarioSaid(_Said):
    """A resolved scenario."""

    name: Line
    title: Line = ""
    population: PopulationSaid
    calendar: CalendarSaid
    parameters: dict[str, float] = Field(default_factory=dict)
    switches: dict[str, str] = Field(default_factory=dict)
    trends: dict[str, dict[str, float]] = Field(default_factory=dict)
    interventions: list[InterventionSaid] = Field(default_factory=list)
    is_alone: bool = Field(default=True, exclude=True)
    """Whether no other scenario has the same title."""

    @property
    def called(self) -> str:
        """Its title, with its name where another has the same; or its name where it has none."""
        if not self.title:
            return self.name
        return self.title if self.is_alone else f"{self.title} ({self.name})"


class Description(_Said):
    """A ``run.json``."""

    command: Literal["run", "compare", "validate", "sensitivity", "sweep"]
    run_id: Line = ""
    scenario: ScenarioSaid
    design: dict[str, Any] = Field(default_factory=dict)
    seeds: list[Seed] = Field(default_factory=list)
    failed: list[Any] = Field(default_factory=list)
    repetitions: int = Field(default=1, ge=1)
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict
    )
    worlds: list[Line] = Field(default_factory=list)
    tables: dict[str, dict[str, Any]] | list[Any] = Field(default_factory=dict)
    content_hash: Line = ""
    code_version: Line = ""
    versions: dict[str, str] = Field(default_factory=dict)
    platform: dict[str, Any] = Field(default_factory=dict)
    timings: dict[str, Any] = Field(default_factory=dict)
    raw: dict[str, Any] = Field(default_factory=dict, exclude=True)
    """The scenarios as they stand in the file, by name: what a command is checked against."""
    others: tuple[ScenarioSaid, ...] = ()
    """Of a comparison: the scenarios beside the base."""

    @property
    def scenarios(self) -> tuple[ScenarioSaid, ...]:
        """Every scenario that was lived."""
        return (self.scenario, *self.others)

    @property
    def posterior(self) -> str:
        """Hash of the posterior that seeds drew their parameters from; empty where none did."""
        is_drawn = self.design.get("uncertainty") == "posterior"
        return format_text(self.design.get("posterior", "")) if is_drawn else ""

    @property
    def seconds(self) -> float:
        """How long it took; NaN where that is not said."""
        found = self.timings.get("seconds")
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        return float(found) if found is not None and is_number else math.nan


def _told_apart(scenarios: list[ScenarioSaid]) -> list[ScenarioSaid]:
    """Mark scenarios whose title another one has too."""
    titles = [each.title for each in scenarios]
    return [
        each.model_copy(update={"is_alone": titles.count(each.title) == 1}) for each in scenarios
    ]


def read_description(files: Files) -> Description:
    """Return what a run folder says of itself.

    Raises
    ------
    ReportError
        If there is no ``run.json``, or it is not one of a command that can be reported on.
    """
    place = files.path / "run.json"
    found = files.json("run.json")
    if found is None:
        raise ReportError(f"{place}: there is no such file; expected the folder of a run")
    if not isinstance(found, dict) or found.get("command") not in COMMANDS:
        raise ReportError(f"{place}: expected what `nssi {'`, `'.join(COMMANDS)}` write")
    try:
        raw = [found.get("scenario")]
        design = found.get("design", {})
        others = design.get("others", []) if isinstance(design, dict) else []
        if found["command"] == "compare":
            raw += others
        by_name = {str(each["name"]): each for each in raw if isinstance(each, dict)}
        said = {name: value for name, value in found.items() if name not in ("raw", "others")}
        whole = Description.model_validate({**said, "raw": by_name})
        base, *rest = _told_apart([whole.scenario, *map(ScenarioSaid.model_validate, raw[1:])])
        return whole.model_copy(update={"scenario": base, "others": tuple(rest)})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(format_text(key, 60) for key in first["loc"])
        raise ReportError(f"{place}: {where}: {first['msg']}") from None
    except (KeyError, TypeError, RecursionError):
        raise ReportError(f"{place}: scenario: expected a resolved scenario") from None
