"""The page itself, put together of Solara components."""

from pathlib import Path

import solara

from abm.browser import start
from abm.browser.choices import file_name
from abm.browser.drawing import empty
from abm.browser.knobs import Knobs
from abm.browser.plain_words import short_number
from abm.browser.player import DAYS_A_FRAME, PlayerState, log_error
from abm.browser.recording import page_file
from abm.browser.school import STATE_NAMES, YEAR_GROUPS
from abm.browser.session import CHANGED, Session
from abm.browser.settings import Settings
from abm.browser.snapshot import Snapshot
from abm.browser.status import CAN_SAY, TITLE, status_lines
from abm.browser.tour import CLASS, Tour, TourBar, drawn_for
from abm.browser.views import VIEWS, figures
from abm.browser.widgets import (
    PERSON_NUMBERS,
    Address,
    Between,
    Buttons,
    Change,
    Choice,
    Connection,
    Download,
    Drawing,
    Projector,
    Tabs,
    offered,
)  # fmt: skip
from abm.io.terminal import HELPLINES
from abm.scenario.intervention_library import kinds
from abm.scenario.toml_text import as_toml

LEAD = (
    "A simulated population of young people, some of whom injure themselves without wanting to "
    "die. Change what you like, press Reset, and see what follows; Play shows it day by day."
)
FAILED = (
    "Something in this page went wrong, and it has stopped. Reload it to begin anew. What "
    "went wrong is written where the page was started."
)
AT_RESET = "Reset runs all years with what is set; Play and Step show them from the start."
STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
Html = solara.v.Html
OFFERED = (
    "school_skills_programme",
    "family_support_programme",
    "crisis_support",
    "media_guidelines",
)
"""Programmes that can be tried at once where nothing is changed."""
NARROWEST, WIDTHS = 240, Between(1, 20_000)
"""Pixels in which views are drawn, and what a browser may call its width."""


@solara.component
def Page() -> None:
    """Show one page."""
    solara.Style(STYLE)
    solara.Title(TITLE)
    with Html(tag="div", class_="nssi"):
        with Html(tag="header"):
            Html(tag="h1", children=[TITLE])
            Html(tag="p", children=[LEAD])
            Projector()
        BodyOrFailure()


@solara.component
def BodyOrFailure() -> None:
    """Show the body, or a plain sentence if it fails; Solara would show where in the code."""
    error, _ = solara.use_exception()  # renders for ever in a component that shows more than this
    if error is None:
        Body()
    else:
        Failure(error)


@solara.component
def Failure(error: BaseException) -> None:
    """Say that the page has failed, and write why where it was started."""
    message = f"The page failed: {type(error).__name__}: {error}"
    solara.use_effect(lambda: log_error(message, error), [])
    Html(tag="p", class_="failure", attributes={"role": "alert"}, children=[FAILED])


@solara.component
def Layout(children: list[solara.Element]) -> None:
    """Show the page as it is: its own landmarks, and the window scrolls."""
    Html(tag="div", children=children)


@solara.component
def Body() -> None:
    """Show controls, settings and views; everything that they know is their own."""
    query = solara.use_router().search or ""
    session = solara.use_memo(lambda: Session(start.first, query, list(VIEWS)), [])
    tour = solara.use_memo(lambda: Tour(session), [])
    solara.use_effect(session.open, [])
    solara.use_effect(tour.open, [])
    screen = "screen touring" if tour.number else "screen"
    with Html(tag="div", class_=screen):
        Connection()
        AddressBar(session)
        TourBar(tour)
        with Html(tag="div", class_="body"):
            side = "side open" if session.is_open.value else "side"
            with Html(tag="aside", class_=side, attributes={"aria-label": "Settings"}):
                Controls(session)
                with Html(tag="div", class_="sheet", attributes={"id": "sheet"}):
                    Pace(session)
                    Knobs(session)
                    Settings(session)
            scrolled = (
                {"tabindex": "0"} if tour.is_on else {}
            )  # by keys, as nothing in it is pressed
            with Html(tag="main", class_="main", attributes=scrolled):
                if tour.is_on:
                    TourView(tour)
                elif not tour.number:
                    Status(session)
                    Views(session)
                    Save(session)
                with Html(tag="footer"):
                    Html(tag="p", children=[CAN_SAY])
                    Html(tag="p", class_="support", children=[HELPLINES])


@solara.component
def AddressBar(session: Session) -> None:
    """Keep what the page is set to in its address."""
    Address(query=session.query())


