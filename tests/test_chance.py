"""Chance is keyed, uniform and independent; a seed is a whole number; nothing else is random."""

import ast
import functools
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import abm
from abm.chance import (
    Purpose,
    binomial_count,
    draws_for,
    four_draws,
    generator,
    poisson_count,
    seed_halves,
    two_normals,
    two_normals_of,
)
from abm.compilation import kernel

PACKAGE = Path(abm.__file__).parent
ONES = 0xFFFFFFFF
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0)
WORDS = st.integers(0, ONES)


def words(draws: tuple[float, ...]) -> list[int]:
    """Return the 32-bit words behind four draws."""
    return [int(draw * 2.0**32 - 0.5) for draw in draws]


@kernel
def compiled_draws(keys: np.ndarray, found: np.ndarray) -> None:
    for row in range(len(keys)):
        low, high, person, day, purpose, index = keys[row]
        u = four_draws(low, high, person, day, purpose, index)
        for place in range(4):
            found[row, place] = u[place]


@kernel
def compiled_counts(uniforms: np.ndarray, mean: float, chance: float, found: np.ndarray) -> None:
    for row in range(len(uniforms)):
        found[row, 0] = poisson_count(uniforms[row], mean, 6)
        found[row, 1] = binomial_count(uniforms[row], 7, chance)


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0, 0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((ONES, ONES), (ONES, ONES, ONES, ONES), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (PI[4:], PI[:4], "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_draws_are_those_of_philox_as_published(key, counter, expected) -> None:
    """The known answers of Random123 for philox4x32-10."""
    assert [f"{word:08x}" for word in words(four_draws(*key, *counter))] == expected.split()


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), key=st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_plain_compiled_and_array_draws_are_the_same_bits(seed: int, key: tuple) -> None:
    person, day, purpose, index = key
    low, high = seed_halves(seed)
    plain = four_draws(low, high, *key)
    found = np.zeros((1, 4))
    compiled_draws(np.array([[low, high, *key]], np.int64), found)
    assert tuple(found[0].tolist()) == plain
    arrays = draws_for(seed, np.array([person, person]), day, purpose, np.array([index, index]))
    assert [column.tolist() for column in arrays] == [[value, value] for value in plain]
    assert all(0.0 < value < 1.0 for value in plain)


def test_draws_are_uniform_and_independent_along_every_part_of_the_key() -> None:
    """Neighbouring people, days, purposes, indices and seeds share no luck."""
    along = {
        "person": [draws_for(5, np.arange(20_000), 735_000, Purpose.MORNING, 0)],
        "index": [draws_for(5, np.full(20_000, 9), 735_000, Purpose.MORNING, np.arange(20_000))],
        "day": [draws_for(5, np.arange(200), day, Purpose.MORNING, 0) for day in range(100)],
        "purpose": [draws_for(5, np.arange(1200), 735_000, each, 0) for each in Purpose],
        "seed": [
            draws_for(seed, np.arange(200), 735_000, Purpose.MORNING, 0) for seed in range(100)
        ],
    }
    for name, parts in along.items():
        table = np.concatenate([np.column_stack(part) for part in parts])
        for column in table.T:
            assert stats.kstest(column, "uniform").pvalue > 1e-4, name
        together = np.corrcoef(table.T)
        assert np.abs(together - np.eye(4)).max() < 5 / math.sqrt(len(table)), name
        apart = len(parts[0][0]) if len(parts) > 1 else 1
        later = np.corrcoef(table[:-apart, 0], table[apart:, 0])[0, 1]
        assert abs(later) < 5 / math.sqrt(len(table)), name


def test_two_purposes_never_share_a_number() -> None:
    """Purposes have different numbers, and the draws of one tell nothing of those of another."""
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)
    people = np.arange(3000)
    drawn = {each: draws_for(3, people, 735_000, each, 0)[0] for each in Purpose}
    numbers = np.concatenate(list(drawn.values()))
    assert len(np.unique(numbers)) > len(numbers) - 5  # chance alone repeats a 32-bit word or none
    together = np.corrcoef(np.array(list(drawn.values())))
    assert np.abs(together - np.eye(len(drawn))).max() < 5 / math.sqrt(len(people))


