"""Room 10. One file that a stranger can read.

Takes: a `Report`, an `Audit`, or a `Comparison` of several runs; or what smaller networks save and
lose.
Gives: one HTML page with its pictures inside, which asks no network for anything.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.report.audit_page import FaultyPicture, audit_page
    from headstart.report.comparison_page import comparison_page
    from headstart.report.page import page
    from headstart.report.tradeoffs import tradeoff_section

__all__ = ["FaultyPicture", "audit_page", "comparison_page", "page", "tradeoff_section"]

lazy.attach(__name__)
