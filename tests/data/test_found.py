from headstart.data import ClassTruth, Examples, Found


def test_new_notes_stand_in_front_and_are_safe_to_show() -> None:
    found = Found(Examples((), ClassTruth((), ())), (), "memory").noting("first")
    noted = found.noting("then\x1b[2J", "x" * 900)
    assert noted.notes[-1] == "first" and "\x1b" not in noted.notes[0]
    assert len(noted.notes[1]) <= 500
