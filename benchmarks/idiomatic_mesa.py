"""What a user of Mesa would write instead: a far simpler day, one Python object a person.

The day has stressors, distress that fades, one urge, one decision and learning; no shutdown, no
opioids, no phases, no friends. It is a yardstick for speed, not a model of anybody.
"""

import math

import mesa


class SimpleAdolescent(mesa.Agent):
    """One person: a few attributes and a day of a dozen lines."""

    def __init__(self, model: mesa.Model, reactivity: float, barrier: float) -> None:
        super().__init__(model)
        self.reactivity = reactivity
        self.barrier = barrier
        self.distress = 0.3
        self.expectancy = 0.3
        self.days_since_act = 1000
        self.acts = 0

    def step(self) -> None:
        """Live one day: stressors arrive, distress fades, the person acts or not, and learns."""
        self.days_since_act += 1
        self.distress *= 0.5
        while self.random.random() < 0.47:
            self.distress += self.reactivity * self.random.expovariate(1.0)
        overflow = max(0.0, self.distress - 0.6)
        urge = 8.5 * self.expectancy * overflow / (1.0 + overflow)
        satiation = 3.0 * math.exp(-self.days_since_act / 4.0)
        if self.random.random() < 1.0 / (1.0 + math.exp(self.barrier + satiation - urge)):
            relief = 0.6 * self.random.random()
            self.distress *= 1.0 - relief
            self.expectancy += 0.05 * (relief - self.expectancy)
            self.days_since_act = 0
            self.acts += 1


class SimpleModel(mesa.Model):
    """A population of simple adolescents who live their days in shuffled order."""

    def __init__(self, people: int, rng: int = 1) -> None:
        super().__init__(rng=rng)
        SimpleAdolescent.create_agents(
            self,
            people,
            reactivity=[math.exp(self.random.gauss(0.0, 0.3)) for _ in range(people)],
            barrier=[self.random.gauss(10.0, 1.6) for _ in range(people)],
        )

    def step(self) -> None:
        """Let everybody live one day."""
        self.agents.shuffle_do("step")
