import PIL.Image
import pytest

from headstart.data import find
from headstart.errors import UsageError
from headstart.modality import Image, with_pages
from headstart.modality.file_pages import page_count


@pytest.fixture
def stacks(tmp_path):
    for name, shade, count in (("cat", 10, 3), ("dog", 200, 1)):
        (tmp_path / name).mkdir()
        first, *others = [PIL.Image.new("L", (20, 20), shade + i) for i in range(count)]
        first.save(tmp_path / name / "a.tif", save_all=True, append_images=others)
    return tmp_path


def test_each_page_is_an_example_of_its_file_s_group(stacks):
    examples = with_pages(find(stacks), "all").examples
    assert [examples.truth.written(i) for i in range(4)] == ["cat", "cat", "cat", "dog"]
    assert examples.groups == ("cat/a.tif", "cat/a.tif", "cat/a.tif", "")
    assert [source.name for source in examples.sources][1] == "a.tif, page 2"


def test_pages_show_what_is_on_them(stacks):
    sources = with_pages(find(stacks), "all").examples.sources
    shades = [int(Image(size_px=8).read(source)[0, 0, 0]) for source in sources]
    assert shades == [10, 11, 12, 200]
    looks = [Image(size_px=8).look(source)[0] for source in sources[:3]]
    assert len({look.digest for look in looks}) == 3
    assert Image().noted(looks) == ()


def test_only_first_pages_are_taken_unless_all_are_asked_for(stacks):
    assert len(with_pages(find(stacks), "first").examples) == 2
    with pytest.raises(UsageError, match="U405"):
        with_pages(find(stacks), "last")


def test_files_of_one_picture_are_left_as_they_are(stacks):
    (stacks / "cat" / "a.tif").write_bytes(b"torn")
    assert page_count(stacks / "cat" / "a.tif") == 1
    found = with_pages(find(stacks), "all")
    assert "no file holds several pictures" in found.notes
