"""What columns are called."""

import pytest

from headstart.data import column_names
from headstart.data.column_names import plain


@pytest.mark.parametrize("spelled", ["Image Path", " image-path ", "IMAGE_PATH"])
def test_names_are_one_however_they_are_spelled(spelled: str) -> None:
    assert plain(spelled) == "image_path" in column_names.PATHS


def test_every_usual_name_is_written_plainly() -> None:
    listed = (getattr(column_names, name) for name in dir(column_names) if name.isupper())
    flat = [name for names in listed if isinstance(names, tuple) for name in names]
    words = [word for name in flat for word in ([name] if isinstance(name, str) else name)]
    assert len(words) > 80 and all(plain(word) == word for word in words)
