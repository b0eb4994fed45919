import html
import importlib.util
from pathlib import Path

import pytest

from headstart import explaining

PLACE = Path(__file__).parents[1] / "docs" / "generated.py"


@pytest.fixture(scope="module")
def generated():
    spec = importlib.util.spec_from_file_location("generated", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generated):
    return dict(generated.pages())


def test_every_error_code_has_a_page_that_the_index_links(pages):
    for code in explaining.codes():
        assert pages[f"errors/{code}.md"].startswith(f"# {code}: ")
        assert f"[{code}]({code}.md)" in pages["errors/index.md"]


@pytest.mark.parametrize("flag", ["--track WHERE", "--without A,B", "--page FILE", "--nms WHERE"])
def test_flags_of_all_commands_are_listed(pages, flag):
    assert f"`{flag}`" in pages["reference/flags.md"]
    assert "## predict" in pages["reference/flags.md"]


def test_marks_of_markdown_are_shown_as_they_are(generated):
    text = r"a `code` of <b> & en_XX | #1 [x](y) \\ {z} *"
    told = generated._safe(text)
    assert html.unescape(told) == text
    assert not set("`_*|<[{\\") & set(told)
