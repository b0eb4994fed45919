"""sentence-transformers: python theirs.py FOLDER MODEL."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

root, place = Path(sys.argv[1]), sys.argv[2]
texts = json.loads((root / "texts.json").read_text())
model = SentenceTransformer(place, device="cpu")
model.encode(["once"])
began = time.process_time()
rows = model.encode(texts)
spent = time.process_time() - began
np.save(root / "theirs.npy", rows)
print(spent)
