"""What can be asked of a smaller model, before anything heavy is imported."""

from dataclasses import dataclass

from headstart.errors import UsageError
from headstart.options import option
from headstart.run.units import bytes_in, seconds


@dataclass(frozen=True)
class CompressSettings:
    """How a model is made smaller; where no way is named, every way is tried."""

    int8: bool = option(False, "quantize to integers of 8 bits", usual="off")
    distill: str = option(
        "",
        "what is trained to match the model: own (its first stages), shipped, or a backbone",
        "NAME",
        usual="none",
    )
    unlabeled: str = option(
        "", "a folder with unlabeled examples for --distill", "PATH", usual="none"
    )
    stages: int = option(0, "keep the first K stages, with a new head", "K", usual="all")
    """Of the student, where it is own."""
    size: int = option(0, "smaller pictures, so many pixels a side", "PX", usual="the model's")
    """Of the student, where one is named."""
    budget: str = option("10m", "CPU time that training, and trying every way, may take", "TIME")
    fetch: str = option("100MB", "the most that is downloaded of a student's backbone", "SIZE")

    def __post_init__(self) -> None:
        seconds(self.budget)
        bytes_in(self.fetch)
        for name, value in (("stages", self.stages), ("size", self.size)):
            if value < 0:
                raise UsageError("U311", f"--{name} {value} is no number of them", f"--{name} 3")
        if self.unlabeled and not self.distill and self.ways:
            raise UsageError(
                "U312", "--unlabeled is for a student, and none is named", "--distill shipped"
            )

    @property
    def ways(self) -> tuple[str, ...]:
        """Those that were named; none where every way is to be tried."""
        size = self.size if not self.distill else 0
        stages = self.stages if self.distill != "own" else 0
        asked = {"int8": self.int8, "stages": stages, "size": size, "distill": self.distill}
        return tuple(name for name, value in asked.items() if value)