@solara.component
def Controls(session: Session) -> None:
    """Show play, step and reset, and whether a reset is due.

    What is pressed while people are being prepared is done once they are. What cannot be done by
    the time it is heard is not done.
    """
    state = session.state.value
    can_step = not (state.failure or state.playing)
    buttons = [
        ("play", "Pause" if state.playing else "Play", not state.failure),
        ("step", "Step", can_step),
        ("reset", "Reset", not session.problem()),
    ]
    acts = {
        "Play": session.play,
        "Pause": session.pause,
        "Step": session.player.step,
        "Reset": session.reset,
        "knobs": lambda: session.is_open.set(not session.is_open.value),
    }
    with Html(tag="section", class_="card controls", attributes={"aria-label": "Controls"}):
        Buttons(
            buttons=buttons, is_open=session.is_open.value,
            event_press=offered(list(acts), lambda name: acts[name]()),
        )  # fmt: skip
        if session.is_waiting():
            about = "Settings changed: press Reset to run them."
            Html(tag="p", class_="about waiting", children=[about])
        else:
            Html(tag="p", class_="about", children=[AT_RESET])


@solara.component
def Pace(session: Session) -> None:
    """Let the number of days of a frame be chosen."""
    with Html(tag="div", class_="card pace"):
        Choice(
            name="pace", label="Each frame is", value=session.pace.value,
            options=[(pace, f"a {pace}") for pace in DAYS_A_FRAME], on_change=session.set_pace,
        )  # fmt: skip


@solara.component
def Status(session: Session) -> None:
    """Say what is being done and what went wrong, and give room for what is shown.

    That is filled by whatever draws the picture, so that both are always of the same day.
    """
    state = session.state.value
    is_quiet = state.playing or bool(state.working)
    read_aloud = {"role": "status", "aria-live": "off" if is_quiet else "polite"}
    with Html(tag="div", class_="status", attributes=read_aloud):
        with Html(tag="div"):
            if session.address_problem.value:
                Html(tag="p", class_="failure", children=[session.address_problem.value])
            if state.failure:
                alert = {"role": "alert"}
                Html(tag="p", class_="failure", attributes=alert, children=[state.failure])
            elif state.working:
                Html(tag="p", class_="working", children=[f"{state.working} ..."])
        Html(tag="div", class_="shown")


def shown_status(picture: Snapshot | None, state: PlayerState) -> list[str]:
    """Return the lines of the status that are about a picture; none if there is none.

    The next one may come while this one is drawn, so it is not asked for again.
    """
    doing = "playing" if state.playing else "" if state.working else "paused"
    return [] if picture is None or state.failure else status_lines(picture, doing)


def status_of_step(number: int, picture: Snapshot | None, state: PlayerState) -> list[str]:
    """Return the lines that are about what a step shows; none of a girl's and a class's days."""
    if number <= CLASS or picture is None or state.failure:
        return []
    return status_lines(picture)


@solara.component
def Views(session: Session) -> None:
    """Show the tabs and the view that is open."""
    tab, picture = session.tab.value, session.picture.value
    titles = [(name, title) for name, (title, _) in VIEWS.items()]
    with Html(tag="div", class_="views"):
        Tabs(tabs=titles, opened=tab, event_change=offered(list(VIEWS), session.open_tab))
        attributes = {"role": "tabpanel", "id": "view", "aria-labelledby": f"tab-{tab}"}
        with Html(tag="section", class_="card view", attributes=attributes):
            if picture is not None and tab == "school":
                SchoolChoices(session, picture)
            if picture is not None and tab in ("school", "person"):
                Follow(session, picture)
            if picture is not None and tab == "figures":
                Downloads(picture)
            Picture(session)
            if picture is not None and tab == CHANGED and picture.counterfactual is None:
                Offers(session)


@solara.component
def Save(session: Session) -> None:
    """Offer the run as a file that plays without this page."""
    picture = session.picture.value
    if picture is None:
        return
    with Html(tag="section", class_="downloads save", attributes={"aria-label": "Save"}):
        Download(
            lambda: page_file(session.player.recording.moments, session.beside(picture)),
            file_name(picture.scenario, "html"), "Save as a file", "text/html",
        )  # fmt: skip
        about = "One file to mail or keep: it plays what was just seen, without a network."
        Html(tag="p", class_="about", children=[about])


