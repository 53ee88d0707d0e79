"""Every display, for tables of many shapes: names, numbers of inputs, of classes and of rows."""

from itertools import pairwise

import numpy as np
from scipy.cluster.hierarchy import linkage

from skinterp import display as shown

WRITINGS = {
    "short": ("x{}", "c{}"),
    "long": ("an input of thirty letters, {:02d}", "the class whose name is long, {}"),
    "one word": ("Sensor_reading_of_channel_W{:03d}", "Misclassified_Specimen_{}"),
    "odd": ("cost_$ {{a}}^{} <b>", "$\\frac{{{}}}{{2}}$ & more"),
}
SQUARES = [[[0, 0], [1, 0], [1, 1], [0, 1]], [[0, 1], [1, 1], [1, 2], [0, 2]]]


def symmetric(rng, n):
    values = np.abs(rng.normal(size=(n, n)))
    return values + values.T


def planes(rng, names, classes, n_rows):
    """Yield displays of two inputs."""
    k, x, points = len(classes), np.linspace(0, 1, 9), rng.random((n_rows, 2))
    grid, axes = np.add.outer(x, x), (names[0], names[-1])
    cuts = np.linspace(0, 2, k + 1)[1:-1]
    answers = np.digitize(grid, cuts), np.digitize(grid.T**1.2, cuts)
    held = "held: " + ", ".join(f"{name} = 0.123" for name in names)
    about = {"names": axes, "points": points, "note": held}
    yield "classes", shown.BoundaryDisplay(x, x, *answers, classes=classes, **about)
    rows = {"labels": np.resize(classes, n_rows), "classes": classes}
    yield "rows of classes", shown.BoundaryDisplay(x, x, answers[0], **about, **rows)
    shaded = about | {"labels": 2e4 * points[:, 0], "value_name": f"margin of {names[0]}"}
    yield "values", shown.BoundaryDisplay(x, x, 1e4 * grid, 1e4 * grid.T**1.2, **shaded)
    bands = np.add.outer(np.arange(k), [-0.499, 0.499]).ravel()
    flat = np.add.outer(x, bands)
    across, along = (tuple(classes), None), (None, tuple(classes))
    yield "levels across", shown.BoundaryDisplay(bands, x, flat, names=axes, ticks=across)
    yield "levels along", shown.BoundaryDisplay(x, bands, flat.T, names=axes, ticks=along)
    classed = {"classes": classes, "points": points, "labels": [classes[-1]] * n_rows}
    boundary = [[[0, 1], [1, 1]]]
    yield "regions", shown.RegionsDisplay(SQUARES, [0, k - 1], boundary, names=axes, **classed)
    shaded |= {"boundary_name": f"{names[0]} = 0.123"}
    yield "region values", shown.RegionsDisplay(SQUARES, [0.3, -2e4], boundary, **shaded)
    yield (
        "difference",
        shown.DifferenceDisplay(
            *points.T, points[:, 0] > 0.5, names=axes, region=((0.5, np.inf), (-np.inf, np.inf)),
            experiment=(0.5, 0.5), title=f"{' + '.join(names)} > 0\n{'*'.join(names[:3])} > 1",
        ),
    )  # fmt: skip


def inputs(rng, names, classes, n_rows):
    """Yield displays with a mark per input."""
    n, k = len(names), len(classes)
    by_class = {name: rng.normal(size=n) for name in classes}
    positive = {name: np.abs(values) for name, values in by_class.items()}
    ranks = 1 + rng.random((k, n)) * (n - 1)
    yield "contributions", shown.ContributionsDisplay(by_class, names)
    yield "one contribution", shown.ContributionsDisplay({classes[0]: rng.normal(size=n)}, names)
    yield "importances", shown.ImportancesDisplay(positive, names)
    yield "importance table", shown.ImportanceTableDisplay(positive, names)
    yield (
        "stability",
        shown.RankStabilityDisplay(classes, ranks, [ranks - 0.5, ranks + 0.5], names),
    )
    rows, of = rng.normal(size=n_rows), np.array(classes)[np.arange(n_rows) % k]
    weights = rng.normal(size=n)
    yield "unit by class", shown.UnitDisplay(weights, names, rows, of, name=f"unit of {names[0]}")
    yield "unit", shown.UnitDisplay(weights, names, rows)
    yield "images", shown.WeightImagesDisplay(rng.normal(size=(n, 4, 5)), names)
    own = {"shared_scale": False, "name": classes[0]}
    yield "class images", shown.WeightImagesDisplay(rng.normal(size=(k, 4, 5)), classes, **own)
    if n > 1:
        tree, explained = linkage(rng.normal(size=(n, 3))), (0.5, 0.25)
        places = rng.normal(size=(n, 2))
        yield "embedding", shown.EmbeddingDisplay(places, tree, names, explained=explained)
        others = {"trainings": places + [[[0.1]], [[-0.1]]], "lengths": np.arange(n)}
        yield "trainings", shown.EmbeddingDisplay(places, tree, names, **others)


