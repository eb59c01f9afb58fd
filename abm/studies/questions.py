"""Questions about self-injury: a list of ways, or a single item that not every act is taken to fit.

Asked with a list, more people say that they have self-injured than asked "have you ever harmed
yourself on purpose?", and the same people answer the two differently (Robinson and Wilson 2020,
doi 10.1037/pas0000830; for surveys Muehlenkamp et al. 2012, doi 10.1186/1753-2000-6-10). Here each
act is what its person takes the single item to mean with a chance, so that those with few acts, and
boys, are missed more often. Whether it is, is drawn for the person and changes on no day: who says
yes once says yes later.
"""

import numpy as np

from abm.chance import Purpose, draws_for
from abm.people.layout import FEMALE
from abm.scenario.scenario import Scenario


def recognition_of(scenario: Scenario, sex: np.ndarray) -> np.ndarray:
    """Return the chance that an act is what its person takes a single item to mean, by sex."""
    female, male = (scenario.parameters[f"recognition_{name}"] for name in ("female", "male"))
    return np.where(sex == FEMALE, female, male)


def recognised(
    seed: int, person: np.ndarray, acts: np.ndarray, recognition: np.ndarray
) -> np.ndarray:
    """Return who says yes to a single item about acts; who has none says no.

    Recognition is the chance for a single act.
    """
    return _draws(seed, person)[0] < 1.0 - (1.0 - recognition) ** acts


def asked_by_list(scenario: Scenario, seed: int, person: np.ndarray) -> np.ndarray:
    """Return who is asked with a list where some studies do so and others do not."""
    return _draws(seed, person)[1] < scenario.parameters["pooled_list_share"]


def _draws(seed: int, person: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the draws of each person for questions, the same on every day."""
    return draws_for(seed, person, 0, Purpose.QUESTION, 0)
