"""The page of the evidence, written from the register.

``python -m docs.make.evidence docs/evidence.md`` writes it; a test compares them.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from abm.evidence.listing import accepted_by, format_instrument, format_study, number
from abm.evidence.null_model import null_model
from abm.evidence.quantities import accepted_range, quantities
from abm.evidence.quantity_verdicts import (
    LARGEST_FACTOR,
    LEAST_FOLLOWING,
    MOST_TESTED,
    SURE,
    WIDEST,
)
from abm.evidence.register import MOST_FITTED, SETTINGS, USES, Entry, Register, register
from abm.evidence.statistics import STATISTICS
from abm.evidence.verdicts import VERDICTS

HEAD = """\
# What was published, and how the model is held against it

Made by `python -m docs.make.evidence docs/evidence.md` from the register in `abm/evidence`.
`nssi evidence` lists it, `nssi evidence P62` explains one entry, `nssi validate` does all
studies. What the model should show besides, and all at once, are [signatures](signatures.md).

Every claim of Martin (2022) stands here (P01 to P81), and published figures of other studies
(E...), further ones that were collected when the defaults were chosen (N...), and ratios and shares
of two figures of one survey or review (R...); H01 is a study that found the opposite of a claim.
What is simulated meets what was published only through a study that looks as the published one
did: who is sampled, when, what is asked and how, and what is computed. Where that is only a
stand-in, the entry says so.

An entry is **fitted** when the default numbers, or the trends of a scenario, were chosen by it;
**in view** when some number was set by hand while it was looked at; **predicted** when neither;
**not answerable** when no study of this model could tell. At most {most} figures may be fitted;
several entries on one question count as one. Most are fitted by the [calibration](calibration.md),
those of services solved from acts that were logged, those of England and Victoria fitted by the
trends of their scenarios. Which predictions fail, and why, is told in [failures](failures.md).

## Verdicts on entries

`nssi validate` prints verdicts on quantities (below). Beneath them, in evidence.csv and in the
report, every entry is held against its own interval alone. With two bounds a number is *inside*
them; *near* if at most a quarter of their distance beyond one of them, or if the simulation's own
interval reaches in; else *outside*. With one bound only the side counts: *direction right* if all
of the simulation's interval lies on it, *near* if the number does and the interval reaches across,
else *direction wrong*. Of an entry with several studies the worst counts.

The simulation's interval (95 %) is a jackknife over some twenty groups of people, all seeds
together, of ratios and rates on the log scale. It is that of the simulation, for everybody there
is, not of a sample of the published size; where studies are counted, it is the
spread between sets of studies.

## Under the posterior

`nssi validate --uncertainty posterior` draws the fitted parameters from the posterior that ships
([calibration](calibration.md)). Every seed lives another draw, the same in all its worlds, so
that worlds which are compared differ by nothing else; 16 seeds of 2,500 people (101, 103, 105 and
so on: neighbours have the same draw, and the fit used none of them) live as many person-years as 4
of 10,000 without. Draws come as often as their weights say. What the scenario or a world sets
itself is not drawn.

- *Simulated* is the study done on all people of all draws together.
- Its interval is for chance alone: a jackknife over groups of people, each across all draws.
  Verdicts go by it, so that a vague posterior earns no better ones. A census has no persons and so
  no such interval; there a claim about a side needs 95 % of the draws on it to be *direction
  right*.
- `draws_low` and `draws_high`: where the middle 95 % of single draws lie, the study done in each
  alone; of fewer than 27, the lowest and the highest. It holds parameters and the chance of
  one such population together. `draws` counts those that gave a number, `draws_inside` those
  whose number is accepted. These four columns follow in evidence.csv and evidence.json; run.json
  names the posterior by its hash and the draw of every seed.
- Where a statistic depends on how many people there are (the smallest of several steps, or what
  needs rare people), single draws can lie to one side of all draws together.

