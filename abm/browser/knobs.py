"""The six knobs with which most of what the paper says can be tried, each in plain words."""

from collections.abc import Callable
from dataclasses import dataclass

import solara

from abm.browser.session import Session
from abm.browser.widgets import Number
from abm.parameters import parameters

Html = solara.v.Html
LESSONS = "school_skills_programme"
MIDDLE = 100.0  # percent of what the model says
DIGITS = 12  # that are kept of what percents make of a number


@dataclass(frozen=True)
class Knob:
    """One of six: what it moves, in percent, and what low, middle and high are."""

    label: str
    sentence: str
    marks: tuple[float, float, float]  # low, middle, high
    most: float  # that its box takes
    least: float
    value: Callable[[Session], float]
    original: Callable[[Session], float]
    turn: Callable[[Session, float], None]


def _knob_of(name: str, spread: float, label: str, sentence: str) -> Knob:
    """Return the knob of a parameter, in percent of its default; `spread` is that of its marks."""
    known = parameters()[name]

    def percent(value: float | str) -> float:
        return round(MIDDLE * float(value) / known.default, DIGITS - 4)

    def turn(session: Session, share: float) -> None:
        value = float(f"{known.default * share / MIDDLE:.{DIGITS}g}")
        session.set_value(name, min(max(value, known.low), known.high))

    least, most = percent(known.low), percent(known.high)
    marks = (max(MIDDLE - spread, least), MIDDLE, min(MIDDLE + spread, most))
    return Knob(
        label, sentence, marks, most, least,
        value=lambda session: percent(session.value_of(name)),
        original=lambda session: percent(session.original_of(name)),
        turn=turn,
    )  # fmt: skip


def knobs() -> dict[str, Knob]:
    """Return the six by short name, in their order."""
    return {
        "stressors": _knob_of(
            "stressor_rate", 50.0, "Stressors",
            "How often something upsetting happens on an ordinary day.",
        ),
        "self-criticism": _knob_of(
            "barrier_self_criticism", 100.0, "Self-criticism",
            "How much being hard on oneself weakens what holds a person back.",
        ),
        "adversity": _knob_of(
            "adversity_steepness", 100.0, "Adversity",
            "How heavily abuse and neglect in childhood weigh on a young person.",
        ),
        "friends": _knob_of(
            "friends_alike", 100.0, "Friends alike",
            "How much those who are easily distressed have friends who are so, too.",
        ),
        "skills": Knob(
            "Skills", "How many pupils aged 12 and 13 have lessons in handling feelings at school.",
            (0.0, 50.0, 100.0), 100.0, 0.0,
            value=lambda session: _percent_reached(session.coverage(LESSONS)),
            original=lambda session: _percent_reached(session.original_coverage(LESSONS)),
            turn=_reach,
        ),
        "help": _knob_of(
            "help_seeking_odds", 100.0, "Help",
            "How readily young people tell somebody and reach a service.",
        ),
    }  # fmt: skip


def _reach(session: Session, share: float) -> None:
    """Let lessons reach a share of pupils, in percent; at 0 there are none."""
    if share > 0.0:
        session.cover(LESSONS, share / 100.0)
    else:
        session.turn(LESSONS, False)


def _percent_reached(coverage: float) -> float:
    return round(100.0 * coverage, 10)


@solara.component
def Knobs(session: Session) -> None:
    """Show the six knobs."""
    with Html(tag="section", class_="card knobs", attributes={"aria-labelledby": "knobs"}):
        Html(tag="h2", attributes={"id": "knobs"}, children=["Six knobs"])
        about = "100 % is as in the model; skills: of all pupils of that age."
        Html(tag="p", class_="about", children=[about])
        for name, knob in solara.use_memo(knobs, []).items():
            KnobSlider(session, name, knob).key(name)


@solara.component
def KnobSlider(session: Session, name: str, knob: Knob) -> None:
    """Show one knob with its three marks."""
    names = ("Low", "Middle", "High")
    Number(
        name=f"knob-{name}", label=knob.label, unit="%", about=knob.sentence,
        low=knob.least, high=knob.most, marks=tuple(zip(names, knob.marks, strict=True)),
        value=knob.value(session), original=knob.original(session),
        on_change=lambda share: knob.turn(session, share),
    )  # fmt: skip
