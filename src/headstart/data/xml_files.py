"""XML from strangers: no entities, nothing fetched, nothing without end."""

from pathlib import Path
from typing import TYPE_CHECKING

from headstart.errors import SecurityError, needs
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_XML = 256 << 20
_HEAD = 4096


def xml_in(path: Path) -> "Element":
    """The outermost element of a file.

    Raises `Damaged` where it is no XML, `SecurityError` where it declares entities, `MissingExtra`
    without defusedxml, and `OSError`.
    """
    with needs("detection"):
        from defusedxml import DefusedXmlException, ElementTree
    try:
        found: Element = ElementTree.fromstring(content(path, MOST_XML))
        return found
    except DefusedXmlException as error:
        raise SecurityError(
            "S620", "this XML declares entities, which annotations never need",
            "ask whoever made it for another file, or take it out", printable(path),
            printable(error),
        ) from error  # fmt: skip
    except (SyntaxError, ValueError, LookupError) as error:  # of unknown encodings as well
        raise Damaged(f"no XML: {printable(error)}") from error


def root_name(path: Path) -> str:
    """What the outermost element of a file is probably called, by its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"")  # of two bytes a letter as well
    except OSError:
        return ""
    for name in ("annotations", "annotation"):  # the longer one first
        if f"<{name}".encode() in head:
            return name
    return ""


def word(element: "Element", name: str) -> str:
    """The text of the child of this name; empty where there is none."""
    found = element.find(name)
    return (found.text or "").strip() if found is not None else ""
