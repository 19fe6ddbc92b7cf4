"""Votes as columns: a row is a vote, or several that are alike; names stand apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Table:
    models: tuple[str, ...]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    outcome: NDArray[np.int8]
    count: NDArray[np.float64]
    prompt: NDArray[np.int32]
    evaluator: NDArray[np.int32]
    category: NDArray[np.int32]
    prompts: tuple[str, ...]
    evaluators: tuple[str, ...]
    categories: tuple[str, ...]
    features: NDArray[np.float64]
    feature_names: tuple[str, ...]
