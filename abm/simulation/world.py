"""The world: a population that lives day by day. The engine behind the Mesa model and every run.

`abm.simulation.schedule.POPULATION_DAY` is the order of a population's day,
`abm.mechanisms.day.DAY` that of one person's.
"""

import datetime
import math
from collections.abc import Callable, Iterator

import numpy as np

from abm.chance import Purpose, draws_for, seed_halves
from abm.mechanisms.day_log import ACT_DTYPE, compiled_day_log
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameter_record, parameters
from abm.people.bullying import classes_of, turn_bullying
from abm.people.codes import SPECIALIST
from abm.people.friendships import FriendshipRules, YearGroup, form_friendships
from abm.people.layout import SEXES, YEAR_GROUPS, PlainRecord, person_dtype
from abm.people.maltreatment import prepare_childhood
from abm.people.records import Parameters
from abm.people.ties import (
    Month,
    TieNetwork,
    kinds_of_new,
    note_ties,
    turn_friendships,
)
from abm.people.waiting_list import allocate_places
from abm.people.year_groups import (
    Block,
    SchoolCalendar,
    block_of_year,
    blocks_of,
    number_people,
    present_years,
)
from abm.scenario.dates import multiplier_on, starts_month, years_later
from abm.scenario.scenario import Scenario
from abm.simulation.census import FIRST_AGE, FLOWS, STOCKS, YEARLY_DTYPE, Census
from abm.simulation.delivery import RunningInterventions
from abm.simulation.kernel import (
    count_people,
    create_people,
    grow_all_up,
    run_everybody,
    tell_friends,
)
from abm.simulation.moments import MOMENT_DTYPE, who_is_watched
from abm.simulation.people_table import (
    PANEL_FIELDS,
    TIES_DTYPE,
    people_table,
    rows_of,
    ties_table,
)
from abm.simulation.record import NO_LOGS, Logs
from abm.simulation.schedule import POPULATION_DAY
from abm.simulation.today import TODAY_DTYPE, derive_speeds

CELLS = (len(SEXES), YEAR_GROUPS)
WARM_UP_YEARS = 15
PANEL_DTYPE = np.dtype([("person", np.int64), ("wave", np.int64), ("day", np.int64), *PANEL_FIELDS])