## Draws from the prior

What passes whatever the parameters are follows from the equations and is no evidence. So
`nssi validate --uncertainty prior` gives every seed a draw from the priors of the fit instead: 48
seeds of 1,000 people, every parameter by itself anywhere in its range
([calibration](calibration.md)).
`python -m abm.evidence.prior_passes FOLDER` makes `abm/evidence/prior_passes.csv` of the folder:
how many draws pass (`passed`) of those that give a number (`draws`), by entry and quantity. A draw
passes where its own number is accepted, whatever its chance; figures with narrow bounds are passed
by fewer than if more people were in a draw. The table that ships was made with the priors of the
fit that the defaults come from, everything else as it is.

## Which scenario is held against it

`nssi validate SCENARIO` puts a scenario, by its name or path, in place of the baseline. Worlds with
a scenario of their own (England, Victoria, below) take the parameters and switches that it changes
from their defaults, as far as they do not set them; calendar, trends and interventions stay theirs.

`--only` judges some of the register, and runs only the worlds that takes; `--evidence FILE` adds
figures of one's own, judged by the same rules ([how](how-to/own-figures.md)).

## How a study is declared

A study names a `world` (below) and a `table`: people, leavers (those who left at 25 in the
reported years), acts, prompts (moments), waves (panel), census, trial (a row a participant and
arm, with acts before entry and in the months after), laboratory (everybody at rest, under one
standard stressor and half an hour later, by the rules of a day). People are looked at on the last
day of every reported year, and all these days are put together, so that no verdict hangs on one:
the same person may be asked on ten of them (`year` counts them from 0), each time about what was
up to then. One jackknife group holds all of it, and who forgets or conceals does so every time.
Motives come from logged acts and are known once half of the reported years are over. A number that
a world changes is another from the start of its warm-up, so that its years are alike too. The
laboratory and `who_...` look at the last day alone. `people` in evidence.csv counts persons,
however often they were asked.
`against` adds the rows of a second world, for which `other` is true. `setting`, `sex`, `ages` and
`where` say who is looked at; `asked` has the mode (self completion, or face to face: each who has
self-injured says so with the chance `survey_willingness`), `recall`, `concealment` and the
`question`. With a list of ways of self-injury everybody who did one says so. With a single item
("have you ever harmed yourself on purpose?") each act is what its person takes that to mean with
a chance (`recognition_female`, `recognition_male`): few acts are easily left out, and boys leave
them out more (Robinson and Wilson 2020, doi 10.1037/pas0000830). Where a figure is pooled over
both kinds, half of the people are asked each way (`pooled_list_share`). A study asks what its
source asked, at the ages of its instrument (below); [instruments](instruments.md) has what that
changed. The fitted ones still ask with a list, as when they were fitted. `of`, `by` and `given` are
expressions over the columns of [outputs.md](outputs.md) and those that
`abm/evidence/observed_tables.py` adds; `who_` before a column of people is that of the person
whose row it is. `than` subtracts the highest of the same statistic of other expressions.
"""

SECTIONS = {
    **{"P": "Claims of Martin (2022)", "E": "Figures", "N": "Further figures"},
    "R": "Ratios and shares within a survey or review",
}
"""Parts of the register by the letter of their entries."""

INSTRUMENTS = """\
What every survey, record and trial asked or counted, of whom and how, coded from its source by
people who had looked at no result of the model. *Read* means read in the source named, mostly its
abstract; *known*, that the instrument is well known and was not read; *guess*, a guess. A code
changes with the words of the source only.
"""


QUANTITIES = """\
## Quantities

Surveys differ from one another by more than their samples allow: the same pupils say yes to a list
twice as often as to one question. So entries that measure one thing on one instrument are judged as
one quantity, and `nssi validate` counts those. An answerable entry that stands in none of the
table below is a quantity of its own, with what is accepted of it. These rules, and the table, were
fixed before a quantity was judged.

