"""From the raw values of a network to labels, probabilities and predictions."""

import numpy as np
from scipy.special import expit, softmax


class Answers:
    """Answers of whatever has `raw_values`, a `task`, `classes` and `n_outputs`."""

    def predict(self, X):
        """Predict class labels, label indicators or regression values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels (indicators when multilabel), or the values of a regression.
        """
        return self.answers(self.raw_values(X))

    def answers(self, raw):
        """Return the predictions that go with raw values.

        Parameters
        ----------
        raw : ndarray of shape (n_samples, n_outputs)
            Raw values, of this network or of one that stands for it.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels (indicators when multilabel), or the values of a regression.
        """
        if self.task == "binary":
            return self.classes[(raw[:, 0] > 0.0).astype(int)]
        if self.task == "multiclass":
            return self.classes[raw.argmax(axis=1)]
        if self.task == "multilabel":
            return (raw > 0.0).astype(int)
        return raw[:, 0] if self.n_outputs == 1 else raw

    def predict_proba(self, X):
        """Predict the probability of every class (of every label when multilabel).

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The probabilities.
        """
        self.require_classes("predict_proba")
        return self.probabilities(self.raw_values(X))

    def probabilities(self, raw):
        """Return the probabilities that go with the logits of a classifier.

        Parameters
        ----------
        raw : ndarray of shape (n_samples, n_outputs)
            Logits, of this network or of one that stands for it.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The probabilities.
        """
        self.require_classes("probabilities")
        if self.task == "binary":
            return expit(np.hstack([-raw, raw]))
        return expit(raw) if self.task == "multilabel" else softmax(raw, axis=1)

    def require_classes(self, what):
        """Refuse a network without classes.

        Parameters
        ----------
        what : str
            What needs them, for the error.
        """
        if self.classes is None:
            raise ValueError(f"{what} needs a classifier, but the task here is regression.")
