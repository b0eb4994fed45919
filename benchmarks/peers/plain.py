"""A plain PyTorch loop: python plain.py FOLDER NETWORK."""

import json
import sys
import time

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
data = ImageFolder(place, change)
backbone = timm.create_model(name, pretrained=False, num_classes=0).eval().requires_grad_(False)
head = nn.Linear(backbone(torch.zeros(1, 3, 224, 224)).shape[1], len(data.classes))
optimizer, spent = torch.optim.Adam(head.parameters(), lr=1e-3), []
for _ in range(2):
    for pictures, labels in DataLoader(data, batch_size=32, shuffle=True):
        with torch.no_grad():
            rows = backbone(pictures)
        loss = nn.functional.cross_entropy(head(rows), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    spent.append(time.process_time())
print(json.dumps({"cpu_s": spent}))
