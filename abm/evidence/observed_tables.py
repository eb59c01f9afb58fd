"""What is taken from a world: the tables of its logs, with what studies derive from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from abm.evidence.hours_from_acts import hours_from_acts
from abm.evidence.year_ends import (
    YearEnd,
    add_years_around,
    by_person,
    kept_of,
    pairs_of,
    taker_of,
)
from abm.scenario.dates import DAYS_A_YEAR
from abm.simulation.census import AGES, FLOWS, STOCKS
from abm.simulation.people_table import PEOPLE_DTYPE
from abm.studies.laboratory import laboratory
from abm.studies.questions import asked_by_list, recognition_of
from abm.studies.surveys import willingness_on

if TYPE_CHECKING:
    from abm.evidence.register import StudiedWorld
    from abm.scenario.scenario import Scenario
    from abm.simulation.census import Census
    from abm.simulation.record import Record
    from abm.simulation.world import World
    from abm.simulation.world_state import WorldState

    ScenarioStudied = tuple[Scenario, StudiedWorld]

Columns = dict[str, np.ndarray]
ROUTES = ("calm", "feel", "punish")
LAST_ACTS = 5
MOTIVES = tuple(f"{kind}{route}" for kind in ("", "endorses_", "mainly_") for route in ROUTES)
ENDORSED = 0.25
"""A motive is endorsed when its mean share in the last five acts is at least this."""
WEEKS_BEFORE = 28
A_MONTH, A_YEAR = 30.0, 365.0
OF_PRESENT = ("disclosed", "contacted", "barrier_person", "waiting_since", "distress_gain")


def observe(scenario: "Scenario", seed: int, studied: "StudiedWorld") -> dict[str, Columns]:
    """Run one world with one seed and return its tables, by name."""
    return observe_alike([(scenario, studied)], seed)[0]


def observe_alike(worlds: "Sequence[ScenarioStudied]", seed: int) -> list[dict[str, Columns]]:
    """Run worlds that agree up to their first reported day; return the tables of each, by name.

    Their warm-up is run once, and the years after it once for all that differ in who is watched.
    """
    from abm.simulation.world import World
    from abm.simulation.world_state import run_warm_up, state_of

    state = state_of(run_warm_up(World(worlds[0][0], seed))) if len(worlds) > 1 else None
    same: dict[Scenario, list[ScenarioStudied]] = {}
    for scenario, studied in worlds:
        if studied.kind == "run":
            same.setdefault(_unwatched(scenario), []).append((scenario, studied))
    runs = {unwatched: _run_once(those, seed, state) for unwatched, those in same.items()}
    return [
        _tables_seen(*runs[_unwatched(scenario)], scenario, studied)
        if studied.kind == "run"
        else _experiment(scenario, seed, studied.kind, state)
        for scenario, studied in worlds
    ]


def _unwatched(scenario: "Scenario") -> "Scenario":
    """Return the scenario with nobody watched, in which the same happens."""
    observation = scenario.observation.model_copy(update={"moments_share": 0.0})
    return scenario.model_copy(update={"observation": observation})


def _run_once(
    worlds: "Sequence[ScenarioStudied]", seed: int, state: "WorldState | None"
) -> "tuple[Record, World, list[YearEnd]]":
    """Run worlds that differ in who is watched as the one in which most are, with all logs."""
    from abm.simulation.record import Logs
    from abm.simulation.run import run
    from abm.simulation.world import World
    from abm.simulation.world_state import resume

    scenario = max((world[0] for world in worlds), key=lambda one: one.observation.moments_share)
    logs = Logs(**{log: True for _, studied in worlds for log in studied.logs})
    if state is None:
        world = World(scenario, seed, logs)
    else:
        world = resume(scenario, seed, logs, state=state)
    if not any(studied.yearly and "people" in studied.logs for _, studied in worlds):
        return run(scenario, seed, logs, world=world), world, []
    snapshots, take = taker_of(world, _present)
    return run(scenario, seed, logs, take, world), world, snapshots


def _present(world: "World") -> Columns:
    """Return one row for everybody present, as the last day has left them."""
    chunks = [chunk for chunk in world.people_chunks() if not chunk["left"].any()]
    return people_columns(np.concatenate([np.zeros(0, PEOPLE_DTYPE), *chunks]), world)


def _tables_seen(
    record: "Record",
    world: "World",
    snapshots: Sequence[YearEnd],
    scenario: "Scenario",
    studied: "StudiedWorld",
) -> dict[str, Columns]:
    """Return the tables of a world from a run in which more may be watched and logged."""
    from abm.simulation.moments import who_is_watched

    logged = {name: record.logged[name] for name in studied.logs}
    share = scenario.observation.moments_share
    if "moments" in logged and share < record.scenario.observation.moments_share:
        (rows,) = logged["moments"]
        logged["moments"] = (rows[who_is_watched(record.seed, rows["person"], share)],)
    own = replace(record, scenario=scenario, logged=logged)
    tables, wanted = tables_of(own, world), studied.columns
    if studied.yearly and "people" in logged:
        tables["people"] = yearly_people(tables, own, snapshots, wanted and wanted["people"])
        if wanted is None or "pairs" in wanted:
            friends = [snapshot.friends for snapshot in snapshots]
            tables["pairs"] = pairs_of(tables["people"], friends)
    if "people" in logged and (wanted is None or "laboratory" in wanted):
        tables["laboratory"] = laboratory(world)
    if wanted is None:
        return tables
    return {name: kept_of(table, wanted[name]) for name, table in tables.items() if name in wanted}


def _experiment(
    scenario: "Scenario", seed: int, kind: str, state: "WorldState | None"
) -> dict[str, Columns]:
    """Return the table of a simulated trial, or of a generation of first acts."""
    from abm.studies.generation import one_generation
    from abm.studies.trial import AFTER_ONE_ACT, REPEATED, simulate_trial, trial_table

    if kind == "generation":
        return {"generation": one_generation(scenario, seed, state)}
    criteria = REPEATED if kind == "trial" else AFTER_ONE_ACT
    return {"trial": trial_table(simulate_trial(scenario, seed, criteria, state))}


def tables_of(record: "Record", world: "World | None" = None) -> dict[str, Columns]:
    """Return the tables of a record that studies look at, people on the last day only.

    The world at its end has what no table holds (`OF_PRESENT`).
    """
    rows = {name: _together(chunks) for name, chunks in record.logged.items()}
    end = record.censuses[-1].date.toordinal() + 1 if record.censuses else 0
    start = record.scenario.calendar.start.toordinal()
    tables: dict[str, Columns] = {"census": census_columns(record.censuses)}
    people = rows.get("people")
    prompts = rows.get("moments")
    if "acts" in rows:
        acts = act_columns(rows["acts"], start, end)
        add_usual(acts, prompts)
        if people is not None:
            number_acts(acts, people)
            count_first_contacts(tables["census"], acts, record)
        tables["acts"] = acts
    if people is not None:
        everybody = people_columns(people, world)
        add_derived(everybody, end, tables.get("acts"), record)
        tables["people"] = _taken(everybody, everybody["left"] == 0)
        tables["leavers"] = _taken(everybody, everybody["left"] == 1)
    if prompts is not None:
        tables["prompts"] = prompt_columns(prompts, rows.get("acts"))
    if "panel" in rows:
        tables["waves"] = wave_columns(rows["panel"], record)
    return tables


def yearly_people(
    tables: Mapping[str, Columns],
    record: "Record",
    snapshots: Sequence[YearEnd],
    names: Collection[str] | None = None,
) -> Columns:
    """Return people as they were at every snapshot of a record; columns `names`, or all.

    What is known of people on a day goes by acts up to then. Motives are known once half of the
    reported years are over: acts before them are not logged.
    """
    acts = tables.get("acts")
    years: list[Columns] = []
    for end, people, _ in snapshots:
        so_far = None if acts is None else _taken(acts, acts["day"] < end)
        everybody = dict(people)
        add_derived(everybody, end, so_far, record)
        if acts is not None and 2 * (len(years) + 1) < len(snapshots):
            everybody |= {name: np.full(len(everybody["person"]), np.nan) for name in MOTIVES}
        years.append(everybody if names is None else kept_of(everybody, names))
    columns = by_person(years)
    add_years_around(columns)
    return columns


def add_derived(columns: Columns, end: int, acts: Columns | None, record: "Record") -> None:
    """Add to people what follows from what is known of them at the end of a day."""
    columns["years_since_hospital"] = (end - columns["last_hospital"]) / DAYS_A_YEAR
    add_questions(columns, record)
    if acts is not None:
        add_motives(columns, acts, end)


def _together(chunks: tuple[np.ndarray, ...]) -> np.ndarray:
    return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)


def _columns(rows: np.ndarray) -> Columns:
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}


def _taken(columns: Mapping[str, np.ndarray], rows: np.ndarray) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def people_columns(people: np.ndarray, world: "World | None") -> Columns:
    """Return one row a person; `OF_PRESENT` is empty for those who have left."""
    columns = _columns(people)
    columns["present"] = 1 - columns["left"]
    if world is not None:
        present = world.people[world.people["present"] == 1]
        order = np.argsort(present["person"])
        known = present["person"][order]
        index = np.minimum(np.searchsorted(known, people["person"]), max(len(known) - 1, 0))
        here = known[index] == people["person"] if len(known) else np.zeros(len(people), bool)
        for name in OF_PRESENT:
            if name not in columns:
                values = present[name][order][index].astype(np.float64)
                columns[name] = np.where(here & (columns["left"] == 0), values, np.nan)
    return columns


def add_questions(columns: Columns, record: "Record") -> None:
    """Add how easily people's acts are what a single item means, and who is asked with a list."""
    columns["recognition"] = recognition_of(record.scenario, columns["sex"])
    columns["asked_by_list"] = asked_by_list(record.scenario, record.seed, columns["person"])


