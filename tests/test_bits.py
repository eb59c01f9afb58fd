"""The same seed gives the same bits, however, wherever and beside whomever a life is lived."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import abm
from abm import compilation
from abm.compilation import COMPILED, code_version, private_cache_folder, version_of
from abm.model import NSSIModel
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.simulation.world import World

ROOT = Path(abm.__file__).parent.parent
BOTH = Logs(people=True, acts=True)
EVERYTHING = Logs(people=True, acts=True, panel=True, moments=True, ties=True)
CHANGING = {
    **{"change_share": 0.5, "circumstances_stressors": 0.4, "circumstances_support": 0.1},
    **{"transition_stressors": 0.5, "transition_connectedness": 0.1},
    **{"resolution_chance": 0.5, "resolution_break": 0.1},
}
STILL = {"tie_end": 0.0, "tie_weaken": 0.0, "bullying_begins": 0.0, "tie_end_after_telling": 0.0}
TIES = {"tie_end": 0.1, "tie_weaken": 0.2, "bullying_begins": 0.05, "bullied_rate": 0.4}
RISKY = {"barrier_mean": 6.0, "awareness_age": 10.0, "stressor_rate": 1.2}


def risky(name: str = "baseline", population: int = 300, years: int = 1, **more: Any) -> Scenario:
    """Return a scenario in which many people act."""
    return load_scenario(name, population=population, years=years, overrides=RISKY | more)


def world_after(days: int, scenario: Scenario, seed: int = 1, logs: Logs = BOTH) -> World:
    world = World(scenario, seed, logs, warm_up=False)
    for _ in range(days):
        world.live_day()
    return world


def bits(world: World) -> dict[str, bytes]:
    """Return everything that happened, as bytes."""
    return {
        "people": world.people.tobytes(),
        "acts": world.act_log().tobytes(),
        "flows": world.flows.tobytes(),
    }


# Compiled and agent by agent


@pytest.mark.parametrize(
    "more",
    [
        CHANGING | TIES,
        pytest.param(
            {"opioids": "reduced", "dissociation": "induce", "stress_response": "prior"},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["what changes slowly, and ties", "rivals"],
)
def test_compiled_and_agent_by_agent_give_the_same_bits(more: dict[str, Any]) -> None:
    """120 days of 300 people of all ages, among whom many act and hear of friends' acts."""
    scenario = risky(**more)
    compiled = NSSIModel(scenario, rng=3, warm_up=False, logs=BOTH)
    agents = NSSIModel(scenario, rng=3, activation="agents", warm_up=False, logs=BOTH)
    for model in (compiled, agents):
        model.run_for(120)
    assert bits(agents.world) == bits(compiled.world)
    acts = compiled.world.act_log()
    assert len(acts) > 500
    assert set(acts["route"]) == {0, 1, 2}
    assert compiled.world.people["exposure_load"].max() > 1


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_the_order_of_agents_changes_nothing(order: str) -> None:
    scenario = risky(population=100)
    model = NSSIModel(scenario, rng=3, activation="agents", warm_up=False, logs=BOTH)
    called: list[int] = []

    def run_in_another_order() -> None:
        model.agent_by_agent.begin_day()
        agents = list(model.agents)[::-1]
        if order == "shuffled":
            agents = list(model.agents.shuffle())
        called[:] = [agent.row for agent in agents]
        for agent in agents:
            agent.live_a_day()

    model.world.run_people = run_in_another_order
    model.run_for(60)
    compiled = world_after(60, scenario, seed=3)
    assert bits(model.world) == bits(compiled)
    assert sorted(called) == list(range(100)) != called
    assert len(compiled.act_log()) > 50


def test_the_order_of_rows_of_friends_changes_nothing() -> None:
    """Acts become known one by one or in another order with the same counts.

    Where ties change, their rows are put in order every month.
    """
    scenario = risky(population=200, **STILL)
    world, other = World(scenario, 5, warm_up=False), World(scenario, 5, warm_up=False)
    near = [other.neighbours[other.offsets[i] : other.offsets[i + 1]][::-1] for i in range(200)]
    other.neighbours = np.concatenate(near)
    for _ in range(40):
        world.live_day()
        other.live_day()
    assert (world.neighbours != other.neighbours).any()
    assert world.people["exposure_load"].max() > 0
    assert world.people.tobytes() == other.people.tobytes()


# Looking changes nothing


def test_logs_change_no_other_byte() -> None:
    """Each log alone, all and none: the same people, curves and, where kept, acts."""
    scenario = risky(population=150, **{"observation.moments_share": 0.5})
    whole = run(scenario, 6, EVERYTHING)
    for logs in (
        Logs(),
        Logs(people=True),
        Logs(acts=True),
        Logs(panel=True),
        Logs(moments=True),
        Logs(ties=True),
    ):
        record = run(scenario, 6, logs)
        assert [census.stocks.tobytes() for census in record.censuses] == [
            census.stocks.tobytes() for census in whole.censuses
        ]
        assert record.curves.equals(whole.curves)
        for name in logs.names():
            found, expected = record.logged[name], whole.logged[name]
            assert [part.tobytes() for part in found] == [part.tobytes() for part in expected]
    assert len(whole.logged["acts"][0]) > 500
    assert len(whole.logged["moments"][0]) > 1000


