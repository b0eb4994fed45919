"""Counts in words."""


def counted(count: int, one: str, many: str = "") -> str:
    """So many of something; `many` where the plural is more than an s behind it.

    >>> counted(1, "file"), counted(1200, "file"), counted(0, "class", "classes")
    ('1 file', '1,200 files', '0 classes')
    >>> counted(1, "file is", "files are"), counted(2, "file is", "files are")
    ('1 file is', '2 files are')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
