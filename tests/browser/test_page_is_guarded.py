"""Only the page itself talks to its server, and a server that is gone or fails is said plainly."""

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from served_pages import PEOPLE, WAIT, Served, Watched, on_a_busy_machine, serving, tab_of
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

OPENS = """address => new Promise(done => {
    const socket = new WebSocket(address)
    socket.onopen = () => done('open')
    socket.onerror = () => done('refused')
})"""


SHORT_PAUSES = """() => {
    const wait = window.setTimeout
    window.setTimeout = (then, pause, ...more) => wait(then, Math.min(pause, 500), ...more)
}"""


@pytest.fixture
def foreign_page() -> Iterator[str]:
    """Return the address of a page of another origin on this machine."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>another page</title>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def socket_of(served: Served) -> str:
    """Return where the socket of a page of its own is."""
    address = served.address.replace("http", "ws")
    return f"{address}/jupyter/api/kernels/{uuid4()}/channels?session_id=9b1f"


def test_a_page_of_another_origin_cannot_reach_the_page(
    context: Any, served: Served, foreign_page: str
) -> None:
    page = context.new_page()
    page.goto(foreign_page)
    assert page.evaluate(OPENS, socket_of(served)) == "refused"
    frame = page.evaluate_handle(
        "address => { const frame = document.createElement('iframe'); frame.src = address;"
        "document.body.append(frame);"
        "return new Promise(done => frame.onload = () => done(frame)) }",
        served.address,
    ).as_element()
    assert frame.content_frame().query_selector(".nssi") is None
    picture = (
        "address => new Promise(done => { const picture = new Image();"
        "picture.onload = () => done('seen'); picture.onerror = () => done('refused');"
        "picture.src = address })"
    )
    assert page.evaluate(picture, f"{served.address}/static/assets/favicon.png") == "refused"
    page.goto(served.address)
    assert page.evaluate(OPENS, socket_of(served)) == "open"
    assert page.evaluate(picture, f"{served.address}/static/assets/favicon.png") == "seen"
    page.close()


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", ""])
def test_a_socket_and_a_request_with_a_foreign_origin_are_refused(
    served: Served, origin: str
) -> None:
    headers = {"Origin": origin}
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(socket_of(served), additional_headers=headers),
    ):
        pass
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(served.address, headers=headers), timeout=60)


def test_a_socket_and_a_request_of_the_page_s_own_origin_or_of_none_are_answered(
    served: Served,
) -> None:
    for headers in ({"Origin": served.address}, {}):
        with connect(socket_of(served), additional_headers=headers):
            pass
        asked = urllib.request.Request(f"{served.address}/readyz", headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_no_event_opens_or_chooses_what_was_not_offered(tab: Watched) -> None:
    tab.open("School friends")
    events = {
        "#field-scenario": "/etc/passwd", "#field-pace": "century", "#field-seed": {"a": [1]},
        "#field-ages": "99", "#field-follow": "12", "#field-part": "x" * 10_000,
    }  # fmt: skip
    tab.unfold("All numbers")
    send = (
        "([field, choice]) => document.querySelector(field).closest('.field').__vue__"
        ".change([1, choice])"
    )
    for field, choice in events.items():
        tab.page.locator(field).wait_for(state="attached")
        tab.page.evaluate(send, [field, choice])
    tab.page.evaluate("document.querySelector('.tabs').__vue__.change('/etc/passwd')")
    for person in (12, "x", None, [1]):
        tab.page.evaluate("x => document.querySelector('.drawing').__vue__.picked(x)", person)
    expect(tab.page.locator("#field-seed-about")).to_contain_text("Expected a whole number")
    assert "is not valid TOML" not in tab.page.locator(".nssi").inner_text()
    tab.type("Seed", "5")
    tab.scenario_run()
    assert "Baseline. Seed 5," in tab.status()


def test_a_fault_in_the_page_is_one_plain_sentence(tab: Watched, served: Served) -> None:
    tab.type("Seed", "555")
    expect(tab.page.locator(".nssi")).to_contain_text("Something in this page went wrong")
    assert "Traceback" not in tab.page.locator("body").inner_text()
    served.wait_until_said("nssi: The page failed: RuntimeError: a made-up fault in the page (")
    tab.page.reload()
    tab.wait_for_status("Day 0 of")


def test_a_server_that_stopped_is_said_once_and_the_page_goes_on_if_it_was_not(
    tab: Watched,
) -> None:
    tab.press("Play")
    tab.wait_for_status("playing")
    tab.page.evaluate(SHORT_PAUSES)  # between attempts to connect; they may be of half a minute
    tab.page.context.set_offline(True)
    tab.page.evaluate("solara.debug.ws().onclose(new CloseEvent('close'))")
    port = tab.page.evaluate("location.port")
    words = f"The server has stopped. Start it again with ./nssi view --port {port}"
    expect(tab.page.locator(".connection")).to_contain_text(
        words, timeout=on_a_busy_machine(2 * WAIT)
    )
    assert not tab.page.locator(".status").is_visible()
    assert not tab.page.get_by_text("Server disconnected").is_visible()
    tab.page.context.set_offline(False)
    expect(tab.page.locator(".connection")).to_be_empty(timeout=on_a_busy_machine(2 * WAIT))
    tab.press("Pause")
    tab.wait_for_status("paused")
    tab.wrongs.clear()  # the browser reports the attempts to connect


def test_a_page_goes_on_with_its_settings_on_a_server_that_was_killed_and_started_again(
    context: Any, tmp_path: Path
) -> None:
    population = ("--population", str(PEOPLE))
    with serving(tmp_path, *population) as first, tab_of(context, first) as tab:
        tab.page.get_by_role("button", name="Stressors: high").click()
        tab.page.wait_for_function("location.search.includes('stressor_rate')")
        tab.page.evaluate(SHORT_PAUSES)
        first.process.kill()
        notice = tab.page.locator(".connection")
        expect(notice).to_contain_text(
            "The server has stopped", timeout=on_a_busy_machine(2 * WAIT)
        )
        port = first.address.rsplit(":", 1)[1]
        with serving(tmp_path, *population, "--port", port) as again:
            expect(notice).to_contain_text(
                "The server was started again", timeout=on_a_busy_machine(2 * WAIT)
            )
            for theirs in ("Please refresh the page", "Server disconnected"):
                assert not tab.page.get_by_text(theirs).first.is_visible()
            tab.page.get_by_role("button", name="Reload").click()
            tab.wait_for_status(f"Baseline, with changes. Seed 1, {PEOPLE} people.")
            assert again.address == first.address
            tab.wrongs.clear()  # the browser reports the attempts to connect
            tab.page.goto("about:blank")
