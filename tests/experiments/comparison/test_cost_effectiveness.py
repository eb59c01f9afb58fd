"""Dominance, acceptability and loss agree with published worked examples, and with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from abm.experiments.comparison.cost_effectiveness import (
    DOMINATED,
    EXTENDEDLY,
    ON_FRONTIER,
    acceptability,
    frontier,
    normal_draws,
)

# Name, cost, effect, published ratio; D and ED stand for dominated and extendedly dominated.
HIV_TESTING = """
status-quo 26000 23.104167 -
once 27000 23.130833 37500
five-yearly 28020 23.148333 58285.71
three-yearly 28440 23.1525 100800
yearly 29440 23.146667 D
"""
"""Testing for HIV: costs and quality-adjusted life months (here / 12) of Paltiel et al. (2006), Ann
Intern Med 145, 797-806, table 4; ratios as in the vignette "Basic Cost Effectiveness Analysis" of
the R package dampack 1.0.1: 1,000 / (0.32 / 12), 1,020 / (0.21 / 12), 420 / (0.05 / 12)."""

C_DIFFICILE = """
s3 57336.0059896538 12.9399639202408 -
s27 57541.2526373815 13.0140640696275 2769.85470915263
s33 57642.2587507842 13.0389116321918 4065.03105249231
s31 57934.0743411241 13.0966257932217 5056.2216470406
s43 58072.1137208494 13.11285766912 8504.2160616553
s44 58665.7823044647 13.1283328397025 38362.6519947134
s39 57814.6470919581 13.0462790163185 ED
s4 57887.481549326 12.9970657153765 D
s13 58018.6252420203 13.0650412387992 D
s37 58081.7947984323 13.1029711156978 D
s20 58634.2026441398 13.1100568867995 D
"""
"""Treatments of C. difficile: `vignettes/cdiff_icers.csv` of dampack 1.0.1, means of a sample of
parameters from Rajasingham et al. (2020), Clin Infect Dis 70, 754-762."""

HERC = """
E 55000 5 20000
D 35000 4 12500
C 25000 3 ED
B 10000 2 5000
A 12000 1.5 D
usual-care 5000 1 -
"""
"""From the page on cost-effectiveness analysis of the Health Economics Resource Center, US Veterans
Affairs, with the answer that the tests of dampack 1.0.1 hold (`test_calculate_icers.R`)."""


def parsed(table):
    rows = [line.split() for line in table.split("\n") if line]
    return [row[3] for row in rows], *np.array([row[1:3] for row in rows], float).T


@pytest.mark.parametrize("table", [HIV_TESTING, C_DIFFICILE, HERC])
def test_published_frontiers(table):
    published, costs, effects = parsed(table)
    found = frontier(effects, costs)
    for row, answer in enumerate(published):
        off = {"D": DOMINATED, "ED": EXTENDEDLY}
        assert found.standing[row] == off.get(answer, ON_FRONTIER)
        if answer in ("-", *off):
            assert np.isnan(found.ratio[row])
            assert found.before[row] == -1
        else:
            assert found.ratio[row] == pytest.approx(float(answer), rel=3e-4)


OCCLUSION = """
19688.00 438601.60 32138.60 419543.20
19881.70 437745.50 20514.90 463363.40
20766.80 433453.80 19104.70 467280.00
20168.70 435035.00 26638.20 440207.70
20220.20 437617.40 24538.20 449992.30
20343.20 435430.20 25111.00 445595.70
20780.00 434030.50 31271.00 424200.50
20961.10 433893.70 28563.70 435406.70
20019.80 435033.60 27927.60 434547.60
19700.80 437555.70 21898.90 457368.10
"""
"""Warfarin and a device, ten draws: costs, and net benefits at 100,000 dollars a QALY, of table 1
of PMC4323782; effects follow. There the device is the best on average with 443,750.50, in 7 of ten
draws, and perfect information is worth 2,937.40."""


def test_a_published_value_of_perfect_information():
    rows = np.array([line.split() for line in OCCLUSION.split("\n") if line], float)
    costs, benefits = rows[:, ::2], rows[:, 1::2]
    found = acceptability((benefits + costs) / 1e5, costs, np.array([1e5]))
    assert found.best.tolist() == [1]
    assert found.probability[0] == pytest.approx([0.3, 0.7])
    assert found.perfect_information[0] == pytest.approx(2937.40, abs=0.1)
    assert benefits.mean(axis=0)[1] == pytest.approx(443_750.50, abs=0.1)


numbers = st.floats(-50, 50).map(lambda number: round(number, 2))
samples = arrays(np.float64, (7, 4), elements=numbers)


@given(samples, samples, st.lists(st.floats(0, 1e4), min_size=1, max_size=4))
def test_what_is_said_of_a_choice_agrees_with_itself(effects, costs, thresholds):
    found = acceptability(effects, costs, np.array(thresholds))
    assert found.probability.sum(axis=1) == pytest.approx(1.0)
    assert (found.expected_loss >= 0).all()
    for row, threshold in enumerate(thresholds):
        benefit = threshold * effects - costs
        lost = benefit.max(axis=1).mean() - benefit.mean(axis=0)
        assert found.expected_loss[row] == pytest.approx(lost, abs=1e-6)
        assert found.perfect_information[row] == pytest.approx(lost.min(), abs=1e-6)


@given(samples, samples)
def test_the_best_at_any_threshold_stands_on_the_frontier(effects, costs):
    mean_effect, mean_cost = effects.mean(axis=0), costs.mean(axis=0)
    found = frontier(mean_effect, mean_cost)
    for threshold in np.geomspace(1e-3, 1e5, 40):
        benefit = threshold * mean_effect - mean_cost
        efficient = [found.standing[row] == ON_FRONTIER for row in range(4)]
        assert benefit[efficient].max() >= benefit.max() - 1e-6
    ratios = found.ratio[~np.isnan(found.ratio)]
    assert (ratios > 0).all()


def test_draws_have_the_mean_and_the_covariance_asked_for():
    factor = np.array([[2.0, 0, 0], [1.0, 0.5, 0], [0, 0, 0]])
    drawn = normal_draws(np.array([1.0, -2.0, 5.0]), factor @ factor.T)
    assert drawn.mean(axis=0) == pytest.approx([1.0, -2.0, 5.0], abs=1e-6)
    assert np.cov(drawn.T) == pytest.approx(factor @ factor.T, abs=0.02)
    assert (drawn[:, 2] == 5.0).all()
    assert np.array_equal(drawn, normal_draws(np.array([1.0, -2.0, 5.0]), factor @ factor.T))
    assert (drawn[:, 0] > 1.0 + 2.0 * 1.959964).mean() == pytest.approx(0.025, abs=0.001)
