"""Figures of the classifier that the face networks are measured with."""

import torch
from torch import Tensor, nn

from train.datasets.files import Split
from train.measures import classifier
from train.measures.statistics import Results, Statistic


def face_attributes(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Means over the 40 attributes. balanced_accuracy is the mean of the accuracies on faces with
    and without the attribute; auc is the area under the receiver operating characteristic."""
    truth = test[1].flatten(1).double()

    def figures(logits: Tensor) -> dict[str, Statistic]:
        right = ((logits > 0) == (truth > 0)).double()
        return {
            "accuracy": right.mean(1),
            "balanced_accuracy": lambda rows: balanced_accuracy(right[rows], truth[rows]),
            "auc": lambda rows: auc(logits[rows], truth[rows]),
        }

    results = {"network": figures(classifier.apply(network, test[0]))}
    if train is not None:
        majority = train[1].flatten(1).double().mean(0).sub(0.5)
        results["what most training faces are"] = figures(majority.expand_as(truth))
    return results


def balanced_accuracy(right: Tensor, truth: Tensor) -> float:
    """Both (N, A); attributes that all faces have, or none, are left out."""
    present, absent = ((right * mask).sum(0) / mask.sum(0) for mask in (truth, 1 - truth))
    return ((present + absent) / 2).nanmean().item()


def auc(logits: Tensor, truth: Tensor) -> float:
    """Both (N, A). From the rank sum (Mann & Whitney 1947), equal logits sharing their ranks;
    attributes that all faces have, or none, are left out."""
    ordered, logits = logits.T.sort(1).values, logits.T.contiguous()
    below, upto = (torch.searchsorted(ordered, logits, right=right) for right in (False, True))
    ranks = (below + upto + 1).T / 2
    present = truth.sum(0)
    pairs = present * (len(truth) - present)
    return (((ranks * truth).sum(0) - present * (present + 1) / 2) / pairs).nanmean().item()
