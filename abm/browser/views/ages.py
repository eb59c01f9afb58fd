"""Prevalence by age and sex on the day shown, against the range the paper cites."""

from abm.browser import drawing as d
from abm.browser.course import value_of
from abm.browser.snapshot import Snapshot, Without
from abm.browser.views.figures import TITLES
from abm.report.figures.runs import ADOLESCENTS, ENDS, PUBLISHED_LIFETIME
from abm.report.format import format_percent
from abm.simulation.census import AGES, Measure, measure_named

LEAST_TOP = {"lifetime_prevalence": 0.30, "past_year_prevalence": 0.15}  # of the axis
SOURCE = "Published range: Klonsky et al. (2014), cited by Martin (2022), for ages 12-18 together."
SHAPES = {"female": "circle", "male": "square"}
FEW = 100


def draw(shot: Snapshot, width: float) -> str:
    """Return two charts: ever, and in the past year."""
    people = shot.census.stocks[:, :, 0]
    cell = int(people[people > 0].min()) if (people > 0).any() else 0
    few = f" A point stands for as few as {cell} people: more people would steady it."
    few = few if cell < FEW else ""
    lead = f"Young people on {shot.date:%-d %B %Y}, by completed age.{few}"
    panel = d.panel_width(width, 2)
    return d.view(lead, [_chart(shot, measure, panel) for measure in LEAST_TOP])


def _chart(shot: Snapshot, name: str, width: float) -> str:
    measure, (title, _) = measure_named(name), TITLES[name]
    grey = shot.grey
    lines, greys = _lines(shot, measure), _lines(grey, measure)
    drawn = [*lines.values(), *greys.values()]
    values = [value for points in drawn for _, value in points if value is not None]
    top = d.round_up(max(values, default=0.0), LEAST_TOP[name])
    axes = d.Axes(width, 300, (9.5, 24.5), (0, top), left=64)
    together = value_of(shot.census, measure, "all", *ADOLESCENTS, shot.flow_days)
    parts = [d.left_axis(axes, "Share of young people", d.percent)]
    keys = [d.key("girls", d.FEMALE), d.key("boys", d.MALE, d.SEX_DASHES["male"])]
    is_lifetime = name == "lifetime_prevalence"
    if is_lifetime:
        parts.append(d.band(axes, ENDS, PUBLISHED_LIFETIME))
        keys.append(d.key("published, 12-18: 15-20 %", "", shape="band"))
    spoken = "nobody of these ages"
    if together is not None:
        points = [(end, together) for end in ENDS]
        parts.append(d.line(axes, points, d.ALL, d.SEX_DASHES["all"]))
        share = format_percent(together)
        keys.append(d.key(f"simulated, 12-18: {share}", d.ALL, d.SEX_DASHES["all"]))
        spoken = f"{share} at ages 12 to 18"
    for sex, by_age in greys.items():
        dashes = d.SEX_DASHES[sex]
        parts.append(d.line(axes, by_age, d.GREY, dashes, 1.8, ' class="baseline"'))
    if grey is not None:
        keys.append(d.key(grey.label, d.GREY))
    for sex, by_age in lines.items():
        parts.append(d.line(axes, by_age, d.SEX_COLOURS[sex], d.SEX_DASHES[sex]))
        parts += [
            d.dot(axes, age, value, d.SEX_COLOURS[sex], SHAPES[sex])
            for age, value in by_age
            if value is not None
        ]
    marks = [(age, str(age)) for age in AGES if age % (2 if width < 520 else 1) == 0]
    parts.append(d.bottom_axis(axes, "Age in completed years", marks))
    spoken = f"{title}, by age and sex: {spoken}"
    return d.chart(axes, title, spoken, parts, keys, SOURCE if is_lifetime else "")


def _lines(
    world: Snapshot | Without | None, measure: Measure
) -> dict[str, list[tuple[float, float | None]]]:
    """Return the points of each sex; none of a world that is not there yet."""
    if world is None:
        return {}
    return {
        sex: [
            (age, value_of(world.census, measure, sex, age, age, world.flow_days)) for age in AGES
        ]
        for sex in SHAPES
    }
