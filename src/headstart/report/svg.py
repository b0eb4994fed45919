"""Parts of drawings: places in percent of the frame, sizes in pixels, text escaped."""

from markupsafe import Markup


def svg(*parts: Markup, kind: str, label: str = "") -> Markup:
    """A drawing of these parts, with a label or hidden from readers of the screen."""
    told = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    body = Markup("").join(parts)
    return Markup('<svg class="{}" {}>{}</svg>').format(kind, told, body)


def line(x1: float, y1: str, x2: float, y2: str, kind: str) -> Markup:
    """From one place to another."""
    return Markup('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(
        kind, number(x1), y1, number(x2), y2
    )


def dot(x: float, y: float, radius: float, kind: str, told: str = "") -> Markup:
    """A dot, with words that show under the pointer."""
    title = Markup("<title>{}</title>").format(told) if told else ""
    return Markup('<circle class="dot {}" cx="{}%" cy="{}%" r="{}">{}</circle>').format(
        kind, number(x), number(y), number(radius), title
    )


def rect(x: float, y: str, width: float, height: str, kind: str) -> Markup:
    """A rectangle."""
    return Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>').format(
        kind, number(x), y, number(width), height
    )


def text_at(x: float, y: str, text: str, anchor: str, dx: int = 0, dy: int = 0) -> Markup:
    """Words at a place."""
    return Markup('<text x="{}%" y="{}" dx="{}" dy="{}" text-anchor="{}">{}</text>').format(
        number(x), y, dx, dy, anchor, text
    )


def anchor_of(place: float) -> str:
    """Text at the ends of a frame leans inward, or it would be cut off."""
    if place < 4:
        return "start"
    return "end" if place > 96 else "middle"


def number(number: float) -> str:
    """At most two digits behind the point."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