def act_columns(acts: np.ndarray, start: int, end: int) -> Columns:
    """Return one row an act, by person and time, with what lies before and after it.

    `days_since`, `days_to_next` and `days_to_hospital` are to the same person's acts (the last: to
    the next that led to hospital); `seen` is true if within 30 days from the act one of them
    brought in a health service; `year` counts from the first day, `days_left` to the last.
    """
    rows = acts[np.lexsort((acts["hour"], acts["day"], acts["person"]))]
    columns = _columns(rows)
    columns["time"] = rows["day"] + rows["hour"] / 24.0
    columns["year"] = np.floor((rows["day"] - start) / DAYS_A_YEAR)
    same = rows["person"][1:] == rows["person"][:-1]
    gap = np.where(same, np.diff(columns["time"]), np.inf)
    columns["days_since"] = np.concatenate([[np.inf], gap])[: len(rows)]
    columns["days_to_next"] = np.concatenate([gap, [np.inf]])[: len(rows)]
    columns["days_left"] = end - columns["time"]
    columns["seen"] = _days_to(rows, columns["time"], rows["visible"] != 0, "left") <= A_MONTH
    hospital = rows["hospital"] != 0
    columns["days_to_hospital"] = _days_to(rows, columns["time"], hospital, "right")
    return columns


