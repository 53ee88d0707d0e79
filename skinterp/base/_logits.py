"""What classifiers answer that compute logits themselves."""


class LogitsMixin:
    """Answers of classifiers from logits: `decision_function` and `predict_proba`.

    Put it in front of `ClassifierSurrogate`; the class computes ``_raw_values(rows)``, the logits
    (n_samples, n_outputs) of checked rows, one column if there are two classes.
    """

    def decision_function(self, X):
        """Return the logits.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The logit of the second class if there are two, else one per class.
        """
        raw = self._raw_values(self._rows(X))
        return raw[:, 0] if self.network_.task == "binary" else raw

    def predict(self, X):
        """Classify by the logits, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels; with more than two classes that of the largest logit.
        """
        rows = self._rows(X)
        return self.network_.answers(self._raw_values(rows))

    def predict_proba(self, X):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        rows = self._rows(X)
        return self.network_.probabilities(self._raw_values(rows))