def test_a_watched_person_lives_the_same_day_as_an_unwatched_one() -> None:
    """Everybody is watched for three weeks, or nobody; only what is noted differs."""
    scenario = risky(population=100, **{"observation.moments_share": 1.0})
    watched = world_after(365, scenario, logs=Logs(acts=True, moments=True))
    unwatched = world_after(365, scenario, logs=Logs(acts=True))
    assert watched.people["watched"].all()
    assert not unwatched.people["watched"].any()
    noted = ("watched", "points")
    for name in watched.people.dtype.names or ():
        same = watched.people[name].tobytes() == unwatched.people[name].tobytes()
        assert same or name in noted, name
    assert watched.act_log().tobytes() == unwatched.act_log().tobytes()
    assert len(watched.moment_log()) == 20 * 100 * 6  # all but the last day of a leap year


# Seeds, people and changes


def test_the_same_seed_gives_the_same_life_and_another_seed_another() -> None:
    scenario = risky(population=60)
    first, again = world_after(50, scenario, 9), world_after(50, scenario, 9)
    assert bits(first) == bits(again)
    for seed in (10, 9 + 2**32, 9 + 2**63):
        other = world_after(50, scenario, seed)
        assert all(found != expected for found, expected in zip(
            bits(other).values(), bits(first).values(), strict=True
        ))  # fmt: skip


def test_a_hundred_more_people_change_nobody_else() -> None:
    """In a cohort without friendships, and with a place for all, each person's luck is their own.

    Places in care are shared, and a bully is somebody else: there others do matter.
    """
    apart = {"friends_mean": 0.0, "specialist_places": 10_000.0, **STILL}
    both = [world_after(500, risky("birth-cohort", size, 2, **apart), 2) for size in (150, 250)]
    few, many = both
    for world in both:
        world.people["school_class"] = 0  # a class is made of whoever is there
    assert many.people[:150].tobytes() == few.people.tobytes()
    known = np.isin(many.act_log()["person"], few.people["person"])
    assert many.act_log()[known].tobytes() == few.act_log().tobytes()
    assert len(few.act_log()) > 200


@pytest.mark.parametrize(
    "change", [{"barrier_mean": 4.0}, {"stressor_rate": 3.0}, {"distress_half_life": 3.0}]
)
def test_a_change_at_a_day_leaves_everything_before_it(change: dict[str, float]) -> None:
    """Until that day byte for byte the same, and another course from it on."""
    baseline = World(risky(population=100), 8, BOTH, warm_up=False)
    changed = World(risky(population=100), 8, BOTH, warm_up=False)
    for day in range(120):
        if day == 60:
            assert bits(changed) == bits(baseline)
            before = len(baseline.act_log())
            changed.change(**change)
        baseline.live_day()
        changed.live_day()
    assert changed.act_log()[:before].tobytes() == baseline.act_log()[:before].tobytes()
    assert before > 30
    assert all(bits(changed)[name] != bits(baseline)[name] for name in bits(baseline))


def test_a_change_to_the_same_numbers_changes_nothing() -> None:
    """A null intervention: people are settled anew, to the same values."""
    plain = world_after(80, risky(population=100), 8)
    changed = world_after(40, risky(population=100), 8)
    changed.change(barrier_mean=6.0)
    for _ in range(40):
        changed.live_day()
    for name in plain.people.dtype.names or ():
        same = plain.people[name].tobytes() == changed.people[name].tobytes()
        assert same or name == "settlement", name


# Processes


def fingerprint(seed: int) -> tuple[int, str]:
    """Return the order of hashes here, and a hash over people, acts and curves of a small run."""
    record = run(risky(population=90), seed, BOTH)
    digest = hashlib.sha256()
    for name in ("people", "acts"):
        for part in record.logged[name]:
            digest.update(part.tobytes())
    digest.update(record.curves.to_csv().encode())
    return hash("a"), digest.hexdigest()


def test_two_processes_with_another_order_of_hashes_give_the_same_bits_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        elsewhere = list(workers.map(fingerprint, (11, 12)))
    here = [fingerprint(11), fingerprint(12)]
    assert {order for order, _ in elsewhere}.isdisjoint(order for order, _ in here)
    assert [bits for _, bits in elsewhere] == [bits for _, bits in here]
    assert here[0] != here[1]


