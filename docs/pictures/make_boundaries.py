"""Draw the picture of the README and of the documentation's first page.

It shows the network and the equation of the README's ten lines over two inputs. To draw it again,
at the root of the repository::

    python docs/pictures/make_boundaries.py
"""

import io
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import SymbolicSurrogateClassifier, fidelity_score

HERE = Path(__file__).parent
PATH = HERE / "boundaries.png"
TABLE = HERE.parents[1] / "examples" / "data" / "gene_switch.csv"
ACROSS, UP, HELD = "inhibitor_nM", "activator_nM", "activator_kd_nM"
COLORS = ("#3b7cb8", "#e08214")  # off, on: told apart by colour-blind readers, too
TINTS = ("#d6e6f2", "#fbe3c6")


def fitted():
    """Return network, equation, all inputs and classes, and which rows are held out."""
    data = pd.read_csv(TABLE)
    X, y = data.drop(columns="active"), data["active"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    mlp = make_pipeline(StandardScaler(), MLPClassifier((60, 60), max_iter=500, random_state=0))
    mlp.fit(X_train, y_train)
    symbolic = SymbolicSurrogateClassifier(network=mlp, random_state=0).fit(X_train, y_train)
    return mlp, symbolic, X_test, y_test


def plane(X, n=240):
    """Return a grid over two inputs, the others held at their medians."""
    ends = [(0.0, X[name].quantile(0.985)) for name in (ACROSS, UP)]
    across, up = np.meshgrid(*(np.linspace(low, high, n) for low, high in ends))
    rows = pd.DataFrame(np.tile(X.median(), (n * n, 1)), columns=X.columns)
    rows[ACROSS], rows[UP] = across.ravel(), up.ravel()
    return across, up, rows


def draw(ax, model, X, y, title):
    """Draw where a model answers which class, and the rows near the plane."""
    across, up, rows = plane(X)
    answers = model.predict(rows).reshape(across.shape).astype(float)
    ax.contourf(across, up, answers, levels=[-0.5, 0.5, 1.5], colors=TINTS)
    ax.contour(across, up, answers, levels=[0.5], colors="black", linewidths=1.4)
    near = (X[HELD] / X[HELD].median()).between(0.85, 1.18)
    for label, color, marker in zip((0, 1), COLORS, "ov"):
        shown = X[near & (y == label)]
        ax.plot(shown[ACROSS], shown[UP], marker, ms=4, color=color, mec="white", mew=0.4)
    ax.set(title=title, xlabel="inhibitor (nM)", xlim=(0, across.max()), ylim=(0, up.max()))
    ax.spines[["top", "right"]].set_visible(False)


def typeset(equation):
    """Return an equation for matplotlib, with names short enough for a picture."""
    text = equation.to_latex().replace(r"activator\_kd\_nM", "kd").replace(r"\_nM", "")
    return f"${text}$"


def label(ax, across, up, text, back, color, **options):
    """Write a text over what is drawn."""
    box = {"facecolor": back, "edgecolor": "none", "pad": 2}
    ax.text(across, up, text, color=color, bbox=box, transform=ax.transAxes, ha="right", **options)


def main(path=PATH):
    """Write the picture."""
    mlp, symbolic, X, y = fitted()
    matplotlib.rcParams.update({"font.size": 9, "axes.titlesize": 10})
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.1), sharey=True, layout="constrained")
    n_weights = sum(w.size for w in mlp[-1].coefs_ + mlp[-1].intercepts_)
    draw(axes[0], mlp, X, y, f"the network: {n_weights:,} weights, {mlp.score(X, y):.1%} right*")
    right = symbolic.score(X, y)
    draw(axes[1], symbolic, X, y, f"the equation: {right:.1%} right*")
    label(axes[1], 0.96, 0.83, typeset(symbolic.equation_), TINTS[1], "black", fontsize=13)
    label(axes[0], 0.97, 0.9, "active", TINTS[1], "#a85c00")
    label(axes[0], 0.97, 0.05, "inactive", TINTS[0], COLORS[0])
    axes[0].set_ylabel("activator (nM)")
    note = "*of held-out rows; drawn are those near the plane"
    figure.supxlabel(note, fontsize=7, x=0.99, ha="right")
    with io.BytesIO() as drawn:
        figure.savefig(drawn, dpi=110)
        Image.open(drawn).convert("RGB").quantize(96).save(path, optimize=True)
    sys.stdout.write(f"{path}: fidelity {fidelity_score(symbolic, X):.3f}\n")


if __name__ == "__main__":
    main()
