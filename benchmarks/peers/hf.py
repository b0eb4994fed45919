"""Hugging Face's Trainer: python hf.py FOLDER NETWORK."""

import json
import sys
import tempfile
import time

import timm
import torch
from torch import nn
from torchvision import transforms
from torchvision.datasets import ImageFolder
from transformers import Trainer, TrainerCallback, TrainingArguments

place, name = sys.argv[1:]
half = (0.5, 0.5, 0.5)
change = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize(half, half),
    ]
)
data, spent = ImageFolder(place, change), []


class Classifier(nn.Module):
    """A frozen backbone and a head, in the shape that the Trainer wants."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = timm.create_model(name, pretrained=False, num_classes=0)
        self.backbone.requires_grad_(False)
        width = self.backbone.eval()(torch.zeros(1, 3, 224, 224)).shape[1]
        self.head = nn.Linear(width, len(data.classes))

    def forward(self, pixel_values, labels=None):
        """Loss and scores."""
        scores = self.head(self.backbone(pixel_values))
        return {"loss": nn.functional.cross_entropy(scores, labels), "logits": scores}


class Clock(TrainerCallback):
    """Notes the CPU time after each epoch."""

    def on_epoch_end(self, args, state, control, **kwargs):
        spent.append(time.process_time())


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
