"""Keyed randomness: the only place chance comes from.

Every draw is a pure function of (seed, person, day, purpose, index), computed by the counter-based
generator Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the
counter is the last four, the key is the seed's two halves. The same person on the same day meets
the same chance in every scenario, whatever other people, threads or workers do.
"""

import functools
import hashlib
import math
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from abm.compilation import kernel, rule

LOW_32_BITS = 0xFFFFFFFF
SMALLEST_STEP = 2.0**-32


class Purpose(IntEnum):
    """What a draw decides; two purposes never share a number, so they never share draws.

    `index` tells draws of one purpose apart within a day: which block of traits, which stressor,
    which decision, which act, which proposal, or the other person of a pair.
    """

    BIRTH = 1
    FRIENDSHIP_DEGREE = 2
    FRIENDSHIP = 3
    MORNING = 5
    AWARENESS = 6
    WEEK = 7
    STRESSOR = 8
    DECISION = 9
    ACT = 10
    EVENING = 11
    FRIEND_LEARNS = 12
    PANEL = 13
    MOMENTS = 14
    PROMPT = 15
    PAIN_TEST = 16
    DESIGN = 17
    BOOTSTRAP = 18
    HELP = 19
    INTERVENTION = 20
    SURVEY = 22
    CARE = 23
    THERAPY = 24
    TRIAL = 25
    WAITING = 26
    REFERRAL = 27
    PLACES = 28
    QUEUE = 29
    STUDY = 30
    QUESTION = 31
    BANK = 41
    FIT = 42
    DRAWS = 43
    NULL_PERSON = 51
    NULL_ACT = 52
    SLOW_CHANGE = 53
    RESOLVE = 54
    TIE = 61
    TIE_KIND = 62
    TIE_WAIT = 63
    NEW_TIE = 64
    TIE_CLOSURE = 65
    CLOSING_FRIEND = 66
    BULLYING = 67
    VICTIM = 68
    BULLY = 69


@rule
def four_draws(
    seed_low: int, seed_high: int, person: Any, day: int, purpose: int, index: Any
) -> tuple[Any, Any, Any, Any]:
    """Draw four independent uniform numbers in (0, 1), on the grid (k + 1/2) / 2**32.

    The key are whole numbers below 2**32: the seed's two halves, person, day, purpose and index;
    `person` and `index` may be uint64 arrays.
    """
    a, b, c, d = person, day, purpose, index
    key_a, key_b = seed_low, seed_high
    for _ in range(10):
        first = a * 0xD2511F53
        second = c * 0xCD9E8D57
        a = ((second >> 32) & 0xFFFFFFFF) ^ b ^ key_a
        b = second & 0xFFFFFFFF
        c = ((first >> 32) & 0xFFFFFFFF) ^ d ^ key_b
        d = first & 0xFFFFFFFF
        key_a = (key_a + 0x9E3779B9) & 0xFFFFFFFF
        key_b = (key_b + 0xBB67AE85) & 0xFFFFFFFF
    return (
        (a + 0.5) * SMALLEST_STEP,
        (b + 0.5) * SMALLEST_STEP,
        (c + 0.5) * SMALLEST_STEP,
        (d + 0.5) * SMALLEST_STEP,
    )


@rule
def two_normals(first: float, second: float) -> tuple[float, float]:
    """Turn two uniform numbers into two independent standard normal numbers (Box and Muller)."""
    radius = math.sqrt(-2.0 * math.log(first))
    angle = 6.283185307179586 * second
    return radius * math.cos(angle), radius * math.sin(angle)


def two_normals_of(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn two arrays of uniform numbers into two arrays of standard normal numbers."""
    radius = np.sqrt(-2.0 * np.log(first))
    return radius * np.cos(2 * np.pi * second), radius * np.sin(2 * np.pi * second)


@rule
def poisson_count(uniform: float, mean: float, most: int) -> int:
    """Return a Poisson count by inversion, at most `most` (the rest of the tail falls on it)."""
    chance = math.exp(-mean)
    below = chance
    count = 0
    while uniform > below and count < most:
        count += 1
        chance *= mean / count
        below += chance
    return count


@rule
def binomial_count(uniform: float, trials: int, chance: float) -> int:
    """Return a binomial count by inversion: how many of `trials` happen, each with `chance`."""
    if chance >= 1.0:
        return trials
    weight = 1.0
    for _ in range(trials):
        weight *= 1.0 - chance
    below = weight
    count = 0
    while uniform > below and count < trials:
        weight *= (trials - count) * chance / ((count + 1) * (1.0 - chance))
        count += 1
        below += weight
    return count


def seed_halves(seed: int) -> tuple[int, int]:
    """Split a seed (0 to 2**64 - 1) into its lower and upper 32 bits."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise ValueError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed!r}")
    value = int(seed)
    if not 0 <= value < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2**64 - 1, not {value}")
    return value & LOW_32_BITS, value >> 32


def index_of_text(text: str) -> int:
    """Return the index of draws that are about a text: 31 bits of its BLAKE2b hash, above 2**31."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) | 1 << 31


def draws_for(
    seed: int, person: np.ndarray, day: int, purpose: int, index: np.ndarray | int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw four uniform numbers for each of many people: `four_draws` over whole arrays."""
    low, high = seed_halves(seed)
    persons = np.asarray(person).astype(np.int64)
    indices = np.empty_like(persons)
    indices[:] = index
    drawn = np.empty((4, len(persons)))
    _compiled()(low, high, persons, int(day), int(purpose), indices, drawn)
    return drawn[0], drawn[1], drawn[2], drawn[3]


def _draw_each(
    seed_low: int,
    seed_high: int,
    persons: np.ndarray,
    day: int,
    purpose: int,
    indices: np.ndarray,
    drawn: np.ndarray,
) -> None:
    for row in range(len(persons)):
        u = four_draws(seed_low, seed_high, persons[row], day, purpose, indices[row])
        for column in range(4):
            drawn[column, row] = u[column]


@functools.cache
def _compiled() -> Callable[..., None]:
    """Compile the loop only once somebody draws: Numba takes a second to import."""
    return kernel(_draw_each)


def generator(seed: int, purpose: Purpose) -> np.random.Generator:
    """Return a NumPy generator keyed by seed and purpose, for samplers that ask for one."""
    low, high = seed_halves(seed)
    return np.random.Generator(
        np.random.Philox(key=np.array([(high << 32) | low, int(purpose)], np.uint64))
    )
