"""Fits the weights of the choices: logistic regressions over named features, with a threshold that serves F1 best."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

# These choices compete or default to the usual value, so the even threshold serves them; the others are tuned to F1.
EVEN = ("status:historical", "status:future", "subset", "home", "same")
# What counts in the end are a report's figures and an event's countries and names, not pairs of event and candidate:
# thresholds that serve those best on unseen reports.
FIXED = {"figure": 0.34, "recipient": 0.14, "actor": 0.2, "source": 0.2, "keep": 0.31, "date": 0.35}
LOWEST = {"date": 0.2, "generic": 0.3, "status:": 0.3}


class Fitted(NamedTuple):
    """What was learned: weights by feature, a line of held-out figures, each example's score by what had not seen it."""

    weights: dict[str, float]
    report: str
    unseen: npt.NDArray[np.float64]


class Examples:
    """Feature lists with their right answers and the fold of their report."""

    def __init__(self) -> None:
        self.features: list[list[str]] = []
        self.answers: list[bool | None] = []
        self.folds: list[int] = []
        self._fitted: Fitted | None = None

    def add(self, features: list[str], answer: bool | None, fold: int) -> None:
        """Take one example; one whose right answer nobody knows (None) is only scored."""
        self.features.append(features)
        self.answers.append(answer)
        self.folds.append(fold)

    def fitted(self, name: str) -> Fitted:
        """Return what is learned from the examples for the choice of that name."""
        if self._fitted is None:
            self._fitted = fit(name, self)
        return self._fitted


def write_weights(path: Path, learned: dict[str, Examples], *, is_quiet: bool = False) -> None:
    """Fit every choice and write `weights.tsv` (choice, feature, weight)."""
    lines = ["choice\tfeature\tweight"]
    for name in sorted(learned):
        examples = learned[name]
        if examples.answers.count(True) < 3 or False not in examples.answers:
            continue
        weights, report, _ = examples.fitted(name)
        if not is_quiet:
            print(f"{name:28} {report}", flush=True)
        lines += sorted(
            f"{name}\t{feature}\t{weight:.3f}" for feature, weight in weights.items() if abs(weight) >= 0.01
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def fit(name: str, examples: Examples) -> Fitted:
    """Return what is learned: weights by feature (with `bias` and `@threshold`), held-out figures, scores."""
    names, matrix = _matrix(examples.features)
    is_known = np.array([answer is not None for answer in examples.answers])
    answers = np.array([bool(answer) for answer in examples.answers])
    folds = np.array(examples.folds)
    unseen = np.zeros(len(answers))
    for fold in sorted(set(examples.folds)):
        train, test = (folds != fold) & is_known, folds == fold
        if answers[train].any() and not answers[train].all():
            unseen[test] = _model(matrix[train], answers[train]).predict_proba(matrix[test])[:, 1]
    told, right = unseen[is_known], answers[is_known]
    threshold = FIXED.get(name) or (0.5 if name.startswith(EVEN) else _best_threshold(told, right, name))
    model = _model(matrix[is_known], right)
    weights: dict[str, float] = dict(zip(names, model.coef_[0].tolist(), strict=True))
    weights["bias"] = float(model.intercept_[0])
    weights["@threshold"] = threshold
    said = told >= threshold
    hits = int((said & right).sum())
    figures = f"{len(right):6d} examples, {int(right.sum()):5d} yes, threshold {threshold:.2f}, held-out precision "
    return Fitted(weights, figures + f"{hits / max(1, said.sum()):.3f} recall {hits / max(1, right.sum()):.3f}", unseen)


def _matrix(rows: list[list[str]]) -> tuple[list[str], Any]:
    """The features seen at least twice, sorted, and a sparse matrix of examples × features."""
    seen = Counter(f for features in rows for f in set(features))
    names = sorted(f for f, times in seen.items() if times >= 2)
    column = {f: k for k, f in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for features in rows:
        columns += sorted({column[f] for f in features if f in column})
        ends.append(len(columns))
    shape = (len(rows), len(names))
    indexes = (np.ones(len(columns)), np.array(columns, dtype=np.int32), np.array(ends, dtype=np.int32))
    return names, csr_matrix(indexes, shape=shape)


def _model(matrix: Any, answers: Any) -> LogisticRegression:
    model = LogisticRegression(C=0.6, solver="liblinear", max_iter=200, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(matrix, answers)
    return model


def _best_threshold(scores: Any, answers: Any, name: str) -> float:
    """The threshold with the best F1, not below the lowest for a choice of this name."""
    lowest = next((low for start, low in LOWEST.items() if name.startswith(start)), 0.0)
    best = (0.0, 0.5)
    for step in range(10, 90, 2):
        threshold = step / 100
        if threshold < lowest:
            continue
        said = scores >= threshold
        right = (said & answers).sum()
        f1 = 2 * right / max(1, said.sum() + answers.sum())
        best = max(best, (float(f1), threshold))
    return best[1]
