"""Targets: what the register says is fitted, on scales on which errors are normal."""

import numpy as np
import pytest

from abm.evidence.quantities import accepted_range, quantities
from abm.evidence.register import read_register, register
from abm.experiments.calibration.bank_statistics import bank_evaluator, statistics, statistics_of
from abm.experiments.calibration.recipe import RECIPE_FILE, Space, read_recipe, recipe
from abm.experiments.calibration.targets import Scale, targets_of
from abm.parameters import DeclarationError, parameters

WORLDS = '[baseline]\nmeaning = "a"\n[other]\nmeaning = "b"\n'
INSTRUMENTS = '[law]\nkind = "none"\nasks = "a"\n'
HEAD = 'statement = "s"\nsource = "s"\nyear = 2000\nkind = "level"\ninterval = "made"\n'
HEAD += 'instrument = "law"\n'


def entry(
    name: str, use: str, study: str, low: float = 15, high: float = 20, more: str = ""
) -> str:
    return f'[{name}]\n{HEAD}use = "{use}"\nlow = {low}\nhigh = {high}\n{more}\n{study}\n'


def made_up(text: str):
    return read_register({"a.toml": text}, WORLDS, INSTRUMENTS)


EVER = 'study = { statistic = "percentage", of = "ever" }'


def test_only_what_the_world_answers_alone_is_measured():
    text = entry("A", "fitted", EVER)
    text += entry("B", "predicted", 'study = { world = "other", statistic = "mean", of = "age" }')
    text += entry("C", "predicted", 'study = { against = "other", statistic = "mean", of = "age" }')
    text += entry(
        "D", "predicted",
        'study = { statistic = "percentage of studies endorsing", of = "ever", '
        "size = [10, 20], studies = 3 }",
    )  # fmt: skip
    text += entry(
        "E", "predicted",
        '[[E.study]]\nstatistic = "mean"\nof = "age"\n'
        '[[E.study]]\nworld = "other"\nstatistic = "mean"\nof = "age"\n'
        '[[E.study]]\nstatistic = "median"\nof = "age"\n',
    )  # fmt: skip
    assert list(statistics_of(made_up(text), "baseline")) == ["A", "E.1", "E.3"]


def test_a_definition_is_what_is_computed_not_what_is_accepted():
    def definition(text):
        return statistics_of(made_up(text), "baseline")["A"].definition

    same = definition(entry("A", "fitted", EVER))
    assert definition(entry("A", "predicted", EVER, 1, 2)) == same
    assert definition(entry("A", "fitted", EVER.replace("ever", "acts > 3"))) != same


def test_only_fitted_entries_are_fitted_and_twins_count_once():
    text = entry("A", "fitted", EVER)
    text += entry("B", "fitted", EVER.replace("{", '{ setting = "active",'),
                  more='counts_with = "A"')  # fmt: skip
    text += entry("C", "predicted", EVER)
    text += entry("D", "fitted", 'study = { statistic = "mode", of = "first_age" }')
    one_sided = 'study = { statistic = "mean", of = "age", low = 3 }'
    text += entry("E", "fitted", one_sided)
    text += entry("F", "fitted", 'study = { statistic = "median", of = "past_year_acts" }', 3, 5)
    chosen = targets_of(statistics_of(made_up(text), "baseline"))
    assert chosen.names == ["A", "F"]
    assert list(chosen.checked) == ["B", "D", "E"]
    assert [target.scale.kind for target in chosen.fitted] == ["log-odds", "logarithm"]
    assert chosen.without({"A": "for a test"}).names == ["F"]


def test_the_accepted_interval_is_read_as_one_of_95_percent():
    (target,) = targets_of(statistics_of(made_up(entry("A", "fitted", EVER)), "baseline")).fitted
    ends = target.centre + 1.96 * target.spread * np.array([-1, 1])
    assert target.scale.back(ends) == pytest.approx([15, 20], rel=1e-4)


