"""The scenario of every point of a design, made when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from abm.experiments.sweeps.design import Design, Value
from abm.parameters import parameters

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


class PointScenarios:
    """The scenarios of a design, none of them kept: a large design costs no memory.

    Parameters
    ----------
    base
        What the points change.
    design
        The points.

    Raises
    ------
    InputError
        Naming the first point that is not allowed; every point is tried at once.
    """

    def __init__(self, base: "Scenario", design: Design) -> None:
        self.base = base
        self._names = design.names
        self._rows = {number: tuple(row) for number, *row in design.points.itertuples(name=None)}
        self._last: tuple[int, Scenario] | None = None
        for point in self._rows:
            self.at(point)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self._rows)

    def at(self, point: int) -> "Scenario":
        """Return the scenario of the point of a number."""
        if self._last is None or self._last[0] != point:
            values = dict(zip(self._names, self._rows[point], strict=True))
            self._last = point, scenario_at(self.base, values, f"point {point}")
        return self._last[1]


def scenario_at(base: "Scenario", values: Mapping[str, Value], origin: str) -> "Scenario":
    """Return a scenario with other values for some parameters and switches.

    Raises
    ------
    InputError
        For a value that is not allowed, or a trend that would leave its range.
    """
    known = parameters()
    numbers = {name: value for name, value in values.items() if name in known}
    answers = {name: value for name, value in values.items() if name not in known}
    table = dict(base) | {
        "parameters": {**base.parameters, **numbers},
        "switches": {**base.switches, **answers},
    }
    del table["name"]
    return base.from_table(table, base.name, origin)
