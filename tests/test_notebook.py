import sys
import types

import pytest

from headstart.advise import Plan, Ranked, RankedList, Step
from headstart.data import audit, from_memory
from headstart.errors import DataError
from headstart.events import Event
from headstart.notebook import Progress, ReportPage, block, watched
from headstart.prediction import Prediction, unanswered

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def notebook(monkeypatch):
    """IPython as it is in a notebook, and what it shows."""
    shown = []

    class Handle:
        def update(self, thing):
            shown.append(thing)

    inside = types.ModuleType("IPython")
    inside.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    display = types.ModuleType("IPython.display")
    display.HTML, display.display = str, lambda thing, display_id: Handle()
    monkeypatch.setitem(sys.modules, "IPython", inside)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def test_names_from_data_are_escaped_and_no_color_is_fixed():
    told = block(HOSTILE, [HOSTILE, ""], [(HOSTILE,), (HOSTILE,)])
    assert "<script" not in told and told.count("&lt;script&gt;") == 4
    assert "#" not in told and "rgb" not in told.replace("srgb", "")


def test_results_show_themselves():
    one = Ranked("a <net>", 0.5, 0.4, 0.6, 0.0, None, 1.0, 2_000_000, "mit", "it is near")
    plan = Plan("net", ("probe",), "all frozen", (Step("fit", 3.0, "a rehearsal"),), 10, 10)
    looks = [DataError("D124", "empty", "copy it") for _ in "ab"]
    assert "a &lt;net&gt;" in RankedList([one])._repr_html_()
    assert "no candidates" in RankedList()._repr_html_()
    assert "a rehearsal" in plan._repr_html_()
    told = Prediction("cat", {"cat": 0.75, "dog": 0.25}, True, 0.75)._repr_html_()
    assert "75.0%" in told and "sure" in told
    assert "D124" in unanswered(looks[0])._repr_html_()


def test_an_audit_lists_what_is_odd():
    found = from_memory([b"x", b"y", b"z"], ["cat", "dog", None])
    unread = [found.problems[0], found.problems[0]]
    checked = audit(found, unread)
    told = checked._repr_html_()
    assert told.count(checked.summary) == 1
    assert "D159" in told and "not readable" in told


def test_a_page_is_shown_in_a_frame_that_cannot_leave_it(tmp_path):
    page = ReportPage(tmp_path / "report.html")
    assert "no page" in page._repr_html_()
    page.path.write_text('<p title="a">"</p>')
    assert 'sandbox="allow-scripts"' in page._repr_html_()
    assert "<p" not in page._repr_html_()


def test_progress_is_one_block_that_is_written_anew(notebook):
    progress = Progress()
    progress(Event("start", "reading", 0, 4))
    assert "0 of 4" in notebook[-1]
    progress(Event("note", HOSTILE))
    assert "&lt;script" in notebook[-1] and "0 of 4" in notebook[-1]
    before = len(notebook)
    progress(Event("step", "reading", 2, 4))
    progress(Event("detail", "how it is computed"))
    assert len(notebook) == before
    progress(Event("end", "reading", 4, 4))
    assert "4 of 4" not in notebook[-1]


def test_progress_is_shown_where_nobody_else_listens(notebook):
    heard = []

    @watched
    def work(*, tell=None):
        heard.append(tell)

    work()
    work(tell=print)
    assert isinstance(heard[0], Progress) and heard[1] is print


def test_elsewhere_nothing_is_shown():
    assert watched(lambda **options: options)() == {}


def test_tracebacks_in_a_notebook_end_at_the_users_line(tmp_path):
    try:
        from_memory([1], [])
    except DataError as error:
        lines = error._render_traceback_()
    assert "from_memory([1], [])" in "".join(lines)
    assert "memory.py" not in "".join(lines) and lines[-1].startswith("error[D119]")
