"""The page of interventions, written from the same declarations that runs use.

``python -m docs.make.interventions docs/interventions.md`` writes it; a test compares them.
"""

import sys
from pathlib import Path

from abm.cli.lists import describe_effect, meaning
from abm.io.tables import write_bytes
from abm.scenario.intervention_library import COST_PER, FIELDS_OF_PERSONS, WHO, Kind, kinds
from abm.scenario.interventions import MOST_INTERVENTIONS
from docs.make.templates import Row, render


def page() -> str:
    """Return the text of docs/interventions.md."""
    return render(
        "interventions.md",
        most=MOST_INTERVENTIONS,
        who=[(f"`{name}`", about) for name, about in WHO.items()],
        units=[(f"`{name}`", about) for name, about in COST_PER.items()],
        quantities=", ".join(f"`{name}`" for name in FIELDS_OF_PERSONS),
        kinds=list(kinds().values()),
        keys=_keys,
    )


def _keys(kind: Kind) -> list[Row]:
    """Return what a kind can be given: its key, default and meaning each."""
    defaults = [
        (f"`{key}`", f"{value}", meaning(key, value)) for key, value in kind.defaults.items()
    ]
    effects = [
        (f"`effects.{name}`", f"{effect.value:g}", describe_effect(effect))
        for name, effect in kind.effects.items()
    ]
    return [*defaults, *effects]


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