@solara.component
def TourView(tour: Tour) -> None:
    """Show what a step of the tour is about, and below it what is running."""
    session = tour.session
    picture, state = session.picture.value, session.state.value
    html = drawn_for(tour, picture, float(session.width.value))
    attributes = {"aria-label": "What this step shows"}
    with Html(tag="div"):
        with Html(tag="section", class_="card view", attributes=attributes):
            if html is None:
                Picture(session)
            else:
                Drawing(
                    html=html, status=status_of_step(tour.number, picture, state), frame=0,
                    event_drawn=offered([0], lambda frame: None),
                    event_picked=offered([], lambda person: None), event_sized=sized(session),
                )  # fmt: skip
        Status(session)


@solara.component
def Picture(session: Session) -> None:
    """Draw the open view."""
    picture, tab, state = session.picture.value, session.tab.value, session.state.value
    html, frame = empty("The young people are being prepared."), 0
    if picture is not None:
        picture = session.beside(picture)
        html, frame = drawn(picture, tab, float(session.width.value)), picture.frame
    Drawing(
        html=html,
        status=shown_status(picture, state),
        frame=frame,
        event_sized=sized(session),
        event_picked=offered(PERSON_NUMBERS, lambda person: session.follow(int(person))),
        event_drawn=offered(range(frame + 1), session.player.drawn),
    )


def sized(session: Session) -> Change:
    """Return what takes in how wide a picture may be."""
    return offered(WIDTHS, lambda width: session.width.set(max(int(width), NARROWEST)))


def drawn(picture: Snapshot, tab: str, width: float) -> str:
    """Return a view as HTML, or what kept it from being drawn."""
    try:
        return VIEWS[tab][1](picture, width)
    except Exception as error:
        message = f"This view could not be drawn: {type(error).__name__}: {error}"
        log_error(message, error)
        return empty(f"{message}. The others go on.")


@solara.component
def Offers(session: Session) -> None:
    """Offer programmes where nothing is changed; choosing one begins anew with it."""
    with Html(tag="div", class_="downloads"):
        for kind in OFFERED:
            solara.Button(kinds()[kind].title, on_click=lambda kind=kind: session.offer(kind))


@solara.component
def SchoolChoices(session: Session, picture: Snapshot) -> None:
    """Let year-groups be chosen."""
    if picture.scenario.population.kind == "open":
        names = {ages: name for name, ages in YEAR_GROUPS.items()}
        Choice(
            name="ages", label="Year-groups",
            value=names.get(session.ages.value or picture.school.ages, ""),
            options=[(name, f"age {name}") for name in YEAR_GROUPS],
            on_change=lambda name: session.show_ages(YEAR_GROUPS[name]),
        )  # fmt: skip


@solara.component
def Follow(session: Session, picture: Snapshot) -> None:
    """Let somebody be followed by keyboard, too."""
    options, value = people_to_follow(picture, session.followed.value)
    missing = picture.trace.missing
    Choice(
        name="follow", label="Follow", value=value, options=options, allowed=PERSON_NUMBERS,
        problem=f"Person {short_number(missing)} is not here on this day." if missing else "",
        on_change=lambda person: session.follow(int(person)),
    )  # fmt: skip


def people_to_follow(picture: Snapshot, chosen: int | None) -> tuple[list[tuple[str, str]], str]:
    """Return the people of the network that can be followed, most recent first, and who is.

    Whoever was chosen stands among them also while the picture is older than the choice.
    """
    school, trace = picture.school, picture.trace
    people = sorted(
        zip(school.person.tolist(), school.state.tolist(), strict=True),
        key=lambda row: (-row[1], row[0]),
    )
    options = [
        (str(person), f"{short_number(person)}: {STATE_NAMES[state]}") for person, state in people
    ]
    followed = trace.person if chosen in (None, trace.missing) else chosen
    value = "" if followed is None else str(followed)
    if value and value not in dict(options):
        why = f" ({_why_not_drawn(picture)})" if followed == trace.person else ""
        options.insert(0, (value, f"{short_number(int(value))}{why}"))
    return options, value


def _why_not_drawn(picture: Snapshot) -> str:
    """Return in two words why the network shown is without the person followed."""
    if picture.trace.has_left:
        return "has left"
    is_whole = len(picture.school.person) == picture.school.layout.present
    return "other year" if is_whole else "not drawn"


@solara.component
def Downloads(picture: Snapshot) -> None:
    """Offer the figures as CSV and the scenario as TOML."""
    with Html(tag="div", class_="downloads"):
        Download(
            lambda: figures.as_csv(picture), file_name(picture.scenario, "csv"),
            "Download figures (CSV)", "text/csv",
        )  # fmt: skip
        Download(
            lambda: as_toml(picture.scenario.resolved()), file_name(picture.scenario, "toml"),
            "Download scenario (TOML)", "application/toml",
        )  # fmt: skip
