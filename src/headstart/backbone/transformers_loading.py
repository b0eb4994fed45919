"""Networks that transformers builds: from a configuration with fresh weights, or from a folder."""

import copy
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from headstart.backbone.backbone import Architecture
from headstart.backbone.bounds import bounded
from headstart.backbone.clap import CLAP, HEARS
from headstart.counting import counted
from headstart.errors import BackboneError, HeadstartError, SecurityError, needs
from headstart.hostile import printable
from headstart.untrusted import MOST_PLAIN, Damaged, content, header, parsed, refuse_code

CONFIG = "config"
"""In the settings of an architecture that transformers builds: its configuration as JSON."""
WEIGHTS = "model.safetensors"
DETECTORS = frozenset(
    {"conditional_detr", "d_fine", "dab-detr", "deformable_detr", "deimv2", "detr", "lw_detr"}
    | {"rf_detr", "rt_detr", "rt_detr_v2", "table-transformer", "yolos"}
)
"""What transformers calls the families of detectors that answer by queries."""
_CONFIGURING = frozenset(
    {"adapter_config.json", "config.json", "config_sentence_transformers.json", "modules.json"}
    | {"generation_config.json", "preprocessor_config.json", "processor_config.json"}
    | {"sentence_bert_config.json"}
)
"""Files that could name code. A tokenizer's vocabulary may hold any word, and is none of them."""
_VOLATILE = ("transformers_version", "_name_or_path", "dtype", "torch_dtype", "architectures")


def config_of(architecture: Architecture) -> dict[str, Any]:
    """Its configuration; empty for what transformers does not build."""
    found: dict[str, Any] = json.loads(str(dict(architecture.settings).get(CONFIG, "{}")))
    return found


