"""What is compared: five ways to simulate a day, each built without warm-up and stepped alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

SEED = 1


@dataclass(frozen=True)
class Subject:
    """One way to simulate days."""

    label: str  # how tables name it
    most_people: int  # the largest population it is tried with
    build: Callable[[int], Callable[[], Any]]  # makes so many people; returns what lives a day


def _headless(people: int) -> Callable[[], Any]:
    from abm.scenario.scenario import load_scenario
    from abm.simulation.world import World

    return World(load_scenario("baseline", population=people), SEED, warm_up=False).live_day


def _mesa_model(people: int, activation: Literal["compiled", "agents"]) -> Callable[[], Any]:
    from abm.model import NSSIModel
    from abm.scenario.scenario import load_scenario

    scenario = load_scenario("baseline", population=people)
    return NSSIModel(scenario, rng=SEED, activation=activation, warm_up=False).step


def _compiled(people: int) -> Callable[[], Any]:
    return _mesa_model(people, "compiled")


def _agents(people: int) -> Callable[[], Any]:
    return _mesa_model(people, "agents")


def _idiomatic(people: int) -> Callable[[], Any]:
    from idiomatic_mesa import SimpleModel

    return SimpleModel(people, rng=SEED).step


def _starsim(people: int) -> Callable[[], Any]:
    from starsim_mini_day import simple_sim

    return simple_sim(people)


SUBJECTS = {
    "headless": Subject("compiled, no Mesa", 5_000_000, _headless),
    "compiled": Subject("compiled, Mesa model", 5_000_000, _compiled),
    "agents": Subject("same rule, agent by agent", 10_000, _agents),
    "idiomatic": Subject("idiomatic Mesa, simpler day", 5_000_000, _idiomatic),
    "starsim": Subject("Starsim, simpler day", 5_000_000, _starsim),
}
"""All subjects; `starsim` needs a Python that has it, every other that of the project."""
