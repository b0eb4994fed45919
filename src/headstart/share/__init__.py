"""Room 11. A model as files, and back.

Takes: a `Model` and its figures.
Gives: one folder (safetensors, JSON and a card) that predicts, is shared and can be started from;
and the `Model` in such a folder. What is published is laid out for other libraries, too.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.share.artifact import save_model
    from headstart.share.card import card_of
    from headstart.share.loading import load
    from headstart.share.publication import Published, PublishSettings, publish

__all__ = ["PublishSettings", "Published", "card_of", "load", "publish", "save_model"]

lazy.attach(__name__)