def made(architecture: Architecture, seed: int, *, whole: bool = False) -> Any:
    """The network with fresh weights drawn from `seed`, in inference mode; `whole` if it writes.

    The global random state stays as it is. Raises `BackboneError` for a configuration that makes no
    network.
    """
    facts = config_of(architecture)
    refuse_code(facts, architecture.name)
    with needs("text"):
        from transformers import AutoConfig, ClapAudioModel
    try:
        with torch.random.fork_rng(devices=[]), quietly():
            torch.manual_seed(seed)
            config: Any = AutoConfig.for_model(facts.pop("model_type"), **facts)
            if config.model_type == HEARS:
                return ClapAudioModel(config).eval()
            return _class_of(_any_size(config), whole=whole).from_config(config).eval()
    except Exception as error:  # configurations fail in more ways than can be named
        raise BackboneError(
            "M472",
            f"this configuration makes no network: {printable(architecture.name)}",
            "choose a folder that transformers' AutoModel reads",
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error


def need_files(folder: Path, reader: str) -> None:
    """Raise where a folder is not one that transformers may be let into.

    `BackboneError` for a file that is missing, too large or no JSON; `SecurityError` for one that
    is a device, lies elsewhere, or names code to run. Links may lead where the hub's cache has
    them: to `blobs` beside the folder's snapshots.
    """
    files = ("config.json", WEIGHTS, reader)
    if missing := [file for file in files if not (folder / file).exists()]:
        raise BackboneError(
            "M473", f"this folder lacks {', '.join(missing)}",
            "save model and tokenizer or feature extractor there: save_pretrained(FOLDER)",
            where=printable(folder),
        )  # fmt: skip
    for file in files:
        inside(folder, file)
    for file in sorted(_CONFIGURING & {path.name for path in folder.iterdir()}):
        refuse_code(parsed(content(inside(folder, file))), folder / file)


def inside(folder: Path, name: str) -> Path:
    """A regular file of a folder, or of the hub's cache that the folder is in.

    Raises `SecurityError` for anything else, `Damaged` for one that is too large to be read.
    """
    path, root = (folder / name).resolve(), folder.resolve()
    homes = (root, root.parent.parent / "blobs")
    if not path.is_file() or not any(path.is_relative_to(home) for home in homes):
        raise SecurityError(
            "S615", "a file of this folder is a device, or lies elsewhere",
            "copy the folder again from where you trust it, with plain files: cp -rL FROM TO",
            where=printable(folder / name),
        )  # fmt: skip
    if name != WEIGHTS and path.stat().st_size > MOST_PLAIN:
        raise Damaged(f"{name} has more than {MOST_PLAIN:,} bytes")
    return path


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Whatever a library fails with over a stranger's folder is a `BackboneError`."""
    try:
        yield
    except HeadstartError:
        raise
    except Exception as error:  # libraries raise whatever comes to them
        raise BackboneError(
            "M476",
            "the network in this folder cannot be read",
            "save the model there again: save_pretrained(FOLDER)",
            where=printable(folder),
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network as it lay in a folder."""

    network: Any
    """Of transformers, in inference mode."""
    config: str
    """Its configuration, as an architecture has it."""
    writes: bool
    """Whether it has a half that writes, with weights."""


def loaded(folder: Path, spare: Sequence[str], *, whole: bool = False) -> Loaded:
    """The network in a folder, in inference mode.

    Only safetensors are read; `whole` asks for a decoder with its output layer. Raises
    `BackboneError` where weights are missing that are not named in `spare`: what was drawn
    at random would pass for learned.
    """
    with needs("text"):
        from transformers import AutoConfig

    with quietly():
        config = _any_size(AutoConfig.from_pretrained(folder, local_files_only=True))
        kind = _class_of(config, whole=config.is_encoder_decoder or whole)
        with bounded(header(folder / WEIGHTS)), torch.device("meta"):
            kind.from_config(copy.deepcopy(config))
        network, told = kind.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            local_files_only=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    heard = config.model_type == CLAP
    missing = [key for key in told["missing_keys"] if not any(name in key for name in spare)]
    written = two_halves(network) and config.model_type not in DETECTORS
    lost = [key for key in missing if not (written and _is_written(key))]
    if lost:
        raise BackboneError(
            "M474", f"the weights lack {counted(len(lost), 'tensor')} of this network",
            "save the model there again: save_pretrained(FOLDER)", where=printable(folder),
            why=", ".join(sorted(lost)[:5]),
        )  # fmt: skip
    network, config = (network.audio_model, config.audio_config) if heard else (network, config)
    plain = {k: v for k, v in config.to_dict().items() if k not in _VOLATILE}
    writes = bool(config.is_encoder_decoder) and not any("decoder" in key for key in missing)
    return Loaded(network.eval(), json.dumps(plain, sort_keys=True), writes)


def decodes(folder: Path) -> bool:
    """Whether a decoder without an encoder lies there."""
    with needs("text"):
        from transformers import (
            MODEL_FOR_CAUSAL_LM_MAPPING,
            MODEL_FOR_MASKED_LM_MAPPING,
            AutoConfig,
        )
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    kind, alone = type(config), not config.is_encoder_decoder
    return alone and kind in MODEL_FOR_CAUSAL_LM_MAPPING and kind not in MODEL_FOR_MASKED_LM_MAPPING


@contextmanager
def quietly() -> Iterator[None]:
    """Without the bars and remarks of a library whose work takes a moment."""
    from transformers.utils import logging as library

    logging: Any = library
    told, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(told)
        if bars:
            logging.enable_progress_bar()


def two_halves(network: Any) -> bool:
    """Whether one part reads and another writes, whatever its configuration says."""
    halves = hasattr(network, "encoder") and hasattr(network, "decoder")
    return halves or bool(network.config.is_encoder_decoder)


def _any_size(config: Any) -> Any:
    """The same; queries of a detector begin as the size of its pictures has it, not a fixed one."""
    if getattr(config, "anchor_image_size", None) is not None:
        config.anchor_image_size = None
    return config


def _class_of(config: Any, *, whole: bool) -> Any:
    """The class of networks for a configuration; `whole` if it writes."""
    from transformers import AutoModel, AutoModelForObjectDetection

    if config.model_type in DETECTORS:
        return AutoModelForObjectDetection
    return _writing(config) if whole else AutoModel


def _writing(config: Any) -> Any:
    """The class of networks that read and write."""
    from transformers import (
        AutoModelForCausalLM,
        AutoModelForSeq2SeqLM,
        AutoModelForSpeechSeq2Seq,
    )

    if hasattr(config, "num_mel_bins"):
        return AutoModelForSpeechSeq2Seq
    return AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM


def _is_written(key: str) -> bool:
    return any(name in key for name in ("decoder", "lm_head", "proj_out", "final_logits_bias"))