def layers(rng, names, classes, n_rows):
    """Yield displays of units, layers and weights."""
    n, k = len(names), len(classes)
    few, of = names[:8], np.array(classes)[np.arange(n_rows) % k]
    maps = {name: rng.normal(size=(4, 5)) for name in few}
    image, about = (
        {f"image, {classes[-1]}": rng.random((4, 5))},
        {"title": f"logit of {classes[0]}"},
    )
    yield "image parts", shown.ImagePartsDisplay(image, maps, rng.normal(size=len(few)), **about)
    weights, rows = rng.normal(size=(2, 4, 5)), rng.random((2, 3, 4, 5))
    gallery = {"names": [names[0], names[-1]], "row_names": [[f"row 1234: {1e-9}"] * 3] * 2}
    activations = rng.normal(size=(2, n_rows))
    yield "gallery", shown.UnitGalleryDisplay(weights, rows, activations, of, **gallery, **about)
    yield "gallery without classes", shown.UnitGalleryDisplay(weights, rows, activations)
    accuracy = {"least": 0.85, "name": "accuracy, held-out rows"}
    sizes = [1, 2, 4], [0.5, 0.9, 0.91], [0.02] * 3
    yield "network sizes", shown.NetworkSizesDisplay(*sizes, 1, **accuracy)
    names_of = ["input", *(f"hidden layer {i}" for i in range(n)), "output"][: n + 1]
    measures = {"separation, rows given to it": rng.random(len(names_of))}
    measures["accuracy of a linear probe, held-out rows"] = rng.random(len(names_of))
    yield "layers", shown.LayersDisplay(measures, names_of, **about)
    over = {key: rng.random((3, len(names_of))) for key in measures}
    yield "layers by epoch", shown.LayersDisplay(over, names_of, epochs=[1, 5, 50])
    matrices = [rng.normal(size=(n, 3)), rng.normal(size=(3, k))]
    of_layers = [names, ["unit 0", "unit 11", "unit 2"], classes]
    titles = {"titles": ["into hidden layer 0, per deviation", "into the output"], **about}
    yield "matrices", shown.WeightMatricesDisplay(matrices, of_layers, **titles)
    changes = {f"fewest: {c}": rng.normal(size=n) for c in classes}
    title = f"what would change the answer {classes[0]}"
    yield "changes", shown.ContributionsDisplay(changes, names, title=title)


def networks(rng, names, classes, n_rows):
    """Yield displays of networks."""
    sizes = [len(names), 4, 3, len(classes)]
    layers = [rng.normal(size=shape) for shape in pairwise(sizes)]
    layers[1][0] = 0.0
    yield "network", shown.NetworkDisplay(layers, names, classes, note="weight")
    yield "linear network", shown.NetworkDisplay(layers[:1], names, ["h", "i", "j", "k"])


def curves(rng, names, classes, n_rows):
    """Yield displays of curves and fronts."""
    n, k = len(names), len(classes)
    grids = np.cumsum(1e3 * rng.random((n, 8)), axis=1)
    shares, formulas = rng.dirichlet(np.ones(n)), [f"0.5*sin({name}**2)" for name in names]
    about = {"name": f"concept of {classes[-1]}"}
    parts = grids, np.sin(grids), np.cos(grids), names, formulas, shares
    yield "concept", shown.ConceptProfilesDisplay(*parts, **about)
    bundles = rng.normal(size=(n, 3, 8))
    yield "profile", shown.ProfileDisplay(grids, bundles, [0.1, 0.5, 0.9], names, name=classes[-1])
    odd = np.array([1e-15 * grids[0], 1e6 + 1e-7 * grids[-1]])[:n], bundles[:2], [0.1, 0.9]
    odd = shown.ProfileDisplay(*odd, names[:2], title=classes[0])
    yield "profile of tiny and far numbers", odd
    units = {"units": {names[0]: "mg/l $", names[-1]: "a unit of thirty letters, long"}}
    yield (
        "profile with units",
        shown.ProfileDisplay(grids, bundles, [0.1, 0.5, 0.9], names, **units),
    )
    width, outputs = np.ones((k, 8)), tuple(classes)
    panels = [
        shown.Panel((name,), (grid,), rng.normal(size=(k, 8)), width, outputs)
        for name, grid in zip(names, grids)
    ]
    pair = shown.Panel((names[0], names[-1]), (grids[0], grids[-1]), rng.normal(size=(8, 8)))
    levels = shown.Panel(
        (names[0],), (outputs,), rng.normal(size=(k, k)), np.ones((k, k)), outputs
    )
    yield "profiles", shown.ProfilesDisplay([*panels[:6], pair, levels], name="each score")
    value, formula = rng.normal(size=n_rows), " + ".join(names) + " > 0.5"
    logit = f"Logit of {classes[-1]} by the network"
    link = {"threshold": 0.5, "formula": formula, "output_name": logit}
    yield "link", shown.LinkDisplay(value, value**3, **link)
    links = [shown.LinkDisplay(value, (k + 1) * value**3, formula=formula) for k in range(k)]
    yield "multiples", shown.MultiplesDisplay(links, classes)
    yield "link of ratios", shown.LinkDisplay(np.exp(3 * value), value**3, threshold=0.5)
    front = {"chosen": 1, "tied": [2], "expression": f"{classes[0]} if {formula}"}
    front["tied_expressions"] = [f"{name} > 0.5" for name in names]
    yield "front", shown.ParetoFrontDisplay([1, 3, 7], [0.5, 0.1, 0.09], **front)
    atoms, agreement = 10 ** (3 * rng.random(n)), rng.random(n)
    forest = {"references": {f"forest, {name}": 0.5 for name in classes}}
    yield "fidelity", shown.FidelityComplexityDisplay(names, atoms, agreement, **forest)
    path = [1000, 100, 10, 1], [1, 0.9, 0.8, 0.5], [1, 0.9, 0.7, 0.4], [0.9, 0.9, 0.8, 0.3]
    yield "pruning", shown.PruningPathDisplay(*path, target_fidelity=0.9, selected=1)
    means = {name: rng.random(n) for name in classes}
    tested = {"p_values": rng.random(n), **about}
    yield "subsets with tests", shown.SubsetsDisplay(range(1, n + 1), means, means, **tested)
    yield "subsets", shown.SubsetsDisplay(range(1, n + 1), means, means, reference=0.5)