def test_a_recipe_aims_at_what_estimates_of_a_quantity_say_together_and_leaves_figures_out():
    own = targets_of(statistics())
    name, quantity = "E147", next(
        one.id for one in quantities().values()
        if any(member.entry == "E147" for member in one.members)
    )  # fmt: skip
    pooled = accepted_range(quantities()[quantity], register().entries)
    aimed = {target.name: target for target in targets_of(statistics(), {name: quantity}).fitted}
    assert [*aimed] == own.names
    assert (aimed[name].low, aimed[name].high) == (pooled.low, pooled.high)
    left_out = targets_of(statistics(), only_checked={name: "solved afterwards"})
    assert set(own.names) - set(left_out.names) == {name}
    assert left_out.checked[name] == "solved afterwards"
    with pytest.raises(DeclarationError, match="checked: no "):
        targets_of(statistics(), only_checked={name + "x": "why"})
    for wrong in ({name: quantity + "x"}, {name + "x": quantity}, {"P01": quantity}):
        with pytest.raises(DeclarationError, match="quantities: "):
            targets_of(statistics(), wrong)


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        (Scale("log-odds"), [0.1, 17.0, 99.0]),
        (Scale("logarithm", 0.01), [0.02, 1.0, 300.0]),
        (Scale("Fisher's z"), [-0.9, 0.0, 0.5]),
        (Scale("as it is"), [-4.0, 0.0, 9.0]),
    ],
)
def test_scales_lead_there_and_back(scale, values):
    assert scale.back(scale.to(np.array(values))) == pytest.approx(values)
    assert (np.diff(scale.to(np.array(values))) > 0).all()
    assert np.isfinite(scale.to(np.array([0.0, 100.0]))).all()
    assert np.isnan(scale.to(np.nan))


def test_the_package_has_targets_and_a_recipe_that_fits_its_priors():
    chosen = targets_of(statistics())
    assert 8 <= len(chosen.fitted) <= 20
    assert all(target.spread > 0 for target in chosen.fitted)
    assert bank_evaluator().digest in bank_evaluator().key_name
    for name in recipe().free:
        assert parameters()[name].prior is not None
    for wave in recipe().waves:
        assert wave.first_seed > 200  # those below belong to examples and to validation


def test_a_reduced_recipe_keeps_every_wave():
    small = recipe().scaled(population=100, runs=120)
    assert small.runs.population == 100
    assert sum(wave.runs for wave in small.waves) == pytest.approx(120, abs=20)
    assert recipe().scaled(None, None) == recipe()


FREE = next(iter(recipe().free))
FIXED = next(name for name, declared in parameters().items() if declared.prior is None)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("first_seed = 61_000", "first_seed = 60_001", "shares seeds"),
        ("points = 192", "points = 192\nruns_each = 2", "runs every point once"),
        ("widened = 4.0", "widened = 0.5", "widened"),
        ("widened = 2.0", "", "widened above 1"),
        ('name = "wave-2"', 'name = "wave-1"', "two have one name"),
        (f'\n{FREE} = "', f'\n{FREE}x = "', f"did you mean '{FREE}'"),
        (f'\n{FREE} = "', f'\n{FIXED} = "', "has no prior"),
        ("[fit]", f"[screening.ranges]\n{FREE}x = [1, 2]\n[fit]", f"did you mean '{FREE}'"),
        ("[fit]", f"[screening.ranges]\n{FREE} = [-1e9, 1e9]\n[fit]", "would leave its range"),
        ("population = ", "population = -", "population"),
        ("[runs]", "[runs", "not valid TOML"),
    ],
)
def test_wrong_recipes_are_refused(before, after, message):
    text = RECIPE_FILE.read_text()
    assert before in text
    with pytest.raises(DeclarationError, match=message):
        read_recipe(text.replace(before, after, 1))


def test_wide_priors_are_uniform_in_their_logarithm():
    space = Space(["learning_rate", "barrier_initiation"], 5.0)
    low, high = parameters()["learning_rate"].prior
    middle = space.values(np.array([[0.5, 0.5]]))[0, 0]
    assert middle == pytest.approx((low * high) ** 0.5)
    assert space.plain()["barrier_initiation"][2] == "uniform"