def python(folder: Path, code: str, **environment: str) -> str:
    """Run code in a new Python; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


# The cache of compiled code

STAGES = """
import abm
import numpy as np
from abm.compilation import _cache_folder
from abm.simulation.kernel import grow_all_up
from abm.mechanisms.growing_up import STAGE_DTYPE
from abm.parameters import parameter_record
stages = np.zeros((2, 15), STAGE_DTYPE)
grow_all_up(parameter_record({}, {}), 0.5, stages)
print(abm.__file__, _cache_folder, stages["coping_growth"].sum())
"""

ACTS = """
import abm
from abm.scenario.scenario import Scenario
from abm.simulation.world import World
from abm.compilation import _cache_folder
table = {"population": {"size": 60, "kind": "cohort"}}
table["parameters"] = {"barrier_mean": 3.0, "awareness_age": 9.0, "awareness_rate": 10.0}
world = World(Scenario.from_table(table, "few"), 1)
for _ in range(60):
    world.live_day()
print(abm.__file__, _cache_folder, world.people["acts"].sum(), world.people["strain"].sum())
"""


@pytest.mark.parametrize(
    ("code", "file", "constant", "other"),
    [
        pytest.param(STAGES, "growing_up.py", "(0.5 + maturing)", "(0.6 + maturing)", id="stages"),
        pytest.param(
            ACTS, "stressors.py", "MOST_STRESSORS = 6", "MOST_STRESSORS = 1",
            marks=pytest.mark.slow, id="acts",
        ),
    ],
)  # fmt: skip
def test_a_change_in_a_mechanism_is_never_lived_with_old_machine_code(
    tmp_path: Path, code: str, file: str, constant: str, other: str
) -> None:
    """The cache is named by what decides: a constant changed in one of them takes effect."""
    shutil.copytree(ROOT / "abm", tmp_path / "abm", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {"PYTHONPATH": str(tmp_path), "NSSI_CACHE_DIR": str(tmp_path / "cache")}
    before = python(tmp_path, code, **environment).split()
    assert before[0].startswith(str(tmp_path))
    assert before[1].startswith(str(tmp_path / "cache"))
    assert list(Path(before[1]).rglob("*.nbc"))
    source = tmp_path / "abm" / "mechanisms" / file
    changed = source.read_text().replace(constant, other)
    assert changed != source.read_text()
    source.write_text(changed)
    after = python(tmp_path, code, **environment).split()
    assert after[1] != before[1]
    assert after[2] != before[2]


def test_a_change_of_what_no_kernel_reads_compiles_nothing_anew(tmp_path: Path) -> None:
    """Words and numbers of the model, the world and a report change; the machine code is kept."""
    shutil.copytree(ROOT / "abm", tmp_path / "abm", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {"PYTHONPATH": str(tmp_path), "NSSI_CACHE_DIR": str(tmp_path / "cache")}
    python(tmp_path, STAGES, **environment)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb[ic]")}
    assert kept
    for file in ("parameters.toml", "simulation/world.py", "report/figures/runs.py"):
        source = tmp_path / "abm" / file
        source.write_text(source.read_text() + "\n# something more\n")
    python(tmp_path, STAGES, **environment)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb[ic]")} == kept


@pytest.mark.parametrize("code", [STAGES, pytest.param(ACTS, marks=pytest.mark.slow)])
def test_where_no_cache_can_be_written_everything_runs_without(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The parent folder is a device; living gives what it gives with a cache, as here."""
    without = python(ROOT, code, NSSI_CACHE_DIR="/dev/null/nssi").split()
    exec(code, {})
    here = capsys.readouterr().out.split()
    assert without[1] == "None"
    assert without[2:] == here[2:]


@pytest.mark.parametrize(
    ("file", "decides"),
    [
        ("mechanisms/urge.py", True), ("parameters.toml", True),
        ("scenario/intervention_library.toml", True), ("simulation/world.py", True),
        ("chance.py", True), ("studies/outcomes.py", False), ("runs/result_store.py", False),
        ("report/figures/runs.py", False), ("cli/main.py", False), ("io/tables.py", False),
    ],
)  # fmt: skip
def test_the_code_version_is_that_of_what_decides_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, decides: bool
) -> None:
    """What only looks at lives may change without anything being compiled or lived again."""
    copy = tmp_path / "abm"
    shutil.copytree(ROOT / "abm", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compilation, "PACKAGE", copy)
    compilation.version_of.cache_clear()
    before = code_version()
    (copy / file).write_text((copy / file).read_text() + "\n# something more\n")
    compilation.version_of.cache_clear()
    after = code_version()
    compilation.version_of.cache_clear()
    assert (after != before) == decides


def test_the_cache_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NSSI_CACHE_DIR", str(tmp_path / "new"))
    folder = private_cache_folder()
    assert folder == tmp_path / "new" / version_of(*COMPILED)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert private_cache_folder() == folder


def test_a_cache_folder_that_others_could_write_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache is a pickle: an open folder, a link or a file in its place is refused."""
    monkeypatch.setenv("NSSI_CACHE_DIR", str(tmp_path))
    folder = tmp_path / version_of(*COMPILED)
    folder.mkdir()
    folder.chmod(0o777)
    assert private_cache_folder() is None
    folder.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    assert private_cache_folder() is None
    folder.unlink()
    folder.write_text("not a folder")
    assert private_cache_folder() is None
