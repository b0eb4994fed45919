"""Room 11. A model as files, and back.

Takes: a `Model` and its figures.
Gives: one folder (safetensors, JSON and a card) that predicts, is shared and can be started from;
and the `Model` in such a folder.
"""

from headstart.share.artifact import load, save_model
from headstart.share.card import card_of

__all__ = ["card_of", "load", "save_model"]