def _days_to(
    rows: np.ndarray, time: np.ndarray, wanted: np.ndarray, side: Literal["left", "right"]
) -> np.ndarray:
    """Return for every act the days to the same person's next wanted one; infinite if none.

    An act is its own next from the left, not from the right.
    """
    far = 1e7  # beyond any day, so that persons stay apart
    _, person = np.unique(rows["person"], return_inverse=True)
    line = person * far + time
    ends = line[wanted]
    following = np.searchsorted(ends, line, side)
    days = np.full(len(rows), np.inf)
    there = following < len(ends)
    days[there] = ends[following[there]] - line[there]
    days[days > far / 2] = np.inf
    return days


def number_acts(acts: Columns, people: np.ndarray) -> None:
    """Add to every act how many its person had done before it, and how many brought in a service.

    Those that were not logged count too.
    """
    order = np.argsort(people["person"])
    known = people["person"][order]
    _, person, counts = np.unique(acts["person"], return_inverse=True, return_counts=True)
    first = np.concatenate([[0], np.cumsum(counts)])[:-1]
    nth = np.arange(len(person)) - first[person]
    if not len(person):
        acts["acts_before"] = acts["contacts_before"] = nth
        return
    row = np.searchsorted(known, acts["person"])
    acts["acts_before"] = people["acts"][order][row] - counts[person] + nth
    seen = (acts["visible"] != 0).astype(np.int64)
    contacts = people["service_contacts"][order][row]
    logged = np.bincount(person, seen).astype(np.int64)[person]
    so_far = np.cumsum(seen) - seen
    acts["contacts_before"] = contacts - logged + so_far - so_far[first[person]]


