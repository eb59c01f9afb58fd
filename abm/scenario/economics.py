"""Money and health: what a scenario declares about prices, savings, discounting and weights.

None of it changes a run. A comparison counts with it (`abm.experiments.comparison.alternatives`).
What is not declared is not counted: without prices nothing is saved, without weights there are no
QALYs.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from abm.scenario.values import ReadOnly

ASSUMPTION = "assumption"
_PRICE, _WEIGHT = "a number from 0 to 1e+09", "a number from 0 to 1"


class Economics(BaseModel):
    """The table [economics] of a scenario.

    Prices are of one, in the currency that the costs of interventions are in, too. Weights are
    quality-adjusted life years (QALYs) that one costs whom it happens to. The first reported year
    is not discounted. `sources` say by key where a number is from; what has none is an assumption.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    currency: str = Field(default="", max_length=12, description='a text such as "GBP"')
    price_year: int | None = Field(default=None, ge=1900, le=2200, description="a year")
    discount_costs: float = Field(default=0.0, ge=0, le=0.5, description="a rate from 0 to 0.5")
    discount_effects: float = Field(default=0.0, ge=0, le=0.5, description="a rate from 0 to 0.5")
    price_presentation: float = Field(default=0.0, ge=0, le=1e9, description=_PRICE)
    price_year_in_care: float = Field(default=0.0, ge=0, le=1e9, description=_PRICE)
    price_therapy: float = Field(default=0.0, ge=0, le=1e9, description=_PRICE)
    weight_year: float = Field(default=0.0, ge=0, le=1, description=_WEIGHT)
    weight_presentation: float = Field(default=0.0, ge=0, le=1, description=_WEIGHT)
    weight_year_in_care: float = Field(default=0.0, ge=0, le=1, description=_WEIGHT)
    sources: dict[str, str] = Field(
        default_factory=dict, validate_default=True, description="a table of keys and texts"
    )

    @field_validator("currency")
    @classmethod
    def _check_currency(cls, given: str) -> str:
        if not given.isprintable() or given != given.strip():
            raise ValueError('economics.currency: expected a text such as "GBP"')
        return given

    @field_validator("sources")
    @classmethod
    def _keep_sources(cls, given: dict[str, str]) -> ReadOnly[str, str]:
        return ReadOnly(given)

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        for name, text in self.sources.items():
            if name not in type(self).numbers():
                raise ValueError(f"economics.sources.{name}: there is no such key")
            if not (text.isprintable() and 0 < len(text) <= 200):
                raise ValueError(f"economics.sources.{name}: expected one line of text")
        return self

    @classmethod
    def numbers(cls) -> tuple[str, ...]:
        """Return the keys that a source may stand for, in the order of the file."""
        return tuple(name for name in cls.model_fields if name not in ("currency", "sources"))

    @property
    def has_weights(self) -> bool:
        """Whether health can be added up in QALYs."""
        return any((self.weight_year, self.weight_presentation, self.weight_year_in_care))

    @property
    def has_prices(self) -> bool:
        """Whether what care comes to is counted beside what interventions cost."""
        return any((self.price_presentation, self.price_year_in_care, self.price_therapy))

    def source(self, name: str) -> str:
        """Return where a number is from."""
        return self.sources.get(name, ASSUMPTION)

    def money(self) -> str:
        """Return what amounts are in, such as "GBP of 2014"; empty where it is not declared."""
        year = f" of {self.price_year}" if self.price_year else ""
        return f"{self.currency}{year}" if self.currency else ""
