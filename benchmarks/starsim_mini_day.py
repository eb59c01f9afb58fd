"""The simple day of `idiomatic_mesa.py` as a user of Starsim would write it: whole arrays.

It needs a Python that has starsim, which need not be that of the project (`speed.py
--starsim-python`). As many stressors come as there, each with an exponential size, so their sum
is one gamma draw; of the ways tried this was the quickest. Numbers have 32 bits, Starsim's default.
"""

from collections.abc import Callable

import numpy as np
import starsim as ss

CHANCE_OF_ANOTHER = 0.47
MOST_DAYS = 6_000


class SimpleDay(ss.Module):
    """Stressors, distress that fades, one urge, one decision and learning, for everybody."""

    def __init__(self) -> None:
        super().__init__(name="simple_day")
        self.define_states(
            ss.FloatArr("reactivity", default=ss.lognorm_im(0.0, 0.3)),
            ss.FloatArr("barrier", default=ss.normal(10.0, 1.6)),
            ss.FloatArr("distress", default=0.3),
            ss.FloatArr("expectancy", default=0.3),
            ss.FloatArr("days_since_act", default=1000.0),
            ss.IntArr("acts", default=0),
        )
        self.stressors = ss.random()
        self.decisions = ss.random()
        self.reliefs = ss.uniform(0.0, 0.6)

    def step(self) -> None:
        """Let everybody live one day."""
        self.days_since_act += 1
        self.distress *= 0.5
        self.meet_stressors()
        overflow = np.maximum(0.0, self.distress - 0.6)
        urge = 8.5 * self.expectancy * overflow / (1.0 + overflow)
        satiation = 3.0 * np.exp(-self.days_since_act / 4.0)
        chance = 1.0 / (1.0 + np.exp(self.barrier + satiation - urge))
        people = self.sim.people.auids
        self.act(people[self.decisions.rvs(people) < chance])

    def meet_stressors(self) -> None:
        """Add today's stressors: their number is geometric, the sum of their sizes a gamma draw."""
        people = self.sim.people.auids
        uniforms = self.stressors.rvs(people)
        numbers = np.floor(np.log(uniforms) / np.log(CHANCE_OF_ANOTHER))
        meeting = people[numbers > 0]
        sizes = self.stressors.rng.standard_gamma(numbers[numbers > 0])
        self.distress[meeting] += self.reactivity[meeting] * sizes

    def act(self, actors: ss.uids) -> None:
        """Let some act, be relieved, and learn."""
        if len(actors) == 0:
            return
        relief = self.reliefs.rvs(actors)
        self.distress[actors] *= 1.0 - relief
        self.expectancy[actors] += 0.05 * (relief - self.expectancy[actors])
        self.days_since_act[actors] = 0
        self.acts[actors] += 1


def simple_sim(people: int) -> Callable[[], None]:
    """Return what simulates one day of so many people; it ends after `MOST_DAYS`."""
    sim = ss.Sim(
        n_agents=people,
        modules=[SimpleDay()],
        start="2020-01-01",
        dt="day",
        dur=ss.days(MOST_DAYS),
        people_results=False,
        verbose=0,
    )
    sim.init()

    def simulate_day() -> None:
        if sim.loop.index == len(sim.loop.plan):
            raise RuntimeError(f"all {MOST_DAYS:,} planned days are over")
        sim.run_one_step()

    return simulate_day
