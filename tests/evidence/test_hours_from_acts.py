"""Hours from the nearest act, against a loop over all acts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from abm.evidence.hours_from_acts import hours_from_acts

MOMENT = [("person", np.int64), ("day", np.int64), ("hour", np.float64)]
moments = st.lists(
    st.tuples(st.integers(1, 4), st.integers(737_000, 737_003), st.integers(14, 46)), max_size=12
).map(lambda rows: np.array([(who, day, half / 2) for who, day, half in rows], MOMENT))


def time(row: np.void) -> float:
    return 24.0 * row["day"] + row["hour"]


@given(moments, moments)
def test_it_is_the_nearest_act_of_the_same_person(prompts: np.ndarray, acts: np.ndarray) -> None:
    for prompt, hours in zip(prompts, hours_from_acts(prompts, acts), strict=True):
        own = [time(prompt) - time(act) for act in acts if act["person"] == prompt["person"]]
        if own:
            assert abs(hours) == min(map(abs, own))
            assert hours in own
        else:
            assert np.isnan(hours)


@given(moments, st.integers(1, 4))
def test_a_prompt_at_the_act_comes_after_it(acts: np.ndarray, person: int) -> None:
    assert (hours_from_acts(acts, acts) == 0.0).all()
    assert np.isnan(hours_from_acts(acts[acts["person"] == person], acts[:0])).all()