- **What is accepted.** Of five and more surveys the interval in which another would
  lie (DerSimonian and Laird; Higgins, Thompson and Spiegelhalter, with Student's t of k - 2
  degrees of freedom); of fewer, or of reviews of the same studies, the published range, each end
  with its own sampling interval. Of one review that tells how far its studies differ, the interval
  from that.
- **On which scale.** Shares as log-odds, ratios, rates and counts as logarithms, correlations as
  Fisher's z, ages and standardised differences as they are.
- **What is judged** is the mean of the answers of the members' studies on that scale, each asked as
  its own survey was. Its error is the mean of theirs, since they share people; what groups of
  people do not tell, seeds do. `p_inside` is the chance that the value which ever more people would
  give lies in what is accepted. *inside* and *direction right* need {sure:.0%}; *outside* and
  *direction wrong* as much beyond one end; all else is *not enough people yet*. More people
  can only make a verdict firmer.
- **Size before direction.** What has a published size is judged by it. Entries that tell only the
  direction of it stand in the same quantity.
- **Factor of error**: by how many times the odds of a share, a ratio, a rate or a count is larger
  or smaller than published, at most {largest:.0f}. Odds, because a question and its opposite then
  have the same error, and because correlations (as differences) and standardised differences (times
  pi over the root of 3) amount to odds ratios. Ages have none. Published is the pooled estimate, or
  the middle of the estimates on the scale.
- **Benchmarks**: the null model below (`benchmark`), and `others_factor`: the typical factor
  between one published estimate and the mean of the others.
- **What a verdict is worth** (`group`): *fitted*, if one of its entries is, else *in view*,
  if one of them was. *No test*, if the ends of what is accepted differ by more than a factor of
  {widest:g}: nearly everything passes.
  *Follows from the equations*, if {following:.0%} of draws from the prior pass, or more; *tested*,
  if fewer than {tested:.0%} do; *weak* between, and where that is not known.
- Under the posterior `draws_inside` counts the draws that are accepted, each judged alone.

quantities.csv and quantities.json hold a row a quantity. Rows of evidence.csv say in which an entry
stands (`quantity`, `quantity_verdict`, `group`), and of the entry itself `prior_pass`, `p_inside`
against its own interval, and `benchmark`. `nssi validate --json` prints one object: `quantities`,
`evidence` and `signatures` in it are the rows of the files of these names.
"""

NULL_MODEL = """\
## The null model

