"""One server and one headless Chromium for all tests of the page.

A missing Chromium or extra is a failure, not a skip: the page would go untested without a word.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from served_pages import PEOPLE, Served, Watched, serving, tab_of

from abm.browser.page_model import PageModel


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the page of 300 people; seed 666 makes its model fail on the third day."""
    PageModel(population=PEOPLE).run_days(
        1
    )  # compiles, so that the page is there as soon as on others
    with serving(tmp_path_factory.mktemp("page"), "--population", str(PEOPLE)) as found:
        yield found


@pytest.fixture(scope="session")
def one_visitor(browser: Any) -> Iterator[Any]:
    """Return a visitor who keeps what was fetched; each new one compiles all scripts anew."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def tab(one_visitor: Any, served: Served) -> Iterator[Watched]:
    """Return a tab of its own with the page, 1280 pixels wide."""
    with tab_of(one_visitor, served) as found:
        yield found


@pytest.fixture
def phone(browser: Any, served: Served) -> Iterator[Watched]:
    """Return a tab on a screen of 390 pixels that is touched."""
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    with tab_of(context, served) as found:
        yield found
    context.close()
