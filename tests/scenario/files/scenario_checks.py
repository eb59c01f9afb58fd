"""What the tests of scenarios share."""

from pathlib import Path
from typing import Any

import pytest

from abm.scenario.scenario import ScenarioError, load_scenario

FULL = """\
title = "Everything"
[population]
kind = "open"
size = 500
[calendar]
start = 2016-01-02
years = 3
[parameters]
stressor_rate = 1
[switches]
dissociation = "end"
[trends.stressor_rate]
2025 = 1.5
2015 = 1
[observation]
panel_share = 0.5
moments_share = 1
moments_days = 7
prompts_per_day = 10
[economics]
currency = "GBP"
price_year = 2014
price_presentation = 809
[economics.sources]
price_presentation = "Tsiachristas 2017"
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def message_of(name_or_path: str | Path, **arguments: Any) -> str:
    """Return the error of loading a scenario, having checked that it is short and printable."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name_or_path, **arguments)
    lines = str(caught.value).split("\n")
    assert 1 <= len(lines) <= 2
    assert all(line.isprintable() and len(line) < 700 for line in lines)
    return str(caught.value)
