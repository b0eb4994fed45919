from headstart.data.extensions import NO_MEDIA, TABLES


def test_no_table_is_an_example_and_pictures_and_recordings_are_neither() -> None:
    assert TABLES < NO_MEDIA
    assert not {".png", ".jpg", ".wav", ".flac", ""} & NO_MEDIA
    assert {".csv", ".conll"} <= TABLES and ".txt" not in TABLES and ".txt" in NO_MEDIA
