"""Room 11. A model as files, and back.

Takes: a `Model` and its figures.
Gives: one folder (safetensors, JSON and a card) that predicts, is shared and can be started from;
and the `Model` in such a folder; or one file that runs without this package. What is published is
laid out for other libraries, too.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.share.artifact import save_model
    from headstart.share.box_file import export_boxes, need_boxes_file
    from headstart.share.card import card_of
    from headstart.share.exporting import Exported, export_onnx, need_exportable
    from headstart.share.file_model import FileModel
    from headstart.share.loading import Shelved, load, runs
    from headstart.share.model_folder import export_folder
    from headstart.share.openvino_file import export_openvino, need_openvino
    from headstart.share.publication import Published, PublishSettings, publish
    from headstart.share.quantizing import quantized
    from headstart.share.web import export_web, need_web
    from headstart.share.web_runtime import fetched_runtime, runtime_version

__all__ = [
    "Exported",
    "FileModel",
    "PublishSettings",
    "Published",
    "Shelved",
    "card_of",
    "export_boxes",
    "export_folder",
    "export_onnx",
    "export_openvino",
    "export_web",
    "fetched_runtime",
    "load",
    "need_boxes_file",
    "need_exportable",
    "need_openvino",
    "need_web",
    "publish",
    "quantized",
    "runs",
    "runtime_version",
    "save_model",
]

lazy.attach(__name__)
