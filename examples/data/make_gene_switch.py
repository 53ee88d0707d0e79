"""Simulate a gene switch: 15 measured quantities of a cell, and whether its gene is active.

Each row is one cell carrying one variant of a promoter. An activator protein binds the promoter
as a dimer (Hill exponent 2) with a dissociation constant that differs between variants, and an
inhibitor competes for the site. The truth, on the values as written in the file::

    switch = (activator_nM / activator_kd_nM)**2 / (1 + inhibitor_nM / 25)
    active = log(switch) + noise > 0        noise: Gaussian, standard deviation 0.06

so that a cell is active when the switch exceeds 1, apart from the 1-2 % of the cells (those close
to 1) which the noise carries over. The other twelve inputs decide nothing. Five of them follow
one that does: each protein's messenger RNA and its messenger's half-life, and the promoter's GC
content. Four follow the growth rate, which decides nothing either.

Run it to write ``gene_switch.csv`` beside this file::

    python examples/data/make_gene_switch.py
"""

from pathlib import Path

import numpy as np

PATH = Path(__file__).with_name("gene_switch.csv")
N_CELLS = 5000
SEED = 20240419
INHIBITION_CONSTANT = 25.0
NOISE = 0.06
DIGITS = {  # decimals written for each input, as an instrument would give them
    "activator_nM": 2,
    "inhibitor_nM": 2,
    "activator_kd_nM": 2,
    "activator_mrna_per_cell": 1,
    "activator_mrna_half_life_min": 2,
    "inhibitor_mrna_per_cell": 1,
    "inhibitor_mrna_half_life_min": 2,
    "promoter_gc_percent": 1,
    "growth_rate_per_h": 3,
    "ribosome_uM": 1,
    "atp_mM": 2,
    "cell_volume_fL": 3,
    "polymerase_nM": 1,
    "glucose_mM": 2,
    "temperature_C": 1,
}


def lognormal(rng, median, sigma):
    """Draw one positive quantity per cell with the given median and spread of its logarithm."""
    return median * np.exp(sigma * rng.standard_normal(N_CELLS))


def following(rng, quantity, median, share, sigma):
    """Draw a quantity whose logarithm has the given correlation with that of another."""
    log_quantity = np.log(quantity)
    z = (log_quantity - log_quantity.mean()) / log_quantity.std()
    own = rng.standard_normal(N_CELLS)
    return median * np.exp(sigma * (share * z + np.sqrt(1 - share**2) * own))


def simulate(rng):
    """Return the inputs by name, rounded to their digits."""
    activator = lognormal(rng, 50.0, 0.5)
    inhibitor = lognormal(rng, 20.0, 0.5)
    activator_kd = lognormal(rng, 40.0, 0.4)
    growth_rate = lognormal(rng, 0.9, 0.25)
    columns = {
        "activator_nM": activator,
        "inhibitor_nM": inhibitor,
        "activator_kd_nM": activator_kd,
        "activator_mrna_per_cell": following(rng, activator, 12.0, 0.7, 0.45),
        "activator_mrna_half_life_min": following(rng, activator, 5.0, 0.4, 0.3),
        "inhibitor_mrna_per_cell": following(rng, inhibitor, 6.0, 0.7, 0.45),
        "inhibitor_mrna_half_life_min": following(rng, inhibitor, 4.0, 0.4, 0.3),
        "promoter_gc_percent": following(rng, activator_kd, 47.0, -0.5, 0.12),
        "growth_rate_per_h": growth_rate,
        "ribosome_uM": following(rng, growth_rate, 32.0, 0.8, 0.3),
        "atp_mM": following(rng, growth_rate, 3.2, 0.5, 0.25),
        "cell_volume_fL": following(rng, growth_rate, 1.3, 0.6, 0.2),
        "polymerase_nM": following(rng, growth_rate, 110.0, 0.4, 0.35),
        "glucose_mM": lognormal(rng, 11.0, 0.6),
        "temperature_C": 37.0 + 0.8 * rng.standard_normal(N_CELLS),
    }
    return {name: np.round(values, DIGITS[name]) for name, values in columns.items()}


def switch(columns):
    """Return the quantity that decides, from the inputs by name."""
    activation = (columns["activator_nM"] / columns["activator_kd_nM"]) ** 2
    return activation / (1.0 + columns["inhibitor_nM"] / INHIBITION_CONSTANT)


def main(path=PATH):
    """Write the data set, the same one each time."""
    rng = np.random.RandomState(SEED)  # its stream never changes between versions of numpy
    columns = simulate(rng)
    noise = NOISE * rng.standard_normal(N_CELLS)
    active = np.log(switch(columns)) + noise > 0
    table = np.column_stack([*columns.values(), active])
    formats = [f"%.{DIGITS[name]}f" for name in columns] + ["%d"]
    header = ",".join([*columns, "active"])
    with open(path, "wb") as file:  # binary, so that line ends are the same everywhere
        np.savetxt(file, table, fmt=formats, delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
