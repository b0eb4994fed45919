"""How a model is asked, and how much of its answers is shown; before anything heavy is imported."""

from dataclasses import dataclass, field

from headstart.errors import UsageError
from headstart.options import option
from headstart.run.box_settings import BoxSettings

MOST_LOOKS = 12
"""Looks at a picture that there are."""


@dataclass(frozen=True)
class AnswerSettings:
    """What `headstart predict` takes beside the things it is asked about."""

    top: int = option(
        0, "show so many of the likeliest classes or tags, with their probabilities", "K"
    )
    threshold: float | None = option(
        None,
        "the probability from which on an answer is sure, and a tag or box is said",
        "P",
        usual="as validation chose it",
    )
    tta: int = option(
        1,
        "answer by the mean over so many looks at a picture, up to 12: itself, its mirror image "
        "(wrong for letters and digits), and parts of it",
        "N",
    )
    boxes: BoxSettings = field(default_factory=BoxSettings)

    def __post_init__(self) -> None:
        if self.top < 0:
            raise UsageError("U346", f"--top {self.top} shows nothing", "--top 3")
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise UsageError(
                "U347", f"a threshold of {self.threshold:g} is no probability",
                "--threshold 0.8", why="it lies between 0 and 1",
            )  # fmt: skip
        if not 1 <= self.tta <= MOST_LOOKS:
            raise UsageError(
                "U348", f"there are no {self.tta} looks at a picture", f"--tta {MOST_LOOKS}",
                why=f"1 to {MOST_LOOKS} can be asked for",
            )  # fmt: skip


USUAL = AnswerSettings()
"""Nothing is asked."""
