from headstart.backbone import shipped
from headstart.backbone.places import FACTS, PICTURES, WEIGHTS


def test_the_default_comes_first_and_each_has_its_files() -> None:
    folders = shipped()
    assert folders[0].name == PICTURES
    assert [f.name for f in folders[1:]] == sorted(f.name for f in folders[1:])
    assert all((f / FACTS).exists() and (f / WEIGHTS).exists() for f in folders)
