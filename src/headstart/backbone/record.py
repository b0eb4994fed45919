"""`backbone.json`, typed: every field of it is compared with what it may be before it is used."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.untrusted import MOST_JSON, Damaged, parsed, refuse_code

OTHER_VERSION = "M491"
Setting = str | int | float | bool | list[int]
Side = Annotated[int, Field(ge=1, le=4096)]
Count = Annotated[int, Field(ge=1, le=16_384)]
_MOST_CONFIG = 2**20


class _Strict(BaseModel):
    """No field but these, no kind of value but theirs, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Pixels(_Strict):
    """The fields of `Image`."""

    size_px: Side
    mean: list[float] = Field(min_length=1, max_length=1024)
    std: list[Annotated[float, Field(gt=0)]] = Field(min_length=1, max_length=1024)
    interpolation: str = Field(max_length=20)
    crop_pct: float = Field(gt=0, le=16)
    crop_mode: Literal["center", "squash", "border"]
    channels: int = Field(ge=1, le=1024)
    background: tuple[int, int, int]
    bits: Literal[8, 10, 12, 14, 16] = 16

    @model_validator(mode="after")
    def _fit(self) -> "Pixels":
        if not len(self.mean) == len(self.std) == self.channels:
            raise ValueError("mean and std have as many numbers as there are channels")
        if not all(0 <= shade <= 255 for shade in self.background):
            raise ValueError("a background's shades are from 0 to 255")
        return self


class Tokens(_Strict):
    """The fields of `Text` but for the place of the tokenizer, which lies beside."""

    tokenizer: str = Field(max_length=100)
    max_tokens: int = Field(ge=2, le=65_536)
    paired: bool = False
    prefix: str = Field(default="", max_length=2000)
    language: str = Field(default="", max_length=20)


class Bands(_Strict):
    """The fields of `Sound`."""

    rate_hz: int = Field(ge=1000, le=192_000)
    bands: int = Field(ge=1, le=1024)
    low_hz: float = Field(ge=0)
    high_hz: float = Field(gt=0)
    window_s: float = Field(ge=0.001, le=1)
    hop_s: float = Field(ge=0.001, le=1)
    least_s: float = Field(ge=0, le=60)
    most_s: float = Field(gt=0, le=600)

    @model_validator(mode="after")
    def _fit(self) -> "Bands":
        if not self.low_hz < self.high_hz <= self.rate_hz / 2:
            raise ValueError("bands lie between a lowest and a highest frequency below rate_hz / 2")
        return self


class Heard(_Strict):
    """The fields of `Prepared` but for the place of the feature extractor, which lies beside."""

    extractor: str = Field(max_length=100)
    rate_hz: int = Field(ge=1000, le=192_000)
    most_s: float = Field(gt=0, le=600)


class _Shape(_Strict):
    """Settings that say how large a network is."""

    channels: list[Count] = Field(default=[1, 1], min_length=2, max_length=64)
    depth: int = Field(default=1, ge=1, le=1000)
    detects: int = Field(default=8, ge=8, le=4096, multiple_of=8)
    img_size: Side = 1
    in_chans: int = Field(default=1, ge=1, le=1024)
    mlp_ratio: float = Field(default=1, gt=0, le=64)
    output_stride: Literal[8, 16, 32] = 32
    side: Side = 1
    stem_width: Count = 1
    words: int = Field(default=1, ge=1, le=2**24)


class _Settings(_Shape):
    """All that the settings of an architecture may say, whichever library builds it."""

    alone: Literal["text-to-text", "generation"] | None = None
    config: str = Field(default="", max_length=_MOST_CONFIG)
    drop: float = Field(default=0, ge=0, lt=1)
    drop_path_rate: float = Field(default=0, ge=0, lt=1)
    every_stage: bool = False
    exit_after: int | None = Field(default=None, ge=1, le=1000)
    hears: Side = 1
    moments: bool = False
    placing: Literal["grid", "queries", "anchors"] = "grid"
    pad_type: Literal["", "same", "valid"] = ""
    row: Literal["mean", "first", "last"] = "mean"
    scaled: bool = False


class BackboneRecord(_Strict):
    """What `backbone.json` holds."""

    format: Literal[1] = 1
    kind: Literal["image", "text", "audio"]
    architecture: str = Field(min_length=1, max_length=500)
    settings: dict[str, Setting]
    contract: Pixels | Tokens | Bands | Heard
    width: int = Field(ge=1, le=2**20)
    license: str = Field(max_length=2000)
    note: str = Field(max_length=20_000)
    writes: Tokens | None = None
    """Tokens of the half that writes, where there is one."""

    @model_validator(mode="after")
    def _fit(self) -> "BackboneRecord":
        _Settings.model_validate(self.settings)
        kinds = {"image": Pixels, "text": Tokens, "audio": Bands | Heard}
        if not isinstance(self.contract, kinds[self.kind]):
            raise ValueError(f"the contract is none of {self.kind}")
        return self


def need_version(told: object, known: int, where: str) -> None:
    """Raise `BackboneError` where a record says that another major version wrote it."""
    found = told.get("format", known) if isinstance(told, dict) else known
    if isinstance(found, int) and found != known:
        raise BackboneError(
            "M491",
            f"another version of headstart wrote this: format {found}, this one reads {known}",
            "pip install --upgrade headstart" if found > known else "publish it again",
            where=where,
        )


def record_of(raw: bytes, where: str) -> BackboneRecord:
    """What the file says. Raises `Damaged`, and `SecurityError` for one that names code to run."""
    told = parsed(raw)
    refuse_code(told, where)
    need_version(told, 1, where)
    record: BackboneRecord = validated(BackboneRecord, raw)
    if config := record.settings.get("config"):
        facts = parsed(str(config), _MOST_CONFIG)
        if not isinstance(facts, dict) or not isinstance(facts.get("model_type"), str):
            raise Damaged("the configuration names no kind of network")
        refuse_code(facts, where)
    return record


def validated(kind: Any, raw: bytes, most: int = MOST_JSON) -> Any:
    """JSON as a strict model of pydantic's. Raises `Damaged`, which names the first field."""
    parsed(raw, most)
    try:
        return kind.model_validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Damaged(printable(f"{place}: {first['msg']}", limit=300)) from None