def test_two_normals_are_normal_and_independent() -> None:
    u = draws_for(8, np.arange(40_000), 0, Purpose.PAIN_TEST, 0)
    first, second = two_normals_of(u[0], u[1])
    for values in (first, second):
        assert stats.kstest(values, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.025
    assert abs(np.corrcoef(first**2, second**2)[0, 1]) < 0.025
    singly = [two_normals(*pair) for pair in zip(u[0][:500], u[1][:500], strict=True)]
    np.testing.assert_allclose(singly, np.column_stack((first, second))[:500], rtol=1e-12)


EVEN = (np.arange(200_000) + 0.5) / 200_000


@pytest.mark.parametrize("mean", [0.0, 0.05, 0.9, 3.0, 20.0])
def test_poisson_counts_follow_poisson_with_the_tail_on_the_largest(mean: float) -> None:
    """Evenly spread uniforms give each count its probability, but for rounding to one of them."""
    counts = np.array([poisson_count(uniform, mean, 6) for uniform in EVEN[::20]])
    expected = stats.poisson(mean).pmf(np.arange(7))
    expected[6] = stats.poisson(mean).sf(5)
    found = np.bincount(counts, minlength=7) / len(counts)
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("trials", [1, 3, 7])
@pytest.mark.parametrize("chance", [0.0, 1e-3, 0.2, 0.5, 0.97, 1.0])
def test_binomial_counts_follow_binomial(trials: int, chance: float) -> None:
    counts = np.array([binomial_count(uniform, trials, chance) for uniform in EVEN[::20]])
    expected = stats.binom(trials, chance).pmf(np.arange(trials + 1))
    found = np.bincount(counts, minlength=trials + 1) / len(counts)
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_counts_are_the_same_compiled() -> None:
    uniforms = EVEN[::100].copy()
    found = np.zeros((len(uniforms), 2), np.int64)
    for mean, chance in ((0.9, 0.2), (20.0, 0.97), (0.0, 0.0), (3.0, 1.0)):
        compiled_counts(uniforms, mean, chance, found)
        plain = [(poisson_count(u, mean, 6), binomial_count(u, 7, chance)) for u in uniforms]
        assert found.tolist() == [list(pair) for pair in plain]


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "1", None, True, np.float64(3), np.True_])
def test_a_seed_that_is_no_whole_number_in_range_is_refused(seed: object) -> None:
    with pytest.raises(ValueError, match="a seed is a whole number from 0 to 2"):
        seed_halves(seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64 - 1, np.int64(7)])
def test_both_halves_of_a_seed_count(seed: int) -> None:
    low, high = seed_halves(seed)
    assert (high << 32) + low == int(seed)
    assert 0 <= low <= ONES
    assert 0 <= high <= ONES
    other = four_draws(low, high ^ 1, 1, 2, 3, 4)
    assert four_draws(low, high, 1, 2, 3, 4) != other


def test_a_generator_is_keyed_by_seed_and_purpose() -> None:
    drawn = generator(4, Purpose.PAIN_TEST).random(50)
    assert np.array_equal(generator(4, Purpose.PAIN_TEST).random(50), drawn)
    for other in (generator(5, Purpose.PAIN_TEST), generator(4, Purpose.PANEL)):
        assert not np.isin(other.random(50), drawn).any()


# What the source says


@functools.cache
def sources() -> dict[str, ast.Module]:
    """Return the syntax tree of every source file of the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in paths}


def called(call: ast.Call) -> str:
    """Return the last name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def draw_calls() -> dict[str, list[tuple[str, int, str]]]:
    """Return every draw outside chance.py by its purpose: file, line, and index as written."""
    found = defaultdict(list)
    for file, tree in sources().items():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or called(call) not in ("four_draws", "draws_for"):
                continue
            if file == "chance.py":
                continue
            assert not call.keywords, f"{file}:{call.lineno}"
            purpose, index = call.args[-2:]
            is_named = (
                isinstance(purpose, ast.Attribute) and ast.unparse(purpose.value) == "Purpose"
            )
            assert is_named, f"{file}:{call.lineno} draws without a Purpose"
            found[purpose.attr].append((file, call.lineno, ast.unparse(index)))
    return found


