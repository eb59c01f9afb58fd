"""When a prompt comes, counted from the act that is nearest."""

import numpy as np

FAR = 1e8  # beyond the hours of any day, so that persons stay apart


def hours_from_acts(prompts: np.ndarray, acts: np.ndarray) -> np.ndarray:
    """Return the hours from the same person's nearest act, negative before it; NaN without any.

    Both have a person, a day and an hour.
    """
    persons = np.unique(acts["person"])

    def line(rows: np.ndarray) -> np.ndarray:
        return np.searchsorted(persons, rows["person"]) * FAR + 24.0 * rows["day"] + rows["hour"]

    hours = np.full(len(prompts), np.nan)
    acted = np.isin(prompts["person"], persons)
    moments, ends = line(prompts[acted]), np.sort(line(acts))
    ends = np.concatenate([[-np.inf], ends, [np.inf]])
    later = np.searchsorted(ends, moments, "right")
    since, until = moments - ends[later - 1], ends[later] - moments
    hours[acted] = np.where(since <= until, since, -until)
    return hours
