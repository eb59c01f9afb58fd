"""Figures of a run folder as data URIs that can neither run anything nor load anything."""

import base64
import functools
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from importlib.resources import files as package_files

from abm.report.html.folder import LARGEST_FIGURE, Description, Files
from abm.report.sections import Picture

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
PNG_START = b"\x89PNG\r\n\x1a\n"
ELEMENTS = frozenset(
    {
        *("svg", "g", "defs", "path", "use", "rect", "circle", "ellipse", "line", "polyline"),
        *("polygon", "clipPath", "text", "tspan", "image", "style", "marker", "pattern"),
        *("linearGradient", "radialGradient", "stop", "title", "desc"),
    }
)
"""What a drawing is made of; anything else (scripts, frames, animations) makes it no figure."""
_EMBEDDED = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*")
_LOADS = re.compile(r"@|\\|expression|url\s*\((?!\s*['\"]?#)", re.IGNORECASE)
_DECLARES = re.compile(rb"<!ENTITY|<!DOCTYPE[^>]*\[", re.IGNORECASE)


@functools.cache
def captions() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return caption and alternative of every figure, by command and name, in their order."""
    text = package_files("abm.report.html").joinpath("captions.toml").read_text("utf-8")
    return tomllib.loads(text)


def pictures_of(files: Files, description: Description) -> tuple[Picture, ...]:
    """Return the figures that a folder of this command holds, in the order they are read."""
    pictures = []
    for name, texts in captions().get(description.command, {}).items():
        if source := _source(files, name):
            caption = texts["caption"].format(base=description.scenario.called)
            pictures.append(Picture(source, caption, texts["alternative"]))
    return tuple(pictures)


def _source(files: Files, name: str) -> str | None:
    """Return a figure as a data URI: the drawing, or else the picture; None without either."""
    drawing = files.content(f"figures/{name}.svg", LARGEST_FIGURE)
    safe = None if drawing is None else safe_svg(drawing)
    if safe is not None:
        return f"data:image/svg+xml;base64,{base64.b64encode(safe).decode()}"
    picture = files.content(f"figures/{name}.png", LARGEST_FIGURE)
    if picture is None or not picture.startswith(PNG_START):
        return None
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def safe_svg(content: bytes) -> bytes | None:
    """Return a drawing rebuilt from what may stand in one, or None if anything else is in it.

    Comments, the document type and metadata are left out. Scripts, event attributes, links,
    foreign elements and everything that would load something make it None.
    """
    if _DECLARES.search(content):
        return None
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):  # LookupError: an unknown encoding
        return None
    if root.tag != f"{{{SVG}}}svg":
        return None
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    if not all(_is_harmless(element) for element in root.iter()):
        return None
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="utf-8")


def _is_harmless(element: ElementTree.Element) -> bool:
    """Return whether an element only draws."""
    if not isinstance(element.tag, str) or not element.tag.startswith(f"{{{SVG}}}"):
        return False
    name = element.tag.removeprefix(f"{{{SVG}}}")
    if name not in ELEMENTS:
        return False
    if name == "style" and _LOADS.search("".join(element.itertext())):
        return False
    return all(_is_harmless_attribute(key, value) for key, value in element.attrib.items())


def _is_harmless_attribute(key: str, value: str) -> bool:
    name = key.rpartition("}")[2].lower()
    if name.startswith("on"):
        return False
    if name in ("href", "src"):
        return value.startswith("#") or _EMBEDDED.fullmatch(value) is not None
    return not _LOADS.search(value)
