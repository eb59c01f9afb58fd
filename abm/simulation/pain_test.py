"""A pain test at the end of a run, as in the studies that Martin (2022, 5.2) cites.

The threshold follows opioid tone and accumulated acts; endurance - how long pain is borne after
its onset - follows self-criticism (Hooley and Fox 2019). The switch `pain_endurance` keeps
tolerance, deserved pain, or both. The test is a measurement: it never feeds back.
"""

from collections.abc import Mapping

import numpy as np

from abm.chance import Purpose, draws_for, two_normals_of
from abm.people.codes import DESERVED, TOLERANCE


def pain_test(
    people: np.ndarray, seed: int, values: Mapping[str, float], position: int
) -> dict[str, np.ndarray]:
    """Test the pain threshold, endurance and tolerance of people.

    Parameters
    ----------
    people
        Records of persons.
    seed
        Seed of the random streams.
    values
        Parameter values by name.
    position
        Position of the switch `pain_endurance`.

    Returns
    -------
    dict of str to numpy.ndarray
        pain_threshold, pain_endurance and pain_tolerance (their sum), in units of a median person.
    """
    acts = people["acts"].astype(np.float64)
    habituated = acts / (acts + values["habituation_acts"])
    first, second, _, _ = draws_for(seed, people["person"], 0, Purpose.PAIN_TEST, 0)
    threshold_noise, endurance_noise = two_normals_of(first, second)
    threshold = values["pain_tone"] * people["opioid_tone"]
    if position != DESERVED:
        threshold = threshold + values["pain_acts"] * habituated
    endurance = np.zeros(len(people))
    if position != TOLERANCE:
        endurance = values["pain_self_criticism"] * people["self_criticism"]
    threshold = np.exp(threshold + values["pain_threshold_noise"] * threshold_noise)
    endurance = np.exp(endurance + values["pain_endurance_noise"] * endurance_noise)
    return {
        "pain_threshold": threshold,
        "pain_endurance": endurance,
        "pain_tolerance": threshold + endurance,
    }