def test_every_draw_has_a_purpose_of_its_own() -> None:
    """One place draws for one purpose; only the traits at birth come from several blocks."""
    calls = draw_calls()
    assert {"BIRTH", "STRESSOR", "DECISION", "FRIEND_LEARNS"} <= set(calls)
    places = {purpose: found for purpose, found in calls.items() if len(found) > 1}
    assert set(places) == {"BIRTH"}, places
    assert set(calls) <= set(Purpose.__members__)


def test_no_two_draws_at_birth_share_an_index() -> None:
    """Blocks of traits and types of maltreatment are numbered apart, read from the source."""
    indices = [0]
    for file in ("people/birth.py", "people/maltreatment.py"):
        for call in ast.walk(sources()[file]):
            if isinstance(call, ast.Call) and called(call) == "four_normals":
                block = ast.literal_eval(call.args[2])
                indices += [2 * block + 1, 2 * block + 2]
            if isinstance(call, ast.Call) and called(call) == "draw_type":
                indices.append(ast.literal_eval(call.args[3]))
    assert len(indices) == 1 + 2 * 8 + 5
    assert len(set(indices)) == len(indices)
    written = {index for _, _, index in draw_calls()["BIRTH"]}
    assert written == {"0", "2 * block + 1", "2 * block + 2", "block"}


def test_a_lived_day_never_asks_for_the_same_number_twice(scene, monkeypatch) -> None:
    """Every key drawn in a person's life, recorded, is there once."""
    from abm.mechanisms import care, day, exposure, morning, phases, stressors
    from abm.people import birth, maltreatment

    asked: list[tuple[int, ...]] = []

    def recorded(*key: int) -> tuple[float, ...]:
        asked.append(tuple(int(part) for part in key))
        return four_draws(*key)

    for module in (care, day, exposure, morning, phases, stressors, birth, maltreatment):
        monkeypatch.setattr(module, "four_draws", recorded)
    life = scene(barrier_mean=0.0, phase_length=5.0, bout_gap=1.0, stressor_rate=2.0)
    childhood = type("Childhood", (), {})()
    for name in maltreatment.CHILDHOOD_DTYPE.names or ():
        setattr(childhood, name, 1.0)
    birth.draw_traits(life.me, life.p, life.today, childhood)
    for number in range(150):
        life.me.aware = number % 3  # unaware on some days, so that awareness is drawn for, too
        life.today.day += 1
        life.today.is_monday = life.today.day % 7 == 0
        day.live_a_day(life.me, life.p, life.today, life.stage, life.day_log)
    assert len(set(asked)) == len(asked)
    drawn_for = {Purpose(key[4]) for key in asked}
    assert drawn_for >= {
        Purpose.BIRTH, Purpose.MORNING, Purpose.AWARENESS, Purpose.WEEK, Purpose.STRESSOR,
        Purpose.DECISION, Purpose.ACT, Purpose.EVENING,
    }  # fmt: skip


KEY = ("browser/server.py", "secrets")
"""What keeps others on this machine from a page is to be guessed by nobody; no life hangs on it."""


def test_nothing_but_chance_is_random() -> None:
    """No other module imports `random` or `secrets`, or touches numpy.random."""
    for file, tree in sources().items():
        if file == "chance.py":
            continue
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                first = name.split(".")[0]
                is_random = first in ("random", "secrets", "uuid")
                assert not is_random or (file, first) == KEY, f"{file}: {name}"
                assert not name.startswith("numpy.random"), f"{file}: {name}"
            if isinstance(node, ast.Attribute) and node.attr in (
                "random",
                "default_rng",
                "urandom",
            ):
                owner = ast.unparse(node.value)
                assert owner not in ("np", "numpy", "os", "np.random"), f"{file}:{node.lineno}"
