"""Target scores: how well features suit labels, without training anything.

Higher is better for all of them, and all are comparable only between models on the same rows. Rows
are (n, d) and labels are class numbers, (n). None of them is out of sample: the H-score (Bao et al.
2019) nears one less than the number of classes where n is not far above d.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar

from headstart.errors import UsageError

_GRID = np.linspace(-30.0, 30.0, 241)
"""Natural logarithms of α/β, in units of the mean squared singular value."""
_STEP = float(_GRID[1] - _GRID[0])


def logme(rows: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"]) -> float:
    """Log evidence of linear models of the class indicators, a row and a class (You et al. 2021).

    The exact maximum over prior precision α and noise precision β. For a ratio t = α/β the best β
    has a closed form, so one dimension is left to search. Prior weights live in the row space: the
    published code counts all d columns instead and is wrong where n < d.
    """
    _matching(rows, labels)
    left, singular, _ = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    kept = singular > 1e-12 * max(float(singular[0]), 1e-300)
    spectrum, left = singular[kept] ** 2, left[:, kept]
    targets = _indicators(labels)
    return float(np.mean([_evidence(spectrum, left, y) for y in targets.T]) / len(labels))


def regularized_h_score(rows: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"]) -> float:
    """H-score with the covariance shrunk as Ledoit and Wolf (2004) do (Ibrahim et al. 2021)."""
    from sklearn.covariance import ledoit_wolf_shrinkage  # takes two seconds

    _matching(rows, labels)
    centered = (rows - rows.mean(axis=0)).astype(np.float64)
    shrinkage = ledoit_wolf_shrinkage(centered)
    left, singular, _ = np.linalg.svd(centered, full_matrices=False)
    spread = singular**2 / len(rows)  # of the covariance, along each direction
    shrunk = (1 - shrinkage) * spread + shrinkage * spread.sum() / rows.shape[1]
    targets = _indicators(labels)
    means = (targets.T @ (left * singular)) / np.sqrt(targets.sum(axis=0))[:, None]  # (c, r)
    between = (means**2).sum(axis=0) / (len(rows) - 1)
    known = shrunk > 1e-15 * max(float(shrunk.max()), 1e-300)
    return float((1 - shrinkage) * (between[known] / shrunk[known]).sum())


def _evidence(spectrum: np.ndarray, left: np.ndarray, target: np.ndarray) -> float:
    """Log evidence at the best α and β, of all rows together."""
    n, unit = len(target), float(spectrum.mean()) if len(spectrum) else 1.0
    power = (left.T @ target) ** 2  # squared, along each direction
    rest = max(float((target**2).sum() - power.sum()), 0.0)

    def loss(log_ratio: float) -> float:
        t = unit * np.exp(log_ratio)
        error = rest + float((power * (t / (t + spectrum)) ** 2).sum())
        size = float((spectrum * power / (t + spectrum) ** 2).sum())  # |w|²
        beta = n / max(error + t * size, 1e-300)
        shrunk = float(np.log1p(spectrum / t).sum())  # -k ln t + sum ln(t + s)
        return -float(n * np.log(beta) - n - shrunk - n * np.log(2 * np.pi)) / 2

    best = float(_GRID[int(np.argmin([loss(point) for point in _GRID]))])
    bounds = (best - _STEP, best + _STEP)
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return -float(found.fun)


def _indicators(labels: np.ndarray) -> Float[np.ndarray, "n c"]:
    """One column for each class that has rows."""
    numbers = _numbers(labels)
    columns: np.ndarray = np.eye(int(numbers.max()) + 1)[numbers]
    return columns


def _numbers(labels: np.ndarray) -> Int[np.ndarray, " n"]:
    """Numbered anew without gaps, so that no class is empty."""
    numbers: np.ndarray = np.unique(labels, return_inverse=True)[1]
    return numbers.reshape(-1)


def _matching(rows: np.ndarray, labels: np.ndarray) -> None:
    if rows.ndim != 2 or len(rows) != len(labels) or not len(rows):
        raise UsageError(
            "U124",
            f"{rows.shape} numbers and {len(labels):,} labels do not go together",
            "one row of numbers a label, and at least one",
        )
