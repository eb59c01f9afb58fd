"""The Mesa model: a face over the world, with agents that are views made on request."""

import functools
from pathlib import Path
from typing import Any, Literal

import mesa

from abm.people.layout import Field, declared_fields
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.agent_by_agent import AgentByAgent
from abm.simulation.record import NO_LOGS, WORDS, YES_OR_NO, Logs
from abm.simulation.world import World

Activation = Literal["compiled", "agents"]
IDENTITY = ("person", "sex", "year_group")


class LeftError(LookupError):
    """The person behind an agent has left the population."""


class Reading:
    """An attribute of an agent that reads its person's field in the world's table.

    Traits and states can be set too; who a person is, and what follows from other fields, cannot.
    Words and yes or no are those of the frames of a record.
    """

    def __init__(self, name: str, kind: type, field: Field) -> None:
        self.name = name
        self.kind = kind
        self.can_be_set = field.kind in ("trait", "state") and name not in IDENTITY
        self.__doc__ = field.sentence

    def __get__(self, agent: "Adolescent | None", owner: type) -> Any:
        if agent is None:
            return self
        value = agent.rows()[self.name][agent.row].item()
        if self.name in WORDS:
            return WORDS[self.name][value]
        return bool(value) if self.name in YES_OR_NO else value

    def __set__(self, agent: "Adolescent", value: float | str) -> None:
        if not self.can_be_set:
            raise AttributeError(f"{self.name} follows from the rest and cannot be set")
        labels = WORDS.get(self.name, ())
        if labels and value not in labels:
            raise ValueError(f"{self.name}: expected one of {', '.join(labels)}, not {value!r}")
        value = labels.index(value) if isinstance(value, str) else value
        rows = agent.rows()
        rows[self.name][agent.row] = self.kind(value)
        rows["settlement"][agent.row] = 0


class Adolescent(mesa.Agent):
    """One young person: a light view on a row of the world's table, `row` of `model.world.people`.

    Every trait and state of the model is an attribute, read when asked for; setting one changes the
    person from the next morning on. A view remembers its person and refuses to read when the row
    has been given to somebody else.
    """

    model: "NSSIModel"

    def __init__(self, model: "NSSIModel", row: int) -> None:
        super().__init__(model)
        self.row = row
        self._number = int(model.world.people["person"][row])

    def rows(self) -> Any:
        """Return the world's table of people; LeftError if the person has left the population."""
        people = self.model.world.people
        if people["person"][self.row] != self._number or not people["present"][self.row]:
            raise LeftError(f"person {self._number} has left the population")
        return people

    @property
    def age(self) -> float:
        """Age in years with decimals, on the last day lived."""
        return float(self.model.world.ages_of(self.rows()[self.row : self.row + 1])[0])

    @property
    def ever(self) -> bool:
        """Whether the person has ever self-injured."""
        return bool(self.rows()["acts"][self.row] > 0)

    @property
    def friends(self) -> "list[Adolescent]":
        """The agents of this person's friends."""
        world = self.model.world
        self.rows()
        near = world.neighbours[world.offsets[self.row] : world.offsets[self.row + 1]]
        return [self.model.agent_in_row(int(row)) for row in near]

    def step(self) -> None:
        """Refuse with a RuntimeError that says what to call: the whole population lives a day
        together, in the order of `POPULATION_DAY`.
        """
        raise RuntimeError(
            "a person does not live a day alone: call model.step(), and make the model with "
            'activation="agents" to have every agent called'
        )

    advance = step

    def live_a_day(self) -> None:
        """Live today in plain Python; called by the model when agents are activated."""
        self.rows()
        self.model.agent_by_agent.live(self.row)


for _name, (_kind, _field) in declared_fields().items():
    setattr(Adolescent, _name, Reading(_name, _kind, _field))


