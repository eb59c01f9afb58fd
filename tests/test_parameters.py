"""The declarations: complete, consistent, and the one source of the record's layout."""

import re
from pathlib import Path

import numpy as np
import pytest

from abm import parameters as declared
from abm.io.messages import did_you_mean, nearest, shown

SMALL = (Path(__file__).parent / "data" / "parameters.toml").read_text()
ENTRY = SMALL.split("\n\n")[0] + "\n"


def test_every_default_and_prior_lies_in_its_range() -> None:
    for parameter in declared.parameters().values():
        assert parameter.low <= parameter.default <= parameter.high
        if parameter.prior is not None:
            low, high = parameter.prior
            assert parameter.low <= low < high <= parameter.high
    for switch in declared.switches().values():
        assert switch.default in switch.values


def test_every_declaration_says_what_it_is_in_a_sentence() -> None:
    for each in (*declared.parameters().values(), *declared.switches().values()):
        assert each.sentence.strip().endswith((".", "?")), each.name
        assert each.source.strip(), each.name


def test_declarations_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        declared.parameters()["new"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        declared.switches()["new"] = None  # type: ignore[index]


def test_record_has_one_field_a_name_in_file_order() -> None:
    layout = declared.record_dtype()
    assert layout.names == (*declared.parameters(), *declared.switches())
    assert {layout[name] for name in declared.parameters()} == {np.dtype(np.float64)}
    assert {layout[name] for name in declared.switches()} == {np.dtype(np.int64)}


def test_no_field_is_named_like_an_array_attribute() -> None:
    assert not [name for name in declared.record_dtype().names or () if hasattr(np.recarray, name)]


def test_record_holds_what_was_given_and_else_the_defaults() -> None:
    first, *others = declared.parameters().values()
    switch = next(iter(declared.switches().values()))
    record = declared.parameter_record({first.name: first.high}, {switch.name: switch.values[-1]})
    assert record.shape == (1,)
    assert record[first.name][0] == first.high
    assert record[switch.name][0] == len(switch.values) - 1
    assert all(record[other.name][0] == other.default for other in others)


def test_record_refuses_names_and_answers_that_are_not_declared() -> None:
    name = next(iter(declared.parameters()))
    switch = next(iter(declared.switches()))
    with pytest.raises(ValueError, match=f"did you mean '{name}'"):
        declared.parameter_record({name + "x": 1.0}, {})
    with pytest.raises(ValueError, match="not declared"):
        declared.parameter_record({}, {"no_such_switch": "both"})
    with pytest.raises(ValueError, match=switch):
        declared.parameter_record({}, {switch: "neither of them"})


def test_reading_keeps_every_field() -> None:
    parameter = declared.read_parameters(SMALL, "small").parameters["stressor_rate"]
    assert (parameter.low, parameter.high, parameter.prior) == (0.0, 5.0, (0.5, 1.4))
    assert parameter.trend
    assert parameter.group == "stressors"
    barrier = declared.read_parameters(SMALL, "small").parameters["pain_barrier"]
    assert (barrier.prior, barrier.trend) == (None, False)
    assert isinstance(barrier.default, float)


@pytest.mark.parametrize("field", ["group", "unit", "default", "sentence", "source"])
def test_an_incomplete_entry_is_refused(field: str) -> None:
    text = re.sub(rf"(?m)^{field} = .*\n", "", ENTRY)
    with pytest.raises(declared.DeclarationError, match=rf"stressor_rate: lacks {field}"):
        declared.read_parameters(text, "small")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("default = 0.9", "default = 9", "default lies outside"),
        ("default = 0.9", "default = true", "expected a number"),
        ("default = 0.9", "default = nan", "expected a number"),
        ("prior = [0.5, 1.4]", "prior = [0.5, 7]", "prior lies outside"),
        ("prior = [0.5, 1.4]", "prior = [1.4, 0.5]", "below"),
        ("range = [0.0, 5.0]\n", "", "range: expected .low, high"),
        ("range = [0.0, 5.0]", "range = [0.0]", "range: expected .low, high"),
        ("prior = [0.5, 1.4]", "prior = [0.5]", "prior: expected .low, high"),
        ("trend = true", "trend = 1", "true or false"),
        ("trend = true", "colour = 1", "no such field or table"),
        ("trend = true", "trend = true\ntrend_on = 'chance'", "'number', 'odds' or"),
        ("range = [0.0, 5.0]", "range = [-1.0, 5.0]", "may be negative has no multiple"),
        ('unit = "stressors per day"', 'unit = " "', "expected a text"),
        ("[parameters.stressor_rate]", "[parameters.Rate]", "lower_case"),
        ("[parameters.stressor_rate]", "[numbers.stressor_rate]", "no such field or table"),
        (ENTRY, "parameters = 5", "expected a table"),
        (ENTRY, "[parameters]\nstressor_rate = 5", "expected a table"),
        (ENTRY, "[switches.a]\nvalues = ['b']\ndefault = 'b'\nsentence='A.'\nsource='a'", "two"),
        (ENTRY, "= 5", "not valid TOML"),
    ],
)
def test_a_wrong_entry_is_refused(old: str, new: str, expected: str) -> None:
    text = ENTRY.replace(old, new)
    assert text != ENTRY
    with pytest.raises(declared.DeclarationError, match=expected):
        declared.read_parameters(text, "small")


def test_nearest_name() -> None:
    choices = ["stressor_rate", "pain_barrier"]
    assert nearest("stresor_rate", choices) == "stressor_rate"
    assert nearest("Stressor-Rate", choices) == "stressor_rate"
    assert nearest("zzz", choices) is None
    assert did_you_mean("zzz", choices) == ""


@pytest.mark.parametrize(
    "value",
    ["a\nb", "\x1b[31m", 16**5000, [[[[[[]]]]]], "x" * 10_000, None],
    ids=lambda value: type(value).__name__,
)
def test_any_value_is_shown_short_and_printable(value: object) -> None:
    assert shown(value).isprintable()
    assert len(shown(value)) < 100
