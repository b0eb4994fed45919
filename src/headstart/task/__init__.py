"""Room 6. Everything that differs between tasks, one file a task.

Takes: labels as they were written, and the rows to learn from.
Gives: a `Task`, which poses labels, scores and tells answers, and says what it allows.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.task.box_answers import SAID, answer_of, boxes_in, matched
    from headstart.task.box_places import FoundBox, boxes_told, placed
    from headstart.task.box_tiles import found_in_tiles
    from headstart.task.calibration import Calibration, calibrate
    from headstart.task.classification import Classification
    from headstart.task.ctc import CTC, spelled
    from headstart.task.detection import Detection
    from headstart.task.intervals import BINS, bin_of
    from headstart.task.language_modeling import LanguageModeling
    from headstart.task.making import FIGURES, TASKS, make_task, task_type
    from headstart.task.multilabel import MultiLabel
    from headstart.task.ordinal import Ordinal
    from headstart.task.regression import Regression
    from headstart.task.seq2seq import Seq2Seq, SpeechToText, WriterTask, overlap
    from headstart.task.task import Arms, Task
    from headstart.task.token_classification import TokenClassification, tag_codes

__all__ = [
    "BINS",
    "CTC",
    "FIGURES",
    "SAID",
    "TASKS",
    "Arms",
    "Calibration",
    "Classification",
    "Detection",
    "FoundBox",
    "LanguageModeling",
    "MultiLabel",
    "Ordinal",
    "Regression",
    "Seq2Seq",
    "SpeechToText",
    "Task",
    "TokenClassification",
    "WriterTask",
    "answer_of",
    "bin_of",
    "boxes_in",
    "boxes_told",
    "calibrate",
    "found_in_tiles",
    "make_task",
    "matched",
    "overlap",
    "placed",
    "spelled",
    "tag_codes",
    "task_type",
]

lazy.attach(__name__)
