"""`metrics.json` as typed records: `run.metrics.test.accuracy.value`."""

from headstart.run.figure_records import BoxRows, Figure, Figures, Record


class Rows(Record):
    """How many rows each part has."""

    train: int
    val: int
    test: int
    tested: int
    """Different ones in the test."""


class Cost(Record):
    """What something took."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float


class RunCost(Cost):
    """What a run took, and rows of frozen networks: those that were there, and the others."""

    rows_read: int
    rows_computed: int


class Merit(Record):
    """An arm's main figure, by its name: the one that `metrics.figure` names."""

    accuracy: Figure
    balanced_accuracy: Figure
    f1: Figure
    r2: Figure
    kappa: Figure
    sentence_f1: Figure
    tags_right: Figure
    chrf: Figure
    word_accuracy: Figure
    next_token: Figure


class Arm(Merit):
    """One way to solve the task, judged on the test rows."""

    name: str
    strategy: str
    backbone: str
    """Empty where no network is used."""
    cut: int | None
    learned_from: int
    unseen_loss: float | None
    """By which arms are chosen: of rows that the arm was not fitted to, none of the test."""
    cost: Cost
    behind_by: Figure
    """How far the model leads it, on the same test rows."""
    bleu: float
    bleu_behind_by: Figure
    in_part: str
    """Why the arm was fitted to a sample alone; missing where it was computed in full."""


class Verdict(Record):
    """Whether transfer helped."""

    word: str
    """ "helps", "no evidence" or "hurts"."""
    against: str
    """The best arm without transfer."""
    difference: float
    low: float
    high: float
    sentence: str
    cautions: list[str]


class Curve(Record):
    """How good an arm is when it learns from fewer examples."""

    arm: str
    sizes: list[int]
    merit: list[Figure]


class Learning(Record):
    """What more examples would bring."""

    curves: list[Curve]
    sentences: list[str]


class Frozen(Record):
    """The tensors that were to stay as they were loaded."""

    tensors: int
    changed: int


class Spread(Record):
    """How much luck is in one draw of the rows."""

    what: str
    figures: list[float]


class Candidate(Record):
    """A backbone that was ranked, where one was chosen."""

    backbone: str
    predicted: float
    low: float
    high: float
    score: float
    prior: float | None
    ms_per_item: float
    params: int
    license: str
    why: str


class Change(Record):
    """A figure before and after."""

    before: float
    after: float


class Tradeoff(Record):
    """A way to make a model smaller, or the model itself, on the same test rows."""

    way: str
    bytes: float
    ms: float
    score: Figure
    lost: Figure
    same: float


class Compression(Record):
    """What a smaller model saves and loses; missing in runs that were trained."""

    bytes: Change
    ms: Change
    lost: Figure
    same: float
    rows: int
    calibrated: int
    way: str
    tried: list[Tradeoff]
    """The model itself, then every way that was tried."""
    left_out: list[str]


class Sure(Record):
    """How many answers to test rows are sure."""

    count: int
    of: int
    right: Figure | None
    """How often those are right."""


class Next(Record):
    """Something that would make the next run better, by what this one measured."""

    what: str
    why: str
    command: str
    gain: str


class Task(Record):
    """What was solved, and on which rows."""

    task: str
    figure: str
    """The name of the main figure: `metrics["test"][metrics.figure]`."""
    classes: list[str]
    n: Rows
    folds: int
    """1 for one part for the test."""
    chosen: str
    """The strategy of the model that ships."""
    familiar_above: float | None
    """Predictions whose `familiar` is no larger are of things unlike what it learned from."""


class Measured(Task):
    """What the test rows said."""

    test: Figures
    boxes: BoxRows
    """Missing where no boxes are found."""
    arms: list[Arm]
    verdict: Verdict
    learning: Learning | None
    frozen: Frozen


class Metrics(Measured):
    """What `metrics.json` holds."""

    ranking: list[Candidate]
    spread: Spread
    cost: RunCost
    compression: Compression
    answer: str
    """ "Right on 31 of 40 it had not seen"."""
    sure: Sure | None
    next: list[Next]
    use: str
    """What goes behind `headstart predict RUN`: "FILES", or the flags for texts."""
