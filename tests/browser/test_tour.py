"""The five steps, and the girl and class that they show: found by rule, true to what is lived."""

import dataclasses
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from abm.browser import tour as tours
from abm.browser.address import opened_by
from abm.browser.choices import Choices
from abm.browser.fortnight import AGES, DAYS, LINKS, PUPILS, Story, story_of
from abm.browser.page_model import PageModel
from abm.browser.session import Session
from abm.browser.tour import STEPS, WARNING, Tour, drawn_for
from abm.browser.views import VIEWS, classroom, fortnight, guess
from abm.io.terminal import HELPLINES
from abm.scenario.scenario import load_scenario

PEOPLE, SEED = 1_000, 2
WIDTHS = (342.0, 1000.0)


@pytest.fixture(scope="module")
def story() -> Story:
    """Return what steps one and two show of a thousand people."""
    found = story_of(load_scenario("baseline", population=PEOPLE), SEED)
    assert found is not None
    return found


def test_the_girl_s_fortnight_shows_the_whole_chain_in_order(story: Story) -> None:
    found = story.fortnight
    assert AGES[0] <= found.age < AGES[1]
    assert [link.name for link in found.links] == list(LINKS)
    assert found.missing == ()
    times = [link.when for link in found.links]
    assert times == sorted(times)
    assert len(found.acts) == 1
    assert found.acts[0] == times[LINKS.index("act")]
    assert len(found.windows) == len(found.expected) == DAYS


def test_she_is_chosen_without_chance_and_by_the_people_alone(story: Story) -> None:
    again = story_of(load_scenario("baseline", population=PEOPLE), SEED)
    assert again is not None
    assert again.fortnight.person == story.fortnight.person
    assert (again.fortnight.distress == story.fortnight.distress).all()


def test_each_link_is_there_to_be_seen_on_the_trace(story: Story) -> None:
    found = story.fortnight
    when = {link.name: link.when for link in found.links}
    edge = found.windows[int(when["window"]) - found.first_day]

    def distress(moment: float) -> float:
        return float(np.interp(moment, found.when, found.distress))

    instant = 1e-6
    assert distress(when["window"]) > edge >= distress(when["window"] - 0.25 / 24 - instant)
    rise = np.interp(
        [when["arousal"] - instant, when["arousal"] + instant], found.when, found.arousal
    )
    assert rise[1] > rise[0]
    assert distress(when["relief"] + instant) < distress(when["act"] - instant)
    night = int(when["learnt"]) - found.first_day
    assert found.expected[night] > found.expected[night - 1]
    assert when["relief"] - when["act"] == pytest.approx(0.25 / 24)


def test_her_days_are_those_that_the_page_shows_of_the_same_person(story: Story) -> None:
    """Following her on the page through the same days finds the same acts and expectations."""
    found = story.fortnight
    model = PageModel(rng=SEED, population=PEOPLE)
    model.follow(found.person)
    model.run_days(story.days)
    model.take_picture()
    days = model.snapshot.trace.days[-DAYS:]
    assert [day.day for day in days] == list(range(found.first_day, found.first_day + DAYS))
    assert [day.day + act.hour / 24 for day in days for act in day.acts] == list(found.acts)
    assert [day.expectancies[0] for day in days] == list(found.expected)
    assert [day.window for day in days] == list(found.windows)
    moments = np.concatenate([day.moments for day in days])
    seen = np.interp(moments["day"] + moments["hour"] / 24, found.when, found.distress)
    felt = moments["distress"] / (1.0 + moments["dorsal_vagal"])
    assert np.median(np.abs(seen - felt)) < 0.01


