"""Hugging Face's Trainer: python hf_trainer.py FOLDER NETWORK."""

import json
import sys
import tempfile

import torch
from pictures import cpu_s, frozen, pictures
from torch import nn
from transformers import Trainer, TrainerCallback, TrainingArguments

place, name = sys.argv[1:]
data, spent = pictures(place), []


class Classifier(nn.Module):
    """A frozen backbone and a head, in the shape that the Trainer wants."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone, width = frozen(name)
        self.head = nn.Linear(width, len(data.classes))

    def forward(self, pixel_values, labels=None):
        """Loss and scores."""
        scores = self.head(self.backbone(pixel_values))
        return {"loss": nn.functional.cross_entropy(scores, labels), "logits": scores}


class Clock(TrainerCallback):
    """Notes the CPU time after each epoch."""

    def on_epoch_end(self, args, state, control, **kwargs):
        spent.append(cpu_s())


def collate(rows):
    pictures, labels = zip(*rows, strict=True)
    return {"pixel_values": torch.stack(pictures), "labels": torch.tensor(labels)}


with tempfile.TemporaryDirectory() as out:
    arguments = TrainingArguments(
        out,
        num_train_epochs=2,
        per_device_train_batch_size=32,
        learning_rate=1e-3,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        remove_unused_columns=False,
    )
    Trainer(
        Classifier(), arguments, train_dataset=data, data_collator=collate, callbacks=[Clock()]
    ).train()
print(json.dumps({"cpu_s": spent}))
