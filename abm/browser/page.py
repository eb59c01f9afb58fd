"""The page itself, put together of Solara components."""

from pathlib import Path

import solara

from abm.browser import start
from abm.browser.drawing import empty
from abm.browser.player import DAYS_A_FRAME, log_error
from abm.browser.session import Session
from abm.browser.settings import Settings
from abm.browser.snapshot import Snapshot
from abm.browser.status import people_to_follow, school_ages, status_words
from abm.browser.views import VIEWS
from abm.browser.widgets import Between, Choice, Connection, Drawing, Tabs, offered

TITLE = "Young people and self-injury: a simulation"
LEAD = (
    "A simulated population of young people, some of whom injure themselves without wanting to "
    "die. Press Play, change what you like, and see what follows."
)
CAN_SAY = (
    "What this can and cannot say: a simulation shows what follows from its assumptions, not what "
    "will happen to a person. Many sizes are assumptions; the defaults are fitted to "
    "how common self-injury is. It is no tool for judging anybody's risk."
)
SUPPORT = (
    "If you or someone you know needs support: findahelpline.com lists crisis lines worldwide."
)
FAILED = (
    "Something in this page went wrong, and it has stopped. Reload it to begin anew. What "
    "went wrong is written where the page was started."
)
STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
Html = solara.v.Html
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
    words = f"The page failed: {type(error).__name__}: {error}"
    solara.use_effect(lambda: log_error(words, error), [])
    Html(tag="p", class_="failure", attributes={"role": "alert"}, children=[FAILED])


@solara.component
def Body() -> None:
    """Show controls, settings and views; everything that they know is their own."""
    session = solara.use_memo(lambda: Session(start.first), [])
    solara.use_effect(session.open, [])
    with Html(tag="div"):
        Connection()
        with Html(tag="div", class_="body"):
            with Html(tag="aside", class_="side", attributes={"aria-label": "Settings"}):
                Controls(session)
                Settings(session)
            with Html(tag="main", class_="main"):
                Status(session)
                Views(session)
        with Html(tag="footer"):
            Html(tag="p", children=[CAN_SAY])
            Html(tag="p", class_="support", children=[SUPPORT])


@solara.component
def Controls(session: Session) -> None:
    """Show play, step and reset, the speed, and whether a reset is due."""
    shown = session.shown.value
    busy = bool(shown.working)
    can_live = not busy and not shown.failure and not session.is_over.value
    with Html(tag="section", class_="card controls", attributes={"aria-label": "Controls"}):
        with Html(tag="div", class_="buttons"):
            solara.Button(
                "Pause" if shown.playing else "Play", on_click=session.play,
                classes=["main-button"], disabled=not can_live,
            )  # fmt: skip
            solara.Button("Step", on_click=session.player.step,
                          disabled=shown.playing or not can_live)  # fmt: skip
            solara.Button("Reset", on_click=session.reset,
                          disabled=busy or bool(session.problem()))  # fmt: skip
        Choice(
            name="pace", label="Each frame is", value=session.pace.value,
            options=[(each, f"a {each}") for each in DAYS_A_FRAME], on_change=session.set_pace,
        )  # fmt: skip
        if session.is_waiting():
            words = "Settings changed: press Reset to live them."
        else:
            words = "Settings act at Reset."
        Html(tag="p", class_="about waiting" if session.is_waiting() else "about", children=[words])


@solara.component
def Status(session: Session) -> None:
    """Say in plain words what is shown, what is being done, and what went wrong."""
    shown, picture = session.shown.value, session.picture.value
    live = {"role": "status", "aria-live": "off" if shown.playing else "polite"}
    with Html(tag="div", class_="status", attributes=live):
        if shown.failure:
            Html(tag="p", class_="failure", attributes={"role": "alert"}, children=[shown.failure])
        elif shown.working:
            Html(tag="p", class_="working", children=[f"{shown.working} ..."])
        if picture is not None and not shown.failure:
            for words in status_words(picture, shown.playing):
                Html(tag="p", children=[words])


@solara.component
def Views(session: Session) -> None:
    """Show the tabs and the view that is open."""
    tab = session.tab.value
    names = [(name, words) for name, (words, _) in VIEWS.items()]
    with Html(tag="div", class_="views"):
        Tabs(tabs=names, opened=tab, event_change=offered(list(VIEWS), session.tab.set))
        attributes = {"role": "tabpanel", "id": "view", "aria-labelledby": f"tab-{tab}"}
        with Html(tag="section", class_="card view", attributes=attributes):
            if tab == "school":
                SchoolChoices(session)
            if tab in ("school", "person"):
                Follow(session)
            if tab == "figures":
                Downloads(session)
            Picture(session)


@solara.component
def Picture(session: Session) -> None:
    """Draw the open view."""
    picture, tab = session.picture.value, session.tab.value
    if picture is None:
        html, frame = '<p class="empty">The young people are being prepared.</p>', 0
        people: list[int] = []
    else:
        html, frame = drawn(picture, tab, float(session.width.value)), picture.frame
        people = picture.school.person.tolist()
    Drawing(
        html=html,
        frame=frame,
        event_sized=offered(WIDTHS, lambda width: session.width.set(max(int(width), NARROWEST))),
        event_picked=offered(people, session.follow),
        event_drawn=offered(range(frame + 1), session.player.drawn),
    )


def drawn(picture: Snapshot, tab: str, width: float) -> str:
    """Return a view as HTML, or what kept it from being drawn."""
    try:
        return VIEWS[tab][1](picture, width)
    except Exception as error:
        words = f"This view could not be drawn: {type(error).__name__}: {error}"
        log_error(words, error)
        return empty(f"{words}. The others go on.")


@solara.component
def SchoolChoices(session: Session) -> None:
    """Let year-groups be chosen."""
    picture = session.picture.value
    if picture is None or picture.scenario.population.kind != "open":
        return
    options, value, ages_of = school_ages(picture)
    chosen = next((name for name, ages in ages_of.items() if ages == session.ages.value), value)
    Choice(
        name="ages", label="Year-groups", value=chosen, options=options,
        on_change=lambda name: session.show_ages(ages_of[name]),
    )  # fmt: skip


@solara.component
def Follow(session: Session) -> None:
    """Let somebody be followed by keyboard, too."""
    picture = session.picture.value
    if picture is None:
        return
    options, value = people_to_follow(picture)
    chosen = str(session.followed.value)
    Choice(
        name="follow", label="Follow", value=chosen if chosen in dict(options) else value,
        options=options, on_change=lambda person: session.follow(int(person)) if person else None,
    )  # fmt: skip


@solara.component
def Downloads(session: Session) -> None:
    """Offer the figures as CSV and the scenario as TOML."""
    if session.picture.value is None:
        return
    with Html(tag="div", class_="downloads"):
        solara.FileDownload(
            session.csv, filename="figures.csv", label="Download figures (CSV)", icon_name=None,
            mime_type="text/csv",
        )  # fmt: skip
        solara.FileDownload(
            session.toml, filename=session.toml_name(), label="Download scenario (TOML)",
            icon_name=None, mime_type="application/toml",
        )  # fmt: skip
