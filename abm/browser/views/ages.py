"""Prevalence by age and sex on the day shown, against the range the paper cites."""

from abm.browser import charts as c
from abm.browser import drawing as d
from abm.browser.course import counts_of, value_of
from abm.browser.snapshot import Snapshot, Without
from abm.browser.views.figures import TITLES
from abm.report.figures.runs import ADOLESCENTS, ENDS, PUBLISHED_LIFETIME
from abm.report.format import format_percent
from abm.simulation.census import AGES, Measure, measure_named

LEAST_TOP = {"lifetime_prevalence": 30.0, "past_year_prevalence": 15.0}  # of the axis, in percent
SOURCE = "Published range: Klonsky et al. (2014), cited by Martin (2022), for ages 12-18 together."
SEXES = {"female": ("Girls and women", c.FEMALE), "male": ("Boys and men", c.MALE)}
FEW = 100


def draw(shot: Snapshot, width: float) -> str:
    """Return two charts: ever, and in the past year."""
    people = shot.census.stocks[:, :, 0]
    cell = int(people[people > 0].min()) if (people > 0).any() else 0
    few = f" A point stands for as few as {cell} people: more people would steady it."
    few = few if cell < FEW else ""
    lead = f"Young people on {shot.date:%-d %B %Y}, by completed age.{few}"
    panel = d.panel_width(width, 2)
    return d.view(lead, [chart(shot, measure, panel).html() for measure in LEAST_TOP])


def chart(shot: Snapshot, name: str, width: float) -> c.Chart:
    """Return the chart of a measure."""
    measure, (title, _) = measure_named(name), TITLES[name]
    lines, greys = _lines(shot, measure), []
    if shot.grey is not None:
        greys = [c.grey(line, shot.grey.label) for line in _lines(shot.grey, measure)]
    shares = [point[1] for line in (*lines, *greys) for point in line.points]
    others: list[c.Level | c.Band] = []
    is_lifetime = name == "lifetime_prevalence"
    if is_lifetime:
        low, high = (100 * end for end in PUBLISHED_LIFETIME)
        published = f"published, 12-18: {low:.0f}-{high:.0f} %"
        others.append(c.Band("published, 12-18", ENDS, (low, high), published))
    together = value_of(shot.census, measure, "all", *ADOLESCENTS, shot.flow_days)
    spoken = "nobody of these ages"
    if together is not None:
        share = format_percent(together)
        ends = ((ENDS[0], 100 * together), (ENDS[1], 100 * together))
        others.append(c.Level("simulated, 12-18", c.ALL, ends, f"simulated, 12-18: {share}"))
        spoken = f"{share} at ages 12 to 18"
    return c.Chart(
        f"ages-{name}", title, f"{title}, by age and sex: {spoken}", [*greys, *lines, *others],
        c.ages(AGES[0], AGES[-1]), "Share of young people", c.top_of(shares, LEAST_TOP[name], 100),
        unit=" %", heading="age", width=width, note=SOURCE if is_lifetime else "",
    )  # fmt: skip


def _lines(world: Snapshot | Without, measure: Measure) -> list[c.Line]:
    """Return the line of each sex."""
    return [
        c.Line(label, style, [_point(world, measure, sex, age) for age in AGES])
        for sex, (label, style) in SEXES.items()
    ]


def _point(world: Snapshot | Without, measure: Measure, sex: str, age: int) -> c.Point:
    """Return the share at an age in percent, and how many of how many it is."""
    some, everybody = counts_of(world.census, measure, sex, age, age)
    share = c.rounded(100 * some / everybody) if everybody else None
    return age, share, some, everybody