def count_first_contacts(census: Columns, acts: Columns, record: "Record") -> None:
    """Add to the census its `first_contacts`: acts that first brought their person a service."""
    first = (acts["visible"] != 0) & (acts["contacts_before"] == 0)
    ends = [counted.date.toordinal() for counted in record.censuses]
    year = np.searchsorted(ends, acts["day"][first])
    counts = np.zeros((len(ends), 2, len(AGES)), np.int64)
    age = acts["age"][first].astype(np.int64) - AGES.start
    np.add.at(counts, (year, acts["sex"][first], age), 1)
    census["first_contacts"] = counts.ravel()


def add_usual(acts: Columns, prompts: np.ndarray | None) -> None:
    """Add what is usual for the person at prompts: means, and the rank of distress among them."""
    count = len(acts["person"])
    for name in ("usual_distress", "usual_sympathetic", "distress_rank"):
        acts[name] = np.full(count, np.nan)
    if prompts is None or not len(prompts) or not count:
        return
    rows = prompts[np.lexsort((prompts["distress"], prompts["person"]))]
    persons, first, counts = np.unique(rows["person"], return_index=True, return_counts=True)
    index = np.minimum(np.searchsorted(persons, acts["person"]), len(persons) - 1)
    watched = persons[index] == acts["person"]
    for state in ("distress", "sympathetic"):
        means = np.add.reduceat(rows[state], first) / counts
        acts[f"usual_{state}"][watched] = means[index[watched]]
    for act in np.flatnonzero(watched):
        begin = first[index[act]]
        own = rows["distress"][begin : begin + counts[index[act]]]
        acts["distress_rank"][act] = np.searchsorted(own, acts["distress_before"][act]) / len(own)


