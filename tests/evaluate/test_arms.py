import json

import numpy as np

from headstart.evaluate import Arm, Cost
from headstart.stats import Interval


def test_the_record_is_what_metrics_json_promises():
    half = Interval(0.5, 0.4, 0.6)
    arm = Arm(
        "probe", "probe", "toy", 3, True, np.ones((2, 1)), 0.3, half, Cost(1.0, 2.0, 3.0), "", 60
    )
    assert json.loads(json.dumps(arm.record())) == {
        "name": "probe",
        "strategy": "probe",
        "backbone": "toy",
        "cut": 3,
        "accuracy": {"value": 0.5, "low": 0.4, "high": 0.6},
        "learned_from": 60,
        "unseen_loss": 0.3,
        "cost": {"wall_s": 1.0, "cpu_s": 2.0, "peak_rss_mb": 3.0},
    }
