"""Write five tables of different kinds, and the command line's report on each.

Run it as ``python tests/browser/make_reports.py FOLDER [NAME ...]``.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit


def clinic(rng, n=600):
    """Two classes; categories, yes/no and gaps."""
    site = rng.choice(["north", "south", "harbour", "campus"], n)
    sex = rng.choice(["female", "male"], n)
    dose, weight = rng.gamma(4, 30, n), rng.normal(72, 12, n)
    age = rng.integers(18, 90, n).astype(float)
    smoker = np.where(rng.uniform(size=n) < 0.3, "yes", "no")
    score = 2.5 * (dose / weight - 1.6) + 1.2 * (site == "harbour") + 0.8 * (smoker == "yes")
    relapse = np.where(rng.uniform(size=n) < expit(-3 * score), "relapse", "remission")
    dose[rng.uniform(size=n) < 0.05] = np.nan
    columns = {"dose_mg": dose.round(1), "weight_kg": weight.round(1), "age_years": age}
    columns |= {"site": site, "sex": sex, "smoker": smoker, "outcome": relapse}
    return pd.DataFrame(columns), "outcome"


def flowers(rng, n=360):
    """Three classes of correlated lengths."""
    kind = rng.integers(3, size=n)
    size = rng.normal(size=n)
    width = np.array([0.3, 1.3, 2.0])[kind] + 0.12 * size + 0.15 * rng.normal(size=n)
    length = np.array([1.5, 4.3, 5.5])[kind] + 0.35 * size + 0.2 * rng.normal(size=n)
    sepal = 5.8 + 0.5 * kind + 0.3 * size + 0.3 * rng.normal(size=n)
    columns = {"petal length (cm)": length.round(2), "petal width (cm)": width.round(2)}
    columns |= {"sepal length (cm)": sepal.round(2), "day": rng.integers(1, 30, n)}
    return pd.DataFrame(columns).assign(species=np.array(["setosa", "lyrata", "alba"])[kind]), (
        "species"
    )


def pipes(rng, n=500):
    """Regression: a pressure drop, of inputs with far different units."""
    flow, diameter = rng.uniform(0.2, 3, n), rng.uniform(0.05, 0.3, n)
    length, roughness = rng.uniform(10, 300, n), rng.lognormal(-10, 0.7, n)
    drop = 9 * length * flow**2 / (1000 * diameter) * np.exp(0.05 * rng.normal(size=n))
    columns = {"flow_m_per_s": flow, "diameter_m": diameter, "length_m": length}
    columns |= {"roughness_m": roughness, "inspector": rng.choice(["A. B.", "C. D.", "E. F."], n)}
    return pd.DataFrame(columns).assign(pressure_drop_kPa=drop), "pressure_drop_kPa"


def assay(rng, n=400, n_columns=60):
    """Two classes by two of sixty columns with names of more than thirty letters."""
    kinds = ["median_fluorescence_of_the_marker", "integrated_area_under_the_response"]
    names = [f"{kinds[j % 2]}_{j + 1:02d}_(a.u.)" for j in range(n_columns)]
    X = rng.normal(size=(n, n_columns))
    X[:, 5] = X[:, 3] + 0.3 * rng.normal(size=n)
    active = expit(5 * (X[:, 3] + X[:, 10])) > rng.uniform(size=n)
    table = pd.DataFrame(X.round(3), columns=names)
    return table.assign(response_of_the_cell_line=np.where(active, "responds", "does not")), (
        "response_of_the_cell_line"
    )


def faults(rng, n=500, n_rare=12):
    """Twelve rows of a rare class."""
    heat, vibration = rng.normal(60, 8, n), rng.lognormal(0, 0.4, n)
    hours = rng.uniform(0, 5000, n)
    risk = (heat - 60) / 8 + 2 * np.log(vibration) + 0.3 * rng.normal(size=n)
    faulty = np.isin(np.arange(n), np.argsort(-risk)[:n_rare])
    columns = {"temperature_C": heat.round(1), "vibration_mm_per_s": vibration.round(3)}
    columns |= {"operating_hours": hours.round(), "fault": np.where(faulty, "yes", "no")}
    return pd.DataFrame(columns), "fault"


TABLES = {make.__name__: make for make in (clinic, flowers, pipes, assay, faults)}


def main(folder, *names):
    """Write tables and reports of these names, by default all, into a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or TABLES:
        table, target = TABLES[name](np.random.default_rng(0))
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False)
        call = [sys.executable, "-m", "skinterp", "explain", str(path), "--target", target, "-q"]
        call += ["--importances", "--report", str(path.with_suffix(".html"))]
        with path.with_suffix(".txt").open("w", encoding="utf-8") as printed:
            subprocess.run(call, check=True, stdout=printed)
        sys.stderr.write(f"{path.with_suffix('.html')}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