class NSSIModel(mesa.Model):
    """A population of adolescents, some of whom self-injure without suicidal intent.

    One step is one day, in the order of `abm.simulation.schedule.POPULATION_DAY`
    (``nssi explain day``):

    1. turn the calendar: date, trends, stages of life
    2. year-groups: on 1 September the oldest leaves and a new one enters
    3. turn ties: on the first day of a month friendships and bullying end and begin
    4. interventions: interventions reach people; what they changed settles
    5. allocate places: on Mondays, to those who have waited longest for specialist care
    6. live: everybody lives their day, unseen by the others
    7. tell friends: acts become known to friends, for tomorrow
    8. observe: census, panel and moments; being observed changes nothing

    `scenario`, or that of a name or path, is kept as `settings`; `rng` is the seed of the random
    streams, a whole number from 0 to 2**64 - 1. With the activation "compiled" one compiled pass
    takes everybody through a day; with "agents" Mesa calls every agent, which lives the same rule
    in plain Python: both give the same bits, in any order of agents. With `warm_up`, 15 years are
    simulated before, always compiled, so that all ages have histories. `logs` says which tables of
    rows are kept. `time` is 0.0 before the first reported day has been lived. ScenarioError if no
    scenario can be loaded; ValueError for another seed or activation.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        rng: int = 1,
        activation: Activation = "compiled",
        warm_up: bool = True,
        logs: Logs = NO_LOGS,
    ) -> None:
        if not isinstance(scenario, Scenario):
            scenario = load_scenario(scenario)
        world = World(scenario, rng, logs, warm_up=warm_up)
        if activation not in ("compiled", "agents"):
            raise ValueError(f'activation is "compiled" or "agents", not {activation!r}')
        super().__init__(rng=int(rng))
        self.settings = scenario
        self.activation = activation
        self.world = world
        while world.days_lived < world.warm_up_days:
            world.live_day()
        self._viewed = -1
        self._agent_in_row: dict[int, Adolescent] = {}
        if activation == "agents":
            world.run_people = self.run_agent_by_agent

    @functools.cached_property
    def agent_by_agent(self) -> AgentByAgent:
        """Today's records as plain objects."""
        return AgentByAgent(self.world)

    def step(self) -> None:
        """Live one day: the phases of `POPULATION_DAY`, one after the other."""
        self.world.live_day()

    def run_agent_by_agent(self) -> None:
        """Let Mesa call every agent once; nobody sees anybody, so the order does not matter."""
        self.agent_by_agent.begin_day()
        self.agents.do("live_a_day")

    @property
    def agents(self) -> Any:
        """All people present as a Mesa AgentSet, made or brought up to date on request."""
        if hasattr(self, "world") and self._viewed != self.world.entries:
            self._view_everybody()
        return self._all_agents

    @property
    def agents_by_type(self) -> Any:
        """All people present by their type of agent."""
        _ = self.agents
        return self._agents_by_type

    def agent_in_row(self, row: int) -> Adolescent:
        """Return the agent of the person in a row of `world.people`."""
        _ = self.agents
        return self._agent_in_row[row]

    def _view_everybody(self) -> None:
        """Make a view of everybody new and drop those who left."""
        self._viewed = self.world.entries
        people = self.world.people
        for row, agent in list(self._agent_in_row.items()):
            if people["person"][row] != agent._number or not people["present"][row]:
                del self._agent_in_row[row]
                agent.remove()
        for row in range(len(people)):
            if people["present"][row] and row not in self._agent_in_row:
                self._agent_in_row[row] = Adolescent(self, row)

    def change(self, **values: float) -> None:
        """Change parameters from the next day on; see `abm.simulation.world.World.change`."""
        self.world.change(**values)

    # Aggregates, for Mesa's DataCollector and for charts

    def _share(self, having: Any) -> float:
        present = self.world.people["present"] == 1
        return float((having & present).sum() / max(1, present.sum()))

    @property
    def lifetime_prevalence(self) -> float:
        """Share of the people present who have ever self-injured."""
        return self._share(self.world.people["acts"] > 0)

    @property
    def past_year_prevalence(self) -> float:
        """Share of the people present who self-injured in the past year."""
        return self._share(self.world.people["past_year_acts"] > 0)

    @property
    def mean_distress(self) -> float:
        """Mean distress of the people present, at seven in the morning."""
        people = self.world.people
        present = people["present"] == 1
        return float(people["distress"][present].sum() / max(1, present.sum()))
