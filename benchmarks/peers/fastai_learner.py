"""A frozen fastai learner: python fastai_learner.py FOLDER NETWORK."""

import json
import sys
import time

from fastai.vision.all import (
    Callback,
    ImageDataLoaders,
    Resize,
    error_rate,
    vision_learner,
)

place, name = sys.argv[1:]
spent = []


class Clock(Callback):
    """Notes the CPU time after each epoch."""

    def after_train(self):
        spent.append(time.process_time())


loaders = ImageDataLoaders.from_folder(
    place, valid_pct=0.01, item_tfms=Resize(224), bs=32, num_workers=0
)
learner = vision_learner(loaders, name, pretrained=False, normalize=False, metrics=error_rate)
learner.freeze()
with learner.no_bar(), learner.no_logging():
    learner.fit(2, 1e-3, cbs=[Clock()])
print(json.dumps({"cpu_s": spent}))
