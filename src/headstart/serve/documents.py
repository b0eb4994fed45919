"""What goes in and out as JSON: the models that requests are read by and /openapi.json lists."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Text = Annotated[str, Field(max_length=1_000_000)]


class Fault(BaseModel):
    """Why one thing has no answer."""

    code: str
    what: str
    where: str = ""
    why: str = ""
    fix: str = ""


class Box(BaseModel):
    """A thing on a picture."""

    label: str
    probability: float
    box: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels of the upright picture."""


class Answer(BaseModel):
    """What `headstart predict --json` says of one thing: the fields of a `Prediction`."""

    file: str = ""
    """Its name, or the text itself."""
    label: str
    probabilities: dict[str, float]
    sure: bool
    probability: float
    value: float | None = None
    low: float | None = None
    high: float | None = None
    familiar: float | None = None
    boxes: list[Box] | None = None
    """The likeliest first; null where no boxes were learned."""
    error: None = None
    """Of what can't be read, as `Unanswered` says it."""


class Unanswered(BaseModel):
    """A thing that can't be read, among others that can."""

    file: str = ""
    label: None = None
    error: Fault


class Texts(BaseModel):
    """A JSON request: one text or several; of pairs, what goes with each."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Text | list[Text]
    second: Text | list[Text] | None = None


class Failure(BaseModel):
    """A refused request."""

    error: Fault


class Signature(BaseModel):
    """What a model reads and says."""

    kind: str
    """ "image", "text" or "audio"."""
    things: str
    task: str
    classes: list[str]
    paired: bool = False
    sure_share: float | None = None
    """Of the rows that chose, the share of answers that were sure."""
    familiar_above: float | None = None
    """Things of no larger share are unlike what the model learned from."""
    rate: int = 0
    """Samples a second that tensors of recordings are taken to have where nothing is said."""


class TensorIn(BaseModel):
    """An input of the Open Inference Protocol."""

    name: str
    shape: Annotated[list[Annotated[int, Field(ge=0, le=2**31)]], Field(max_length=5)]
    datatype: str
    data: list[Any] | None = None
    parameters: dict[str, Any] = {}


class TensorAsked(BaseModel):
    """An output that is asked for."""

    name: str
    parameters: dict[str, Any] = {}


class InferRequest(BaseModel):
    """A request of the Open Inference Protocol."""

    id: str = ""
    inputs: Annotated[list[TensorIn], Field(min_length=1, max_length=16)]
    outputs: Annotated[list[TensorAsked], Field(max_length=16)] = []
    parameters: dict[str, Any] = {}


class TensorOut(BaseModel):
    """An output of the Open Inference Protocol; without `data` where that follows as bytes."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any] | None = None
    parameters: dict[str, Any] | None = None


class InferResponse(BaseModel):
    """An answer of the Open Inference Protocol."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[TensorOut]


Judged = Answer | Unanswered
JUDGED: TypeAdapter[list[Judged]] = TypeAdapter(list[Judged])
