import re

from headstart.backbone.catalog import CATALOG


def test_every_file_is_known_by_its_digest_and_says_its_padding() -> None:
    for digest, known in CATALOG.items():
        assert re.fullmatch("[0-9a-f]{64}", digest) and known.license and known.note
        assert dict(known.architecture.settings)["pad_type"] == "same"
