"""Living a day one person at a time, in plain Python, by the same rules as the compiled pass.

A row is copied to a plain object, lives the day, and is written back. It is a hundred times slower
and gives the same bits: what Mesa's agents do, and what a debugger can walk through.
"""

from typing import TYPE_CHECKING

import numpy as np

from abm.mechanisms.day import live_a_day
from abm.mechanisms.day_log import plain_day_log
from abm.people.layout import PlainRecord
from abm.simulation.kernel import count_the_day
from abm.simulation.moments import read_the_day

if TYPE_CHECKING:
    from abm.simulation.world import World


class AgentByAgent:
    """Today's records as plain objects, shared by everybody who lives today in plain Python.

    `begin_day` comes before the first `live` of every day.
    """

    def __init__(self, world: "World") -> None:
        self.world = world
        self.day_log = plain_day_log()

    def begin_day(self) -> None:
        """Copy what is the same for everybody today."""
        world = self.world
        self.parameters = PlainRecord.copy_of(world.parameters[0])
        self.today = PlainRecord.copy_of(world.days[0])
        self.stages = [[PlainRecord.copy_of(stage) for stage in row] for row in world.stages]
        self.moments = world.room_for_moments()
        self.prompted = self.actors = 0
        world.acted[:] = -1

    def live(self, row: int) -> None:
        """Let the person in a row live today."""
        world, today = self.world, self.today
        me = PlainRecord.copy_of(world.people[row])
        if not me.present:
            return
        stage = self.stages[me.sex][today.school_year - me.year_group]
        live_a_day(me, self.parameters, today, stage, self.day_log)
        count_the_day(me, stage, self.day_log, world.flows)
        if me.watched:
            self._note_moments(me)
        if me.acts_today:
            world.acted[self.actors] = row
            self.actors += 1
        if world.logs_acts_today:
            for act in self.day_log.acts[: me.acts_today]:
                world.log_act(act.values())
        world.people[row] = me.values()

    def _note_moments(self, me: PlainRecord) -> None:
        room = self.moments[self.prompted]
        moments = [PlainRecord.copy_of(moment) for moment in room]
        read_the_day(me, self.parameters, self.today, self.day_log, moments)
        room[:] = np.array([moment.values() for moment in moments], room.dtype)
        self.prompted += 1
