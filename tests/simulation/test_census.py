"""Censuses hold integer counts of one shape, and every measure is made of counts that exist."""

import datetime

import hand_made
import numpy as np
import pytest

from abm.simulation.census import AGES, FLOWS, MEASURES, STOCKS, Census, measure_named

DAY = datetime.date(2020, 8, 31)


def test_every_measure_divides_counts_that_are_taken():
    for measure in MEASURES:
        names = STOCKS if measure.kind == "share" else FLOWS
        assert measure.numerator in names
        assert measure.denominator in names
        assert measure.unit
        assert measure.meaning.endswith(".")


def test_measures_have_different_names():
    names = [measure.name for measure in MEASURES]
    assert len(set(names)) == len(names)


def test_an_unknown_measure_is_named():
    with pytest.raises(KeyError, match="prevalense"):
        measure_named("prevalense")


def test_counts_of_another_shape_are_refused():
    good = hand_made.census()
    with pytest.raises(ValueError, match="flows"):
        Census(DAY, good.stocks, good.flows[:, :3])


def test_counts_that_are_no_integers_are_refused():
    good = hand_made.census()
    with pytest.raises(ValueError, match="stocks"):
        Census(DAY, good.stocks.astype(float), good.flows)


def test_the_hand_made_census_is_one_of_a_possible_world():
    stocks = hand_made.census().stocks
    people, ever, year, month, care, waiting = (stocks[..., place] for place in range(len(STOCKS)))
    assert stocks.shape == (2, len(AGES), len(STOCKS))
    assert np.all((month <= year) & (year <= ever) & (ever <= people))
    assert np.all(care + waiting <= people)
