"""A page as a browser's parser sees it: its elements, their attributes, and its text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from abm.report.html.writing import report_of
from abm.report.rendering import as_html

EMPTY = frozenset({"meta", "img", "br", "hr", "link", "input"})


@dataclass
class Element:
    """One element with everything in it."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, spaces made single."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).replace("\u00a0", " ").split())

    def all(self, tag: str = "") -> "list[Element]":
        """Return every element in it, of one name if given."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child] if tag in ("", child.tag) else []
                found += child.all(tag)
        return found

    def part(self, name: str) -> "Element":
        """Return the element with this identifier."""
        return next(each for each in self.all() if each.attributes.get("id") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(text: str) -> Element:
    """Return the page; every element must be closed in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"never closed: {[each.tag for each in reader.open[1:]]}"
    return reader.open[0]


def page_of(folder: Path, sensitivity: Path | None = None) -> str:
    """Return the report of a folder as HTML."""
    return as_html(report_of(folder, sensitivity))