class World:
    """One population, one seed.

    With a warm-up an open population lives 15 years before the calendar starts, so that everybody
    has a history; without it everybody starts, at their age, with none. A cohort has no warm-up.
    """

    def __init__(
        self, scenario: Scenario, seed: int, logs: Logs = NO_LOGS, *, warm_up: bool = True
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.logs = logs
        self.start = scenario.calendar.start
        self.end = years_later(self.start, scenario.calendar.years)
        self.is_open = scenario.population.kind == "open"
        self.school = (
            SchoolCalendar() if self.is_open else SchoolCalendar(self.start.month, self.start.day)
        )
        groups = YEAR_GROUPS if self.is_open else 1
        self.blocks = blocks_of(scenario.population.size, groups)
        school_year = self.school.year_of(self.start)
        self.warms_up = warm_up and self.is_open
        first = school_year - (WARM_UP_YEARS if self.warms_up else groups - 1)
        self.first_year = first if self.is_open else school_year
        self.date = self.school.start_of(first) if self.warms_up else self.start
        self.total_days = (self.end - self.date).days
        self.warm_up_days = (self.start - self.date).days
        self.days_lived = 0
        self.entries = 0  # counts up whenever somebody enters or everybody leaves
        self.run_people: Callable[[], None] = self.run_compiled  # or the model's agents
        self._make_records()
        for year in present_years(self.school.year_of(self.date), self.first_year):
            self._enter(year)

    def _make_records(self) -> None:
        """Make the arrays in which everything lives."""
        size = self.scenario.population.size
        self.people = np.zeros(size, person_dtype())
        self.base = parameter_record(self.scenario.parameters, self.scenario.switches)
        self.parameters = self.base.copy()
        self._record_of_numbers = b""
        self.trends = dict(self.scenario.trends)
        self.interventions = RunningInterventions(self.scenario.interventions, self.seed, size)
        self.days = np.zeros(1, TODAY_DTYPE)
        self.days["seed_low"], self.days["seed_high"] = seed_halves(self.seed)
        self.stages = np.zeros(CELLS, STAGE_DTYPE)
        self.network = TieNetwork()
        self.flows = np.zeros((*CELLS, len(FLOWS)), np.int64)
        self.rows = np.arange(size)  # of those who are run
        self.apart = np.zeros((0, size), np.bool_)  # who differs, by world beside this one
        self.flows_apart = np.zeros((0, *self.flows.shape), np.int64)  # of those
        self.changed_rows: list[np.ndarray] = []  # of people whom this morning has changed
        self.acted = np.full(size, -1)  # rows of those who acted today, up to a -1
        self.censuses: list[Census] = []
        self.day_log = compiled_day_log()
        self._acts = np.zeros(1024, ACT_DTYPE)
        self._acts_logged = 0
        self._panel: list[np.ndarray] = []
        self._moments: list[np.ndarray] = []
        self._ties: list[np.ndarray] = []
        self.no_moments = np.zeros((0, self.scenario.observation.prompts_per_day), MOMENT_DTYPE)
        self._leavers: list[np.ndarray] = []
        self._settle_numbers()
        self.turn_the_calendar()

    def live_day(self) -> None:
        """Live one day of everybody: the phases of `POPULATION_DAY` in order."""
        for phase in POPULATION_DAY:
            getattr(self, phase.method)()
        self.end_day()

    def end_day(self) -> None:
        """Let the date be tomorrow's."""
        self.changed_rows = []
        self.days_lived += 1
        self.date += datetime.timedelta(days=1)

    # The calendar

    @property
    def is_reported(self) -> bool:
        """Whether today belongs to the reported years."""
        return self.days_lived >= self.warm_up_days

    @property
    def touches_people(self) -> bool:
        """Whether today, before anybody lives it, somebody may enter, leave, be reached or placed,
        or have other friends.
        """
        monday, month = self.date.weekday() == 0, starts_month(self.date, self.start)
        return (
            monday
            or month
            or self.date == self.school.start_of(self.date.year)
            or self.interventions.is_due(self.date, monday, month)
        )

    def change(self, **values: float) -> None:
        """Change parameters from the next morning on, also for people already born."""
        checked = self.scenario.with_parameters(**values)
        before = self.base.copy()
        for name in values:
            self.base[name] = checked.parameters[name]
        if before != self.base:
            self._settle_numbers()

    @property
    def numbers(self) -> Parameters:
        """Today's numbers as plain Python, for what is decided once for everybody."""
        record = self.parameters.tobytes()
        if record != self._record_of_numbers:
            self._numbers, self._record_of_numbers = PlainRecord.copy_of(self.parameters[0]), record
        return self._numbers

    def _settle_numbers(self) -> None:
        """Derive what follows from the numbers, after they were set or changed."""
        self._prepare_childhood(self.base)
        self.days["adversity_mean"] = self.childhoods["adversity_mean"]
        self.days["settlement"] += 1
        self.parameters[:] = self.base
        derive_speeds(self.days, PlainRecord.copy_of(self.base[0]))

    def prepare_childhood(self) -> None:
        """Prepare the childhood of those who enter today, where numbers change over time."""
        if self.trends or self.interventions:
            self._prepare_childhood(self.parameters)

    def _prepare_childhood(self, record: np.ndarray) -> None:
        """Prepare the childhood that those entering have had, under these numbers."""
        values = {name: float(record[name][0]) for name in record.dtype.names or ()}
        reference = {name: declared.default for name, declared in parameters().items()}
        self.childhoods = prepare_childhood(values, reference)

    def turn_the_calendar(self) -> None:
        """Set today's date, trends and stages of life."""
        today = self.days
        today["day"] = self.date.toordinal()
        today["school_year"] = self.school.year_of(self.date)
        today["is_reported"] = self.is_reported
        today["is_monday"] = self.date.weekday() == 0
        today["is_month_start"] = starts_month(self.date, self.start)
        if self.interventions:
            self.parameters[:] = self.base
        for name, trend in self.trends.items():
            factor = multiplier_on(trend, self.date)
            self.parameters[name] = parameters()[name].times(float(self.base[name][0]), factor)
        self.interventions.change_numbers(self.parameters, self.date)
        grow_all_up(self.parameters, self.school.share_gone(self.date), self.stages)

    # Year-groups

    def turn_year_groups(self) -> None:
        """On the first day of a school year let the oldest group leave and a new one enter."""
        year = self.date.year
        if self.date != self.school.start_of(year) or self.days_lived == 0:
            return
        if self.is_open:
            self._leave(block_of_year(self.blocks, year))
            self._enter(year)
        elif year == self.first_year + YEAR_GROUPS:
            self._leave(self.blocks[0])
            self.entries += 1

    def _leave(self, block: Block) -> None:
        rows = self.people[block.start : block.stop]
        lived_reported_days = self.days_lived > self.warm_up_days
        if lived_reported_days:
            since = self.censuses[-1].date.toordinal() + 1 if self.censuses else 0
            unseen = max(since, self.start.toordinal())  # by any census
            rows["active_years"] += (rows["present"] == 1) & (rows["last_act"] >= unseen)
        if self.logs.people and lived_reported_days and len(rows) and rows["present"][0]:
            self._leavers.append(self._people_table(rows, left=True))
        rows["present"] = 0
        self.interventions.forget(block.start, block.stop)
        self._log_ties(self.network.remove_rows(block.start, block.stop))

    def _enter(self, year: int) -> None:
        self.entries += 1
        block = block_of_year(self.blocks, year)
        number_people(self.people, block, year)
        self.prepare_childhood()
        rows = self.people[block.start : block.stop]
        create_people(rows, self.parameters, self.days, self.stages, self.childhoods)
        older = self._year_group(year - 1) if self.is_open and year > self.first_year else None
        day, rules, entering = self.school.start_of(year), self._rules(), self._year_group(year)
        rows["school_class"] = classes_of(self.seed, entering, rules)
        pairs = form_friendships(self.seed, day.toordinal(), entering, older, rules)
        kinds = kinds_of_new(self.seed, day.toordinal(), self.people["person"][pairs], self.numbers)
        self.network.add(pairs, kinds, day.toordinal())
        self.update_ties()

    def turn_ties(self) -> None:
        """On the first day of a month let friendships and bullying end and begin."""
        if self.days["is_month_start"][0] == 0:
            return
        self.people["lost_friends"] = 0
        if not self.network.may_turn(self.numbers):
            return
        month = self.month()
        ended = turn_friendships(self.network, month)
        for end in ("first", "second"):
            lost = np.bincount(ended[end], minlength=len(self.people))
            self.people["lost_friends"] += lost
        for ties in (ended, turn_bullying(self.network, month)):
            self._log_ties(ties, month.day)
        self.update_ties()
        self.changed_rows.append(np.arange(len(self.people)))

    def update_ties(self) -> None:
        """Derive from ties who is a friend of whom, and what people carry of it."""
        listed = note_ties(self.network, self.people, self.numbers)
        self.offsets, self.neighbours, self.distant = listed

    def month(self) -> Month:
        """Return what is needed to turn the ties today."""
        years = [self.first_year]
        if self.is_open:
            years = [*present_years(int(self.days["school_year"][0]), self.first_year)]
        return Month(
            seed=self.seed,
            parameters=self.parameters,
            p=self.numbers,
            days=self.days,
            people=self.people,
            offsets=self.offsets,
            neighbours=self.neighbours,
            score=self._proneness(self.people),
            ages=self.ages_of(self.people),
            groups=[self._year_group(year) for year in reversed(years)],
            rules=self._rules(),
        )

    def _rules(self) -> FriendshipRules:
        """Return how friendships form, under today's numbers and position on selection."""
        p = self.numbers
        by = self.scenario.switches["friends_alike_by"]
        return FriendshipRules(
            mean=p.friends_mean,
            spread=p.friends_spread,
            same_sex=p.friends_same_sex,
            alike=p.friends_alike if by in ("selection", "both") else 0.0,
            other_year=p.friends_other_year,
            circle=p.friends_circle,
        )

    def _year_group(self, year: int) -> YearGroup:
        block = block_of_year(self.blocks, year)
        people = self.people[block.start : block.stop]
        return YearGroup(
            persons=people["person"].copy(),
            rows=np.arange(block.start, block.stop),
            sex=people["sex"].copy(),
            score=self._proneness(people),
        )

    def _proneness(self, people: np.ndarray) -> np.ndarray:
        """Return how prone people are to distress, on a standard normal scale."""
        childhood = self.childhoods[0]
        adversity = (people["adversity"] - childhood["adversity_mean"]) / (
            childhood["adversity_spread"]
        )
        return (people["reactivity"] - people["regulation"] + adversity) / 2.0

    def deliver_interventions(self) -> None:
        """Let the scenario's interventions reach people; nothing before the first one starts."""
        monday, month = bool(self.days["is_monday"][0]), bool(self.days["is_month_start"][0])
        if not self.interventions.is_due(self.date, monday, month):
            return
        childhood = self.childhoods[0]
        self.changed_rows += self.interventions.deliver(
            self.people,
            self.date,
            self.ages_of(self.people),
            monday,
            month,
            float(childhood["adversity_mean"]),
            float(childhood["adversity_spread"]),
        )

    def allocate_places(self) -> None:
        """On Mondays give free places in specialist care to those who have waited longest."""
        if self.days["is_monday"][0] == 1:
            day = int(self.days["day"][0])
            self.changed_rows.append(allocate_places(self.people, self.numbers, day, self.seed))

    # The day

    def run_compiled(self) -> None:
        """Let everybody live today in one compiled pass over all people."""
        self._acts, logged = run_everybody(
            self.people,
            self.parameters,
            self.days,
            self.stages,
            self.day_log,
            self.flows,
            self._acts,
            self._acts_logged if self.logs_acts_today else -1,
            self.room_for_moments(),
            self.rows,
            self.apart,
            self.flows_apart,
            self.acted,
        )
        self._acts_logged = max(logged, self._acts_logged)

    @property
    def logs_acts_today(self) -> bool:
        """Whether today's acts go into the log."""
        return self.logs.acts and self.is_reported

    def log_act(self, values: tuple[float, ...]) -> None:
        """Add one act to the log (when people live one by one, outside the kernel)."""
        if self._acts_logged == len(self._acts):
            self._acts = np.concatenate((self._acts, np.zeros_like(self._acts)))
        self._acts[self._acts_logged] = values
        self._acts_logged += 1

    def tell_friends(self) -> None:
        """Push today's acts to friends, who hear of them tomorrow morning."""
        friends = self.offsets, self.neighbours, self.distant
        tell_friends(self.people, self.acted, *friends, self.parameters, self.days)

    # Observing

    def _log_ties(self, ties: np.ndarray, ended: float = math.nan) -> None:
        """Keep ties that ended today or whose people leave, if they are logged."""
        if self.logs.ties and self.is_reported:
            self._ties.append(ties_table(ties, self.people, ended))

    def room_for_moments(self) -> np.ndarray:
        """Return room for today's moments, choosing whom to watch when the weeks begin."""
        if not self.logs.moments:
            return self.no_moments
        observation = self.scenario.observation
        left = self.total_days - self.days_lived
        if not 0 < left <= observation.moments_days:
            self.people["watched"] = 0
            return self.no_moments
        if left == min(observation.moments_days, self.total_days):
            share = observation.moments_share
            chosen = who_is_watched(self.seed, self.people["person"], share)
            self.people["watched"] = chosen & (self.people["present"] == 1)
        watched = int(self.people["watched"].sum())
        room = np.zeros((watched, observation.prompts_per_day), MOMENT_DTYPE)
        self._moments.append(room)
        return room

    def observe(self) -> None:
        """Take the census on the last day of twelve reported months, and a wave of the panel."""
        if not self.is_reported:
            self.flows[:] = 0
            return
        if self.interventions:
            is_still = not self.touches_people
            self.interventions.count(self.people, self.date, self.ages_of, is_still)
        if self.is_census_day:
            self._take_census()

    @property
    def is_census_day(self) -> bool:
        """Whether today is the last day of twelve reported months."""
        tomorrow = self.date + datetime.timedelta(days=1)
        return self.is_reported and tomorrow == years_later(
            self.start, tomorrow.year - self.start.year
        )

    def _take_census(self) -> None:
        stocks = np.zeros((*CELLS, len(STOCKS)), np.int64)
        count_people(self.people, self.days, stocks)
        active = (self.people["present"] == 1) & (self.people["past_year_acts"] > 0)
        self.people["active_years"] += active
        cared_for = (self.people["present"] == 1) & (self.people["care"] >= SPECIALIST)
        in_care = self.people["person"][cared_for]
        self.censuses.append(
            Census(self.date, stocks, self.flows.copy(), self._yearly_acts(), in_care)
        )
        self.flows[:] = 0
        self.interventions.end_year()
        if self.logs.panel:
            self._panel.append(self._panel_wave(len(self.censuses) - 1))

    def _yearly_acts(self) -> np.ndarray:
        """Return sex, completed age and acts in the past year of everybody with any."""
        people = self.people[(self.people["present"] == 1) & (self.people["past_year_acts"] > 0)]
        rows = np.zeros(len(people), YEARLY_DTYPE)
        rows["sex"] = people["sex"]
        rows["age"] = FIRST_AGE + self.days["school_year"][0] - people["year_group"]
        rows["acts"] = people["past_year_acts"]
        return rows

    def _panel_wave(self, wave: int) -> np.ndarray:
        present = self.people[self.people["present"] == 1]
        drawn = draws_for(self.seed, present["person"], 0, Purpose.PANEL, 0)[0]
        members = present[drawn < self.scenario.observation.panel_share]
        rows = rows_of(members, self.ages_of(members), PANEL_DTYPE)
        rows["wave"] = wave
        rows["day"] = self.date.toordinal()
        return rows

    def ages_of(self, people: np.ndarray) -> np.ndarray:
        """Return ages in years with decimals, today."""
        school_year = int(self.days["school_year"][0])
        ages = self.stages["age"][0]
        return ages[np.clip(school_year - people["year_group"], 0, len(ages) - 1)]

    def _people_table(self, people: np.ndarray, *, left: bool) -> np.ndarray:
        ages = np.full(len(people), 25.0) if left else self.ages_of(people)
        return people_table(people, ages, left, self.seed, PlainRecord.copy_of(self.base[0]))

    def people_chunks(self) -> Iterator[np.ndarray]:
        """Yield tables of people: leavers of the reported years first, then those present."""
        yield from self._leavers
        for block in self.blocks:
            rows = self.people[block.start : block.stop]
            if len(rows) and rows["present"][0]:
                yield self._people_table(rows, left=False)

    def logged(self) -> dict[str, tuple[np.ndarray, ...]]:
        """Return the arrays of the logs that are on."""
        logged: dict[str, tuple[np.ndarray, ...]] = {}
        if self.logs.people:
            logged["people"] = tuple(self.people_chunks())
        if self.logs.acts:
            logged["acts"] = (self.act_log(),)
        if self.logs.panel:
            logged["panel"] = (np.concatenate([np.zeros(0, PANEL_DTYPE), *self._panel]),)
        if self.logs.moments:
            logged["moments"] = (self.moment_log(),)
        if self.logs.ties:
            logged["ties"] = (self.ties_log(),)
        return logged

    def act_log(self) -> np.ndarray:
        """Return the acts of the reported years."""
        return in_order(self._acts[: self._acts_logged])

    def moment_log(self) -> np.ndarray:
        """Return all moments."""
        rows = [room.ravel() for room in self._moments]
        return in_order(np.concatenate([np.zeros(0, MOMENT_DTYPE), *rows]))

    def ties_log(self) -> np.ndarray:
        """Return the ties of the reported years: those that ended and those that go on."""
        going_on = ties_table(self.network.table, self.people)
        ties = np.concatenate([np.zeros(0, TIES_DTYPE), *self._ties, going_on])
        return ties[np.lexsort((ties["since"], ties["other"], ties["person"]))]


def in_order(rows: np.ndarray) -> np.ndarray:
    """Return rows of a log in order of day, person and hour."""
    return rows[np.lexsort((rows["hour"], rows["person"], rows["day"]))]
