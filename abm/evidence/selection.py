"""Which entries of a register are asked for: by identifier, or by a word that stands for many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from abm.evidence.quantity_members import declared_quantities
from abm.evidence.register import Entry, Register, register
from abm.io.messages import InputError, find
from abm.io.tables import checksum

AS_THEY_ARE = frozenset({"baseline", "watched"})
"""Worlds in which nothing is changed, and in one of which everybody answers prompts."""
SIGNATURES = "signatures"


def _is_of_baseline(entry: Entry) -> bool:
    """Return whether an entry has studies, all of them in `AS_THEY_ARE`."""
    worlds = {world for study in entry.study for world in (study.world, study.against) if world}
    return bool(worlds) and worlds <= AS_THEY_ARE


def _those(are: Callable[[Entry], bool]) -> Callable[[Register], set[str]]:
    return lambda judged: {entry.id for entry in judged.entries.values() if are(entry)}


def _of_several(judged: Register) -> set[str]:
    """Return the entries that stand in a quantity of several."""
    several = (own.entries for own in declared_quantities(judged).values())
    return {name for names in several if len(names) > 1 for name in names}


GROUPS: Mapping[str, Callable[[Register], set[str]]] = MappingProxyType(
    {
        "claims": _those(lambda entry: entry.is_claim),
        "figures": _those(lambda entry: not entry.is_claim),
        "fitted": _those(lambda entry: entry.use == "fitted"),
        "in-view": _those(lambda entry: entry.use == "in view"),
        "predicted": _those(lambda entry: entry.use == "predicted"),
        "baseline": _those(_is_of_baseline),
        "quantities": _of_several,
        SIGNATURES: lambda judged: {one.entry for one in judged.signatures.values() if one.entry},
        "own": lambda judged: set(judged.own_entries),
    }
)
"""Words that stand for many entries: claims of the paper, figures of others, by use, those that the
baseline alone answers, those of quantities of several, those that signatures repeat, and those of a
file of one's own."""


@dataclass(frozen=True)
class Judged:
    """The register that a model is held against, and how it was chosen, for run.json."""

    register: Register
    chosen: Mapping[str, Any] = field(default_factory=dict)  # nothing where it is all that ships


def choose(names: str | None = None, file: Path | None = None) -> Judged:
    """Return what ships and what a file of one's own adds, or only what names stand for.

    See `only` and `abm.evidence.own_evidence.with_own`.
    """
    chosen: dict[str, str] = {}
    whole = register()
    if file is not None:
        from abm.evidence.own_evidence import with_own

        whole = with_own(whole, file)
        chosen |= {"evidence": str(file), "evidence_sha256": checksum(file)}
    if names is not None:
        chosen["only"] = names
    return Judged(only(whole, names), chosen)


def only(judged: Register, names: str | None) -> Register:
    """Return a register with some of its entries: all that several names stand for.

    `names` are separated by commas: identifiers, in capitals or not, quantities, or keys of
    `GROUPS`; None stands for all entries. Signatures are kept where they are asked for by their
    name, or nothing is. InputError says what stands for none, and the nearest name that does.
    """
    if names is None:
        return judged
    entries = judged.entries
    known = {name: {name} for name in entries}
    known |= {name: set(own.entries) for name, own in declared_quantities(judged).items()}
    known |= {word: members(judged) for word, members in GROUPS.items()}
    wanted: set[str] = set()
    asked_for = list(filter(None, map(str.strip, names.split(","))))
    for name in asked_for:
        meant = known.get(name.upper()) or find(name, known, "claim, figure or group of them")
        if not meant & entries.keys():
            raise InputError(f"--only: there is no entry that is '{name}' here")
        wanted |= meant
    if not wanted:
        raise InputError(f"--only: expected identifiers, or some of {', '.join(GROUPS)}")
    chosen = {name: entry for name, entry in entries.items() if name in wanted}
    signatures = judged.signatures if SIGNATURES in asked_for else {}
    return judged.model_copy(
        update={
            "entries": MappingProxyType(chosen),
            "signatures": MappingProxyType(dict(signatures)),
        }
    )
