"""Runs the command; a world of seed 666 fails on its third reported day, as a fault would."""

from abm import cli
from abm.world import World

FAULTY_SEED, FAULTY_DAY = 666, 3
live_day = World.live_day


def live_day_or_fail(world: World) -> None:
    """Live a day, unless it is the faulty one."""
    if world.seed == FAULTY_SEED and world.days_lived - world.warm_up_days == FAULTY_DAY - 1:
        raise ZeroDivisionError("a made-up fault <b>in the model</b>")
    live_day(world)


if __name__ == "__main__":
    World.live_day = live_day_or_fail  # type: ignore[method-assign]
    cli.main()
