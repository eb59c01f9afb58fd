"""The views of the page: each turns a snapshot and a width in pixels into HTML."""

from collections.abc import Callable

from abm.browser.snapshot import Snapshot
from abm.browser.views import ages, changed, figures, one_person, school, who, years

View = Callable[[Snapshot, float], str]

VIEWS: dict[str, tuple[str, View]] = {
    "changed": ("What changed", changed.draw),
    "ages": ("By age", ages.draw),
    "years": ("Over the years", years.draw),
    "school": ("School friends", school.draw),
    "person": ("One person", one_person.draw),
    "who": ("Who", who.draw),
    "figures": ("Figures", figures.draw),
}
"""Every view by its short name: the words on its tab, and what draws it."""
