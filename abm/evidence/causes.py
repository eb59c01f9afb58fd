"""Why entries fail, where they do, in a few words; `causes.toml` holds them."""

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from abm.evidence.register import FOLDER, register
from abm.io.declarations import DeclarationError, read_declarations
from abm.io.messages import did_you_mean

CAUSES_FILE = "causes.toml"


@functools.cache
def causes() -> Mapping[str, tuple[str, ...]]:
    """Return the entries that each cause explains, by its title.

    A DeclarationError says that an entry is not in the register, or has two causes.
    """
    text = (FOLDER / CAUSES_FILE).read_text(encoding="utf-8")
    declared = read_declarations(dict[str, tuple[str, ...]], text, CAUSES_FILE)
    explained: set[str] = set()
    for title, entries in declared.items():
        for name in entries:
            if name not in register().entries:
                hint = did_you_mean(name, register().entries)
                raise DeclarationError(f"{CAUSES_FILE}: {title}: no entry {name}{hint}")
            if name in explained:
                raise DeclarationError(f"{CAUSES_FILE}: {title}: {name} has a cause already")
            explained.add(name)
    return MappingProxyType(declared)


def cause_of(entries: Iterable[str]) -> str:
    """Return the title of what explains the first of some entries that has a cause, or nothing."""
    by_entry = {name: title for title, names in causes().items() for name in names}
    return next((by_entry[name] for name in entries if name in by_entry), "")