def trees(rng, names, classes, n_rows):
    """Yield trees, whole, cut and of one leaf."""
    left = [1, 2, 3, -1, -1, 6, -1, -1, 9, 10, -1, -1, 13, -1, -1]
    right = [8, 5, 4, -1, -1, 7, -1, -1, 12, 11, -1, -1, 14, -1, -1]
    texts = [
        f"{names[i % len(names)]} > 0.123" if child >= 0 else classes[i % len(classes)]
        for i, child in enumerate(left)
    ]
    groups = [i % len(classes) for i in range(15)]
    yield "tree", shown.ObliqueTreeDisplay(left, right, texts, groups=groups, title=classes[0])
    yield "cut tree", shown.ObliqueTreeDisplay(left, right, texts, max_depth=1)
    yield "leaf", shown.ObliqueTreeDisplay([-1], [-1], classes[:1], title=classes[0])


def categories(rng, names, classes, n_rows):
    """Yield displays of expansions over categories."""
    n, pair = len(names), (names[0], names[-1])
    equal, uneven = [classes] * n, [[*classes, "rare"][: 1 + i % 3] for i in range(n)]
    of = {"name": f"field, {classes[-1]}"}
    yield "fields", shown.FieldsDisplay(rng.normal(size=(n, len(classes))), names, equal, **of)
    fields = [rng.normal(size=len(levels)) for levels in uneven]
    yield "uneven fields", shown.FieldsDisplay(fields, names, uneven, **of)
    couplings = rng.normal(size=(len(classes), 3))
    levels, of = (classes, ["a", "b", names[0]]), {"name": f"coupling, {classes[-1]}"}
    yield "pair", shown.PairDisplay(couplings, pair, levels, **of)
    letters = ["ACGT", "AC", "".join("WXYZ"[: len(classes)])]
    heights = [rng.normal(size=len(letters[i % 3])) for i in range(n)]
    yield "logo", shown.LogoDisplay(heights, names, [letters[i % 3] for i in range(n)], **of)
    table = rng.dirichlet(np.ones(3 * n), len(classes))
    yield "term shares", shown.TermSharesDisplay(table, 3 * names, classes)
    yield "variance", shown.VarianceByOrderDisplay(rng.dirichlet(np.ones(n)))
    yield "rest of the variance", shown.VarianceByOrderDisplay(0.4 * shares(rng, n), total=1.0)
    patterns, values = [f"{name}=red, {pair[1]}=green" for name in names], rng.normal(size=n)
    about = {"network_value": 1.0, "output": classes[-1]}
    yield "patterns", shown.PatternsDisplay(patterns, values, **about)
    if n > 1:
        yield "couplings", shown.CouplingsDisplay(symmetric(rng, n), names)
        yield "corrected", shown.CouplingsDisplay(symmetric(rng, n), names, corrected=True)
        yield "graph", shown.CouplingGraphDisplay(symmetric(rng, n), names)


def shares(rng, n):
    return rng.dirichlet(np.ones(n))


def all_displays(writing="short", n_inputs=2, n_classes=2, n_rows=20):
    """Return every display by name, for a table of this shape."""
    rng = np.random.default_rng(n_inputs)
    name, label = WRITINGS[writing]
    names = [name.format(i) for i in range(n_inputs)]
    classes = [label.format(i) for i in range(n_classes)]
    groups = (planes, inputs, networks, curves, trees, categories, layers)
    return {key: d for group in groups for key, d in group(rng, names, classes, n_rows)}