def test_the_class_is_thirty_of_one_age_and_like_all_of_that_age(story: Story) -> None:
    room = story.classroom
    assert len(set(room.person.tolist())) == PUPILS
    assert len({person // 1_000_000 for person in room.person.tolist()}) == 1
    assert room.age == 15
    assert (room.past_year <= room.ever).all()
    assert ((room.acts > 0) <= room.past_year).all()
    assert 0 < room.ever.sum() < PUPILS / 2  # most never did


def test_asked_as_surveys_ask_fewer_say_so_than_did_and_nearly_as_the_paper_cites() -> None:
    tour = Tour(Session(Choices(population=PEOPLE), "tour=3", list(VIEWS)))
    assert tour.facts()["told"] == "..."  # before the warning is answered
    tour.press("begin")
    tour.session.picture.value = PageModel(rng=SEED, population=PEOPLE).snapshot
    facts = tour.facts()
    assert facts["people"] == "1,000"
    assert 12 <= int(facts["told"]) < int(facts["ever"]) <= 30


def test_where_nobody_of_that_age_acts_there_is_no_story_and_it_is_said() -> None:
    nobody = load_scenario("baseline", population=150, overrides={"barrier_mean": 20.0})
    assert story_of(nobody, 1) is None
    tour = Tour(Session(Choices(population=150), "tour=1", list(VIEWS)))
    assert "Looking" in str(drawn_for(tour, None, 900.0))
    tour.is_looked_for.value = True
    assert "more people or another seed" in str(drawn_for(tour, None, 900.0))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", [fortnight, classroom])
def test_views_of_the_tour_are_well_formed_and_fit(
    view: object, width: float, story: Story
) -> None:
    html = view.draw(story, width)  # type: ignore[attr-defined]
    ElementTree.fromstring(f"<div>{html}</div>")
    for found in re.findall(r'<svg viewBox="0 0 ([\d.]+)', html):
        assert float(found) <= width
    assert "nan" not in html


def test_every_link_is_marked_in_words_at_the_trace_and_told_in_a_sentence(story: Story) -> None:
    html = fortnight.draw(story, 1000.0)
    marks = re.findall(r'class="mark"[^>]*>([^<]+)<', html)
    assert marks == [f"{row + 1} {fortnight.NAMES[name]}" for row, name in enumerate(LINKS)]
    for link in story.fortnight.links:
        assert link.text in html


def test_how_long_the_relief_lasted_is_said(story: Story) -> None:
    found = story.fortnight
    relieved, again = found.links[-1].when, found.again
    assert again is not None
    assert again > relieved
    assert fortnight.clock(again) in fortnight.aftermath_of(found)
    still = dataclasses.replace(found, again=relieved + 1e-7)
    assert "still more than she can bear" in fortnight.aftermath_of(still)
    assert fortnight.aftermath_of(dataclasses.replace(found, again=None)) == ""


def test_what_is_missing_of_the_chain_is_said(story: Story) -> None:
    links = tuple(link for link in story.fortnight.links if link.name != "urge")
    less = dataclasses.replace(story.fortnight, links=links)
    assert "missing: urge" in fortnight.lead_of(less)
    assert "missing" not in fortnight.lead_of(story.fortnight)


def test_the_class_is_counted_in_whole_numbers_that_add_up(story: Story) -> None:
    html = classroom.draw(story, 1000.0)
    assert html.count('class="pupil"') == PUPILS
    never = PUPILS - int(story.classroom.ever.sum())
    assert f"never self-injured: {never}<" in html
    assert f"{never} of the {PUPILS} never have" in html


def test_a_guess_is_held_against_both_worlds() -> None:
    model = PageModel(rng=SEED, population=300, stressor_rate=2.0)
    before = model.snapshot
    assert guess.answer_of(before) == ""
    assert "being simulated" in guess.draw(before, 900.0)
    model.prepare_baseline()
    model.take_picture()
    shot = model.snapshot
    assert guess.answer_of(shot) == "more"
    assert guess.draw(shot, 342.0).count('class="share"') == 4
    before, after = guess.both_worlds(shot)["lifetime_prevalence"]
    assert 0.0 < before < after < 1.0


def test_steps_are_one_sentence_one_prompt_one_button_and_name_what_is_known() -> None:
    facts = dict.fromkeys(("age", "pupils", "people", "ever", "told"), "7")
    assert len(STEPS) == 5
    for step in STEPS:
        sentence, prompt = step.sentence.format(**facts), step.prompt.format(**facts)
        assert re.search(r"[.!?]\s", sentence) is None, sentence
        assert prompt
        assert step.button
        assert step.tab in VIEWS
    assert HELPLINES in WARNING
    assert "Most young people never do this" in WARNING


@pytest.fixture
def tour() -> Tour:
    """Return the tour of a page whose player is never started, and that compares nothing."""
    session = Session(Choices(seed=7, population=300), "stressor_rate=2.0", list(VIEWS))
    session.pairs.close()
    return Tour(session)


def test_no_step_is_shown_before_the_warning_has_been_answered(tour: Tour) -> None:
    tour.press("open")
    assert (tour.number, tour.is_on) == (1, False)
    tour.press("not_now")
    assert tour.number == 0
    tour.press("open")
    tour.press("begin")
    assert tour.is_on


def test_without_the_tour_a_linked_page_is_as_it_opens_otherwise() -> None:
    session = Session(Choices(population=300), "tour=2", list(VIEWS))
    ran: list[bool] = []
    session.player.run_through = lambda follows_somebody: ran.append(  # type: ignore[method-assign]
        follows_somebody
    )
    tour = Tour(session)
    tour.press("not_now")
    assert len(ran) == 1
    tour.press("open")
    tour.press("not_now")
    assert len(ran) == 1  # the page goes on as it was


def test_a_second_click_on_what_has_gone_does_nothing(tour: Tour) -> None:
    tour.hear(["open", tour.position])
    tour.hear(["begin", tour.position])
    place = tour.position
    for message in (["next", place], ["next", place], ["next"], "next", None, [["next"], place]):
        tour.hear(message)
    assert tour.number == 2
    tour.hear(["open", tour.position])  # is not there
    assert tour.number == 2


def test_the_knob_is_shown_only_after_a_guess_and_is_turned_on_the_page(tour: Tour) -> None:
    tour.session.tour.value = 4
    tour.press("begin")
    assert tour.session.running.value == Choices("baseline", 7, 300)
    tour.press("next")
    assert not tour.progress.value.is_shown
    tour.guess("fewer")
    tour.press("next")
    assert tour.progress.value.is_shown
    rate = load_scenario("baseline").parameters["stressor_rate"]
    assert tour.session.running.value.values == {"stressor_rate": pytest.approx(1.5 * rate)}
    tour.guess("more")
    assert tour.progress.value.guess == "fewer"  # too late
    tour.press("back")
    assert tour.number == 3
    assert tour.session.running.value == Choices("baseline", 7, 300)


def test_whoever_stops_is_on_the_page_in_the_state_of_the_step(tour: Tour, story: Story) -> None:
    session = tour.session
    tour.press("open")
    tour.press("begin")
    tour.story.value = story
    tour.press("next")
    tour.press("stop")
    assert (tour.number, session.tab.value) == (0, "school")
    assert session.ages.value == (story.classroom.age,)
    assert session.followed.value == story.fortnight.person
    session.tour.value = 5
    tour.press("begin")
    tour.press("next")  # ends it
    assert tour.number == 0
    assert session.running.value.scenario == tours.PROGRAMME
    assert (session.running.value.seed, session.running.value.population) == (7, 300)


@pytest.mark.parametrize("text", ["0", "6", "-1", "12", "", "one", "1" * 5_000])
def test_an_address_takes_five_steps_and_no_others(text: str) -> None:
    opened = opened_by(f"tour={text}&seed=9", Choices(), ["baseline"], list(VIEWS))
    assert (opened.tour, opened.choices.seed) == (0, 9)
    assert "tour = " in opened.problem


def test_an_address_brings_back_the_step() -> None:
    session = Session(Choices(), "tour=3", list(VIEWS))
    assert (session.tour.value, session.address_problem.value) == (3, "")
    assert "tour=3" in session.query()
    session.tour.value = 0
    assert "tour" not in session.query()
