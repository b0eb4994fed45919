"""Lightning: python lightning.py FOLDER NETWORK."""

import json
import sys
import time

sys.path.pop(0)  # this file is called like the library
import lightning
import timm
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

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


class Classifier(lightning.LightningModule):
    """A frozen backbone and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = timm.create_model(name, pretrained=False, num_classes=0)
        self.backbone.requires_grad_(False)
        width = self.backbone.eval()(torch.zeros(1, 3, 224, 224)).shape[1]
        self.head = nn.Linear(width, len(data.classes))

    def training_step(self, batch, index):
        pictures, labels = batch
        return nn.functional.cross_entropy(self.head(self.backbone(pictures)), labels)

    def configure_optimizers(self):
        return torch.optim.Adam(self.head.parameters(), lr=1e-3)

    def on_train_epoch_end(self):
        spent.append(time.process_time())


lightning.Trainer(
    max_epochs=2,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
).fit(Classifier(), DataLoader(data, batch_size=32, shuffle=True))
print(json.dumps({"cpu_s": spent}))