def add_motives(people: Columns, acts: Columns, end: int) -> None:
    """Add to people what their acts of the reported years say.

    `calm`, `feel` and `punish`: mean share of that motive in the last five acts, NaN without any;
    `endorses_...` and `mainly_...` follow. `seen_in_year`: an act of the last year brought in a
    service. `recent_acts`: acts in the last 28 days of the run but three weeks.
    """
    persons, person, counts = np.unique(acts["person"], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    recent = last[person] - np.arange(len(person)) <= LAST_ACTS
    columns: Columns = {}
    sums = {
        r: np.bincount(person[recent], acts[f"share_{r}"][recent], len(persons)) for r in ROUTES
    }
    total = np.sum(list(sums.values()), axis=0)
    for route in ROUTES:
        columns[route] = sums[route] / total if len(total) else total
        columns[f"endorses_{route}"] = np.where(columns[route] >= ENDORSED, 1.0, 0.0)
    strongest = np.argmax(np.array([columns[route] for route in ROUTES]), axis=0)
    for number, route in enumerate(ROUTES):
        columns[f"mainly_{route}"] = np.where(strongest == number, 1.0, 0.0)
    in_year = (acts["visible"] != 0) & (acts["time"] >= end - A_YEAR)
    weeks = (acts["time"] < end - 21) & (acts["time"] >= end - 21 - WEEKS_BEFORE)
    columns["seen_in_year"] = np.bincount(person, in_year, len(persons)) > 0
    columns["recent_acts"] = np.bincount(person, weeks, len(persons))
    _add_by_person(people, persons, columns)


def _add_by_person(people: Columns, persons: np.ndarray, columns: Columns) -> None:
    """Add columns of some persons to all; counts are 0 and shares NaN for the others."""
    index = np.minimum(np.searchsorted(persons, people["person"]), max(len(persons) - 1, 0))
    here = np.isin(people["person"], persons)
    for name, values in columns.items():
        missing = 0.0 if name in ("seen_in_year", "recent_acts") else np.nan
        people[name] = np.full(len(people["person"]), missing)
        people[name][here] = np.asarray(values, np.float64)[index[here]]


def prompt_columns(prompts: np.ndarray, acts: np.ndarray | None) -> Columns:
    """Return one row a prompt, by person and time, with the time until the next of that day.

    `hours_to_next` is NaN at the last prompt of a day; `acts_to_next` counts the acts until then.
    `hours_from_act` is from the person's nearest logged act, negative before it.
    """
    rows = prompts[np.lexsort((prompts["hour"], prompts["day"], prompts["person"]))]
    columns = {name: rows[name] for name in rows.dtype.names or ()}
    for name in ("hours_to_next", "acts_to_next", "urges_to_next"):
        columns[name] = np.full(len(rows), np.nan)
    same = (rows["person"][1:] == rows["person"][:-1]) & (rows["day"][1:] == rows["day"][:-1])
    columns["hours_to_next"][:-1][same] = np.diff(rows["hour"])[same]
    columns["acts_to_next"][:-1][same] = rows["acts"][1:][same]
    columns["urges_to_next"][:-1][same] = rows["reported_urges"][1:][same]
    columns["days"] = np.full(len(rows), 1.0 / _a_day(rows))
    if acts is not None:
        columns["hours_from_act"] = hours_from_acts(rows, acts)
    return columns


def _a_day(rows: np.ndarray) -> int:
    """Return how many prompts a day has."""
    if not len(rows):
        return 1
    _, counts = np.unique(rows["day"][rows["person"] == rows["person"][0]], return_counts=True)
    return int(counts.max())


def wave_columns(panel: np.ndarray, record: "Record") -> Columns:
    """Return one row a member and wave, by person and time, with the willingness of that day."""
    rows = panel[np.lexsort((panel["day"], panel["person"]))]
    columns = _columns(rows)
    add_questions(columns, record)
    days, wave = np.unique(rows["day"], return_inverse=True)
    dates = [date.fromordinal(int(day)) for day in days]
    willing = np.array([willingness_on(record.scenario, day) for day in dates])
    columns["survey_willingness"] = willing[wave]
    columns["year"] = np.array([day.year for day in dates])[wave]
    return columns


def census_columns(censuses: "Sequence[Census]") -> Columns:
    """Return one row a census, sex and completed age, with every count of a census."""
    parts: list[dict[str, Any]] = []
    for census in censuses:
        sex, age = np.indices(census.stocks.shape[:2])
        row: dict[str, Any] = {"sex": sex.ravel(), "age": 10 + age.ravel()}
        row["year"] = np.full(sex.size, census.date.year)
        for names, counts in ((STOCKS, census.stocks), (FLOWS, census.flows)):
            row |= {name: counts[:, :, number].ravel() for number, name in enumerate(names)}
        parts.append(row)
    if not parts:
        return {"sex": np.zeros(0), "age": np.zeros(0)}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
