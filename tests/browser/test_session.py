"""What is chosen on a page, and what a reset makes of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import solara

from abm.browser import page
from abm.browser.choices import Choices
from abm.browser.counterfactual import Counterfactual
from abm.browser.page_model import PageModel
from abm.browser.paired_seeds import Compared, PairedSeeds
from abm.browser.session import Session
from abm.browser.snapshot import Snapshot
from abm.browser.widgets import Between, offered
from abm.scenario.scenario import load_scenario


@pytest.fixture
def session() -> Session:
    """Return a session whose player was never started."""
    return Session(Choices("school-skills", population=300))


class Comparisons(PairedSeeds):
    """Notes what would be compared."""

    def __init__(self) -> None:
        super().__init__(lambda compared: None)
        self.begun: list[tuple[str, int]] = []
        self.given_up = 0

    def start(self, pair: Counterfactual, seed: int, has_warm_up: bool = True) -> None:
        """Note it."""
        self.begun.append((pair.label, seed))

    def turn_to(self, pair: Counterfactual | None, seed: int) -> None:
        """Note it."""
        self.given_up += 1


def test_paired_seeds_are_run_for_whoever_looks_and_given_up_with_the_settings(
    session: Session,
) -> None:
    session.pairs = noted = Comparisons()
    session.reset()
    model = PageModel.from_choices(session.running.value)
    session._draw(model.snapshot)
    assert noted.begun == []  # another view is open
    session.open_tab("changed")
    assert noted.begun == [("Baseline, without Skills lessons in school", 1)]
    before = noted.given_up
    session.reset()
    assert noted.given_up == before  # the same again
    pair = model.snapshot.counterfactual
    assert pair is not None
    session.compared.value = Compared(pair, tuple(range(1, 7)), 0, 0.0, failure="no room")
    assert session.beside(model.snapshot).compared is session.compared.value
    session.reset()
    assert noted.given_up == before + 1  # tried again
    session.seed_text.value = "2"
    session.reset()
    assert noted.given_up == before + 2
    assert noted.begun[-1][1] == 2  # at once, with the page's own years
    several = len(noted.begun)
    session._draw(model.snapshot)  # of before the reset
    assert len(noted.begun) == several
    session.compared.value = Compared(pair, tuple(range(2, 8)), 1, 0.2)
    assert session.beside(model.snapshot).compared is None  # found of other draws than are seen


def test_a_picture_is_told_as_it_is_though_the_next_comes_while_it_is_drawn(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = PageModel.from_choices(session.running.value)
    first = model.snapshot
    model.step()
    told: list[tuple[int, str]] = []

    def drawn(picture: Snapshot, tab: str, width: float) -> str:
        session.picture.value = model.snapshot
        return ""

    def Drawing(frame: int, status: list[str], **_: object) -> solara.Element:  # noqa: N802
        told.append((frame, status[1].partition(" of")[0]))
        return solara.Text("")

    monkeypatch.setattr(page, "drawn", drawn)
    monkeypatch.setattr(page, "Drawing", Drawing)
    session.picture.value = first
    solara.render(page.Picture(session), handle_error=False)[1].close()
    assert told == [(first.frame, "Day 0"), (model.snapshot.frame, "Day 1")]


def test_a_reset_runs_all_years_and_keeps_whoever_is_there_at_their_end(session: Session) -> None:
    shot = PageModel.from_choices(session.running.value).snapshot
    ran: list[bool] = []
    session.player.run_through = ran.append  # type: ignore[method-assign, assignment]
    assert 15 <= shot.trace.age < 16
    session._draw(shot)
    session.reset()
    assert session.followed.value is None  # who is 15 now is 25 in ten years, and has left
    session._draw(replace(shot, day=shot.days))
    session.reset()
    assert session.followed.value == shot.trace.person
    assert ran == [True, False]


def test_a_programme_that_is_offered_is_turned_on_and_run(session: Session) -> None:
    session.choose_scenario("baseline")
    session.offer("crisis_support")
    assert [one.kind for one in session.running.value.resolve().interventions] == ["crisis_support"]


def test_a_value_is_kept_until_it_is_taken_back(session: Session) -> None:
    assert not session.is_waiting()
    session.set_value("stressor_rate", 0.7)
    assert session.value_of("stressor_rate") == 0.7
    assert session.changes() == ["stressor_rate"]
    assert session.is_waiting()
    session.reset()
    assert not session.is_waiting()
    assert session.value_of("stressor_rate") == 0.7
    session.set_value("stressor_rate", session.original_of("stressor_rate"))
    assert session.changes() == []
    assert session.is_waiting()


def test_an_intervention_keeps_what_the_scenario_says_of_it(session: Session) -> None:
    (own,) = session.interventions()
    session.turn("school_skills_programme", False)
    assert session.interventions() == ()
    session.turn("school_skills_programme", True)
    assert session.choices.value.interventions is None
    session.cover("school_skills_programme", 0.2)
    (changed,) = session.interventions()
    assert changed == {**own, "coverage": 0.2}
    session.turn("dbt_a", True)
    scenario = session.choices.value.resolve()
    assert [each.kind for each in scenario.interventions] == ["school_skills_programme", "dbt_a"]


def test_the_scenario_s_own_interventions_are_lived_as_in_a_run(session: Session) -> None:
    expected = load_scenario("school-skills", population=300)
    assert session.choices.value.resolve() == expected
    session.turn("dbt_a", True)
    assert session.choices.value.resolve().interventions[0] == expected.interventions[0]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", str(2**64), "7" * 5000, "\uff11"])
def test_a_wrong_seed_keeps_the_page_from_resetting(session: Session, text: str) -> None:
    session.seed_text.value = text
    assert session.seed_problem()
    session.reset()
    assert session.running.value.seed == 1


@pytest.mark.parametrize("text", ["149", "50001", "many", "9" * 30, "7" * 5000])
def test_a_wrong_number_of_people_is_said(session: Session, text: str) -> None:
    session.people_text.value = text
    assert session.people_problem()


def test_a_scenario_that_is_wrong_is_refused_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "scenarios" / "broken.toml"
    broken.parent.mkdir()
    broken.write_text('extends = "baseline"\n[parameters]\nstressor_rat = 1.0\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    session = Session(Choices("school-skills", population=300))
    session.choose_scenario("broken")
    assert "stressor_rate" in session.scenario_problem.value
    assert session.choices.value.scenario == "school-skills"
    session.choose_scenario("baseline")
    assert session.scenario_problem.value == ""


@pytest.mark.parametrize("name", ["/etc/passwd", "/etc", "../baseline", "mine.toml", "", "x" * 999])
def test_only_scenarios_that_are_offered_are_opened(
    session: Session, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text('extends = "baseline"\n', encoding="utf-8")
    session.choose_scenario(name)
    assert session.choices.value.scenario == "school-skills"
    assert session.scenario_problem.value == ""


def test_the_file_with_which_the_page_was_opened_can_be_chosen_again(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "baseline"\n', encoding="utf-8")
    session = Session(Choices(str(mine), population=300))
    session.choose_scenario("baseline")
    session.choose_scenario(str(mine))
    assert session.choices.value.scenario == str(mine)


def test_another_scenario_forgets_what_was_changed(session: Session) -> None:
    session.set_value("stressor_rate", 0.7)
    session.turn("dbt_a", True)
    session.choose_scenario("baseline")
    assert session.choices.value == Choices("baseline", population=300)


@pytest.mark.parametrize("given", ["basline", 3, None, ["baseline"], {"a": 1}, "x" * 10**6])
def test_what_was_not_offered_changes_nothing_and_is_said(
    given: object, capsys: pytest.CaptureFixture[str]
) -> None:
    changes: list[object] = []
    offered(["baseline"], changes.append)(given)
    offered(Between(0.0, 2.0), changes.append)(given)
    assert changes == []
    assert 0 < len(capsys.readouterr().err) < 300
    offered(["baseline"], changes.append)("baseline")
    offered(Between(0.0, 2.0), changes.append)(2)
    assert changes == ["baseline", 2]


def test_an_intervention_begins_and_ends_when_it_is_said_to(session: Session) -> None:
    kind = "school_skills_programme"
    first, last = session.reported_days()
    assert session.windows(kind) == [(first, last)]
    start, end = first + timedelta(days=100), first + timedelta(days=400)
    session.schedule(kind, 0, start, end)
    assert session.windows(kind) == [(start, end)]
    (programme,) = session.choices.value.resolve().interventions
    assert (programme.start, programme.end) == (start, end + timedelta(days=1))
    again = Session(Choices(), session.query())
    assert again.choices.value == session.choices.value
    session.schedule(kind, 0, end, start)  # neither this way round, nor outside the years
    session.schedule(kind, 0, start, last + timedelta(days=1))
    assert session.windows(kind) == [(start, end)]
    session.schedule(kind, 0, first, last)
    assert session.choices.value.interventions is None
    session.turn(kind, False)
    session.schedule(kind, 0, start, end)  # heard of a line that is gone
    assert session.windows(kind) == []


def test_an_address_keeps_an_end_that_was_moved_to_the_last_day() -> None:
    session = Session(Choices("isolation"))
    first, last = session.reported_days()
    ((start, end),) = session.windows("isolation")
    assert first < start < end < last
    session.schedule("isolation", 0, start, last)
    assert Session(Choices(), session.query()).windows("isolation") == [(start, last)]
    session.schedule("isolation", 0, start, end)
    assert session.choices.value.interventions is None