A population without any mechanism answers the same questions, as a benchmark: young people begin
by a hazard that depends on age and sex alone, and go on at a rate of their own until they end, so
that yearly acts are negative binomial. Nobody has traits, moods, friends or help. Its numbers are
fitted to those figures the model was fitted to which it can answer ({figures}), by
`python -m abm.evidence.null_model --fit`. It is asked as the model is: the same studies, questions
and bounds. Worlds that are compared do not differ in it, England has no trend, both arms of a trial
fare alike. Where a study asks for what nobody in it has, a statistic of an effect (a ratio, a
difference, a correlation, a slope) says that there is none, without an interval; all else has no
answer.
"""


def page(chosen: Register | None = None) -> str:
    """Return the text of docs/evidence.md."""
    entries = chosen or register()
    parts = [HEAD.format(most=MOST_FITTED), _statistics(), _settings(), _worlds(entries)]
    parts.append(_quantities())
    parts.append(_null_model())
    parts.append(_counts(entries))
    parts += [_section(title, entries, letter) for letter, title in SECTIONS.items()]
    parts.append(_instruments(entries))
    return "\n".join(parts)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(columns)
    lines = [heads, ["---"] * len(heads), *[[c.replace("|", "\\|") for c in row] for row in rows]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _quantities() -> str:
    rows = []
    for quantity in quantities().values():
        accepted = accepted_range(quantity, register().entries)
        rows.append((
            quantity.id, quantity.statement, quantity.instrument, ", ".join(quantity.entries),
            number(accepted.centre), f"{number(accepted.low)} to {number(accepted.high)}",
            f"{quantity.accepts}: {quantity.why}" if quantity.why else quantity.accepts,
            quantity.note or "-",
        ))  # fmt: skip
    text = QUANTITIES.format(
        sure=SURE, largest=LARGEST_FACTOR, widest=WIDEST,
        following=LEAST_FOLLOWING, tested=MOST_TESTED,
    )  # fmt: skip
    columns = ("quantity", "what", "instrument", "entries", "published", "accepted", "from", "note")
    return f"{text}\n{_table(columns, rows)}"


def _null_model() -> str:
    model = null_model()
    rows = [(name, number(own.value), own.unit, own.meaning) for name, own in model.numbers.items()]
    text = NULL_MODEL.format(figures=", ".join(model.figures))
    return f"{text}\n{_table(('number', 'value', 'unit', 'meaning'), rows)}"


def _statistics() -> str:
    rows = []
    for name, statistic in STATISTICS.items():
        meaning = " ".join((statistic.compute.__doc__ or "").split())
        rows.append((f"`{name}`", meaning.removeprefix("Return ").rstrip(".")))
    return _table(("statistic", "what it is"), rows)


def _settings() -> str:
    rows = [(name, f"`{meaning}`") for name, meaning in SETTINGS.items()]
    return _table(("setting", "who that is"), rows)


def _worlds(register_: Register) -> str:
    rows = []
    for name, world in register_.worlds.items():
        changes = ", ".join(f"`{key} = {value}`" for key, value in world.changes.items())
        rows.append((name, world.meaning, world.scenario, changes or "-"))
    return _table(("world", "what it is for", "scenario", "changes"), rows)


def _counts(register_: Register) -> str:
    counts = {use: sum(e.use == use for e in register_.entries.values()) for use in USES}
    uses = ", ".join(f"{count} {use}" for use, count in counts.items())
    figures = len(register_.fitted_figures())
    verdicts = ", ".join(VERDICTS)
    return (
        f"{len(register_.entries)} entries: {uses}. The fitted ones count as {figures} figures.\n\n"
        f"Verdicts are {verdicts}.\n"
    )


def _section(title: str, register_: Register, letter: str) -> str:
    entries = [entry for entry in register_.entries.values() if entry.id.startswith(letter)]
    ordered = sorted(entries, key=lambda entry: int(entry.id[1:]))
    return f"## {title}\n\n" + "\n".join(map(_entry, ordered))


def _entry(entry: Entry) -> str:
    cited = f"{entry.source} {entry.year}" + (f", {entry.section}" if entry.section else "")
    lines = [f"**{entry.id}** {entry.statement} ({cited}{_doi(entry)}) *{entry.use}*"]
    if entry.counts_with:
        lines[0] += f", counts with {entry.counts_with}"
    if entry.close_to:
        lines[0] += f", close to {entry.close_to}"
    if entry.is_answerable:
        published = f"published {number(entry.published)}; " if entry.published is not None else ""
        lines.append(f"- {published}accepted {accepted_by(entry)} ({entry.interval})")
    else:
        lines.append(f"- not answerable: {entry.why_not}")
    lines.append(f"- instrument `{entry.instrument}`")
    lines += [f"- {format_study(study)}".replace("|", "\\|") for study in entry.study]
    lines += [f"- {entry.note}"] if entry.note else []
    return "\n".join(lines) + "\n"


def _instruments(register_: Register) -> str:
    lines = [f"- `{name}` {format_instrument(it)}" for name, it in register_.instruments.items()]
    return "\n".join([f"## Instruments\n\n{INSTRUMENTS}", *lines, ""])


def _doi(entry: Entry) -> str:
    return f", doi {entry.doi}" if entry.doi and not entry.id.startswith("P") else ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
