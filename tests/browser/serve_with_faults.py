"""Runs the command, with faults: a world of seed 666 fails on its third reported day, and a page
in which the seed 555 is typed fails at once. Only pages that open with the seed 777 run all years
and paired seeds; the others stand at the first day and leave the processors to other tests.
"""

import os

from abm.browser.server import SETTINGS
from abm.cli import main as cli
from abm.simulation.world import World

os.environ.update(SETTINGS)  # Solara reads them when it is imported, which the session does
from abm.browser.counterfactual import Counterfactual
from abm.browser.paired_seeds import PairedSeeds
from abm.browser.session import Session

FAULTY_SEED, FAULTY_DAY, WHOLE_SEED = 666, 3, 777
live_day = World.live_day
seed_problem, run_through = Session.seed_problem, Session.run_through
start = PairedSeeds.start


def live_day_or_fail(world: World) -> None:
    """Live a day, unless it is the faulty one."""
    if world.seed == FAULTY_SEED and world.days_lived - world.warm_up_days == FAULTY_DAY - 1:
        raise ZeroDivisionError("a made-up fault <b>in the model</b>")
    live_day(world)


def run_through_if_whole(session: Session) -> None:
    """Run all years of a page that is tested whole."""
    if session.running.value.seed == WHOLE_SEED:
        run_through(session)


def start_if_whole(
    pairs: PairedSeeds, pair: Counterfactual, seed: int, has_warm_up: bool = True
) -> None:
    """Run paired seeds of a page that is tested whole."""
    if seed == WHOLE_SEED:
        start(pairs, pair, seed, has_warm_up)


def seed_problem_or_fail(session: Session) -> str:
    """Return what is wrong with the seed, unless it is the faulty one."""
    if session.seed_text.value == "555":
        raise RuntimeError("a made-up fault in the page")
    return seed_problem(session)


if __name__ == "__main__":
    World.live_day = live_day_or_fail  # type: ignore[method-assign]
    Session.seed_problem = seed_problem_or_fail  # type: ignore[method-assign]
    Session.run_through = run_through_if_whole  # type: ignore[method-assign]
    PairedSeeds.start = start_if_whole  # type: ignore[method-assign]
    cli.main()
