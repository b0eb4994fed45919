"""`backbone.json` of a stranger: what each field may be, just under and just over."""

import json

import pytest

from headstart.backbone.decoder_only import ANSWERS, CONTINUES
from headstart.backbone.record import record_of
from headstart.errors import SecurityError
from headstart.untrusted import Damaged

PIXELS = {
    "size_px": 32, "mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic",
    "crop_pct": 1.0, "crop_mode": "center", "channels": 3, "background": [255, 255, 255],
}  # fmt: skip
BANDS = {
    "rate_hz": 16_000, "bands": 64, "low_hz": 125.0, "high_hz": 7_500.0, "window_s": 0.025,
    "hop_s": 0.01, "least_s": 1.0, "most_s": 30.0,
}  # fmt: skip
PLAIN = {
    "kind": "image", "architecture": "resnet10t", "settings": {}, "contract": PIXELS,
    "width": 16, "license": "", "note": "",
}  # fmt: skip


def read(**changed: object):
    return record_of(json.dumps({**PLAIN, **changed}).encode(), "here")


def settings(name: str, value: object):
    return read(settings={name: value})


FINE = [
    *(("words", 2**24), ("channels", [8, 16_384]), ("hears", 4096), ("drop", 0.99), ("depth", 1)),
    *(("alone", ANSWERS), ("alone", CONTINUES), ("row", "last"), ("mlp_ratio", 4)),
    ("config", '{"model_type": "bert"}'),
]
WRONG = [
    *(("words", 2**24 + 1), ("words", "x"), ("words", -1), ("words", True), ("words", 2.5)),
    *(("channels", [8]), ("channels", [8, 16_385]), ("channels", [8, 0]), ("channels", 8)),
    *(("hears", 0), ("hears", 4097), ("hears", "32"), ("drop", 1), ("drop", -0.1), ("depth", 0)),
    *(("alone", "classification"), ("row", "max"), ("moments", "yes"), ("unknown", 1)),
    *(("config", "{}"), ("config", "[" * 999), ("config", '{"model_type": 3}'), ("config", 7)),
]


@pytest.mark.parametrize(("name", "value"), FINE)
def test_settings_within_bounds_are_read_as_they_are(name, value) -> None:
    assert settings(name, value).settings == {name: value}


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_settings_out_of_bounds_are_damage(name, value) -> None:
    with pytest.raises(Damaged):
        settings(name, value)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("value", [None, -1, 1e300, {"a": 1}, ["x"], True, "x" * 30_000])
def test_no_field_takes_another_type(name, value) -> None:
    with pytest.raises(Damaged):
        read(**{name: value})


@pytest.mark.parametrize(
    "changed",
    [
        *({"size_px": 4097}, {"size_px": 0}, {"mean": [0.5]}, {"std": [0.5, 0.5, 0.0]}),
        *({"crop_pct": 0.0}, {"crop_mode": "x"}, {"channels": 1}, {"background": [0, 0, 256]}),
    ],
)
def test_pixels_that_make_no_picture_are_damage(changed) -> None:
    with pytest.raises(Damaged):
        read(contract={**PIXELS, **changed})


@pytest.mark.parametrize(
    "changed", [{"hop_s": 1e-9}, {"high_hz": 8001.0}, {"low_hz": 7500.0}, {"bands": 0}]
)
def test_bands_that_make_no_spectrogram_are_damage(changed) -> None:
    assert read(kind="audio", contract=BANDS).kind == "audio"
    assert read(kind="audio", contract={**BANDS, "high_hz": 8000.0})
    with pytest.raises(Damaged):
        read(kind="audio", contract={**BANDS, **changed})


def test_a_contract_belongs_to_its_modality() -> None:
    with pytest.raises(Damaged, match="contract"):
        read(kind="image", contract=BANDS)


def test_a_configuration_inside_may_not_name_code() -> None:
    config = json.dumps({"model_type": "bert", "deep": [{"auto_map": {"AutoModel": "x.Y"}}]})
    with pytest.raises(SecurityError, match="S612"):
        settings("config", config)
