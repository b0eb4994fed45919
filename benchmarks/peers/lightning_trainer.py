"""Lightning: python lightning_trainer.py FOLDER NETWORK."""

import json
import sys

import lightning
import torch
from pictures import cpu_s, frozen, pictures
from torch import nn
from torch.utils.data import DataLoader

place, name = sys.argv[1:]
data, spent = pictures(place), []


class Classifier(lightning.LightningModule):
    """A frozen backbone and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone, width = frozen(name)
        self.head = nn.Linear(width, len(data.classes))

    def training_step(self, batch, index):
        pictures, labels = batch
        return nn.functional.cross_entropy(self.head(self.backbone(pictures)), labels)

    def configure_optimizers(self):
        return torch.optim.Adam(self.head.parameters(), lr=1e-3)

    def on_train_epoch_end(self):
        spent.append(cpu_s())


lightning.Trainer(
    max_epochs=2,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
).fit(Classifier(), DataLoader(data, batch_size=32, shuffle=True))
print(json.dumps({"cpu_s": spent}))
