"""Statistics: against scipy, or by hand."""

import math

import hand_made
import numpy as np
import pytest
from scipy import stats

from abm.evidence.statistics import STATISTICS, Columns, is_significant

X = hand_made.spread(200, 1)
Y = X + hand_made.spread(200, 2)
Z = hand_made.spread(200, 3)
NONE = np.zeros(0)


def value(name: str, of, by=NONE, given=NONE, per: float = 1.0) -> float:
    wide = [np.asarray(each, np.float64) for each in (of, by, given)]
    return STATISTICS[name].compute(Columns(*wide, per))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("correlation", stats.pearsonr(X, Y).statistic),
        ("rank_correlation", stats.spearmanr(X, Y).statistic),
        ("slope", stats.linregress(Y, X).slope),
    ],
)
def test_against_scipy(name: str, expected: float) -> None:
    assert value(name, X, Y) == pytest.approx(expected)


def test_two_by_two_by_hand() -> None:
    of, by = [1, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]
    assert value("percentage", of) == 50.0
    assert value("ratio", of, by) == pytest.approx(3.0)
    assert value("odds_ratio", of, by) == pytest.approx(9.0)
    assert value("odds_ratio", of, by) == pytest.approx(
        stats.contingency.odds_ratio([[3, 1], [1, 3]], kind="sample").statistic
    )
    assert value("difference", of, by, per=100) == pytest.approx(50.0)


def test_spread_and_groups_by_hand() -> None:
    of, by = [1, 2, 3, 5, 7, 9], [0, 0, 0, 1, 1, 1]
    assert value("standardised_difference", of, by) == pytest.approx(5 / math.sqrt(2.5))
    assert value("variance_ratio", of, by) == pytest.approx(4.0)
    assert value("rate", of, by, per=10) == pytest.approx(90.0)
    assert value("standardised_change", [1, 2, 3]) == pytest.approx(2.0)
    assert value("standardised_mean_change", [1, 2, 3], [2, 3, 4]) == pytest.approx(-1.0)
    assert value("median", [1, 5, 2]) == 2.0
    assert value("mode", [13.2, 13.9, 14.1]) == 13.0


def test_hazards_count_events_over_time() -> None:
    ratio = value("hazard_ratio", [1, 0, 1, 0], [1, 1, 0, 0], [2, 2, 4, 4])
    assert ratio == pytest.approx((1 / 4) / (1 / 8))


def test_groups_in_order() -> None:
    by = np.repeat([15.4, 16.9, 17.2], 30)
    of = np.repeat([0.0, 1.0, 0.5], 30)
    assert value("modal_group", of, by) == 16.0
    assert value("smallest_step", of, by) == pytest.approx(-0.5)
    assert value("smallest_step", by, by) > 0


def test_regression_with_a_third_column() -> None:
    of = 2 * X - Z + 3 * X * Z
    assert value("interaction", of, X, Z) == pytest.approx(3.0)
    assert value("partial_slope", 2 * X - Z, X, Z) == pytest.approx(2.0)
    assert value("correlation_difference", X, Y, Z) == pytest.approx(
        stats.pearsonr(X, Y).statistic - stats.pearsonr(Z, Y).statistic
    )


def test_a_chain_is_mediated_and_a_stranger_is_not() -> None:
    cause = hand_made.spread(4000, 4) - 0.5
    between = cause + 0.3 * (hand_made.spread(4000, 5) - 0.5)
    of = hand_made.spread(4000, 6) < 1 / (1 + np.exp(-4 * between))
    assert value("mediated", of, cause, between) > 0.7
    assert abs(value("mediated", of, cause, hand_made.spread(4000, 7))) < 0.05


def test_growth_is_that_of_yearly_sums() -> None:
    years = np.repeat(np.arange(4), [100, 110, 121, 133])
    assert value("growth", np.ones(len(years)), years) == pytest.approx(10.0, abs=0.1)
    assert math.isnan(value("growth", [0.0, 1.0], [0, 1]))


def test_extra_growth_is_growth_beyond_the_other_world() -> None:
    counts = np.array([100, 110, 121, 133, 50, 50, 50, 50])
    years = np.repeat([0, 1, 2, 3, 0, 1, 2, 3], counts)
    other = np.repeat([0, 0, 0, 0, 1, 1, 1, 1], counts)
    ones = np.ones(len(years))
    assert value("extra_growth", ones, years, other) == pytest.approx(10.0, abs=0.1)
    assert value("extra_growth", ones, years, 1 - other) == pytest.approx(-9.1, abs=0.1)
    assert math.isnan(value("extra_growth", ones, years, np.zeros(len(years))))


def test_significance_is_that_of_scipy() -> None:
    for start in range(40):
        x, noise = hand_made.spread(30, start), hand_made.spread(30, start + 50)
        found = stats.pearsonr(x, x + 3 * noise)
        expected = found.pvalue < 0.05 and found.statistic > 0
        assert is_significant(Columns(x, x + 3 * noise, NONE, 1.0)) == expected


@pytest.mark.parametrize("name", STATISTICS)
def test_nobody_gives_no_number(name: str) -> None:
    with np.errstate(all="ignore"):
        assert math.isnan(value(name, NONE, NONE, NONE))


def classes(spread: float, number: int = 1500, pupils: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return a yes or no of pupils whose classes differ in log-odds by so much, and their class."""
    rng = np.random.default_rng(5)
    of_class = np.repeat(np.arange(number), pupils)
    log_odds = -2.0 + spread * rng.standard_normal(number)[of_class]
    return rng.random(len(of_class)) < 1 / (1 + np.exp(-log_odds)), of_class


@pytest.mark.parametrize("spread", [0.0, 0.45, 1.2])
def test_classes_are_as_alike_on_the_latent_scale_as_they_were_made(spread: float) -> None:
    yes, of_class = classes(spread)
    share = spread**2 / (spread**2 + math.pi**2 / 3)
    assert value("latent_variance_share", yes, of_class) == pytest.approx(share, abs=0.02)


def test_variance_is_parted_between_groups_and_within_them() -> None:
    group = np.repeat(np.arange(40), 5)
    own = hand_made.spread(40, 7)[group]
    assert value("variance_share", own, group) == pytest.approx(1.0)
    assert value("variance_share", hand_made.spread(200, 8), group) == pytest.approx(0.0, abs=0.1)
    noise = hand_made.spread(200, 8)
    expected = own.var() / (own.var() + noise.var())
    assert value("variance_share", own + noise, group) == pytest.approx(expected, abs=0.1)
    assert math.isnan(value("variance_share", own, np.arange(200)))


def test_odds_over_those_expected_by_hand() -> None:
    assert value("odds_over_expected", [1, 1, 0, 0], [0.1, 0.3, 0.2, 0.2]) == pytest.approx(4.0)
    assert value("odds_over_expected", [1, 0, 0, 0], [0.25] * 4) == pytest.approx(1.0)
