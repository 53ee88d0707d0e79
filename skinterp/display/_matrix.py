"""Matrices of colours: their cells, and texts in these."""


def draw_matrix(ax, values, bar, **colours):
    """Draw a cell per number, without a frame, and a colour bar with these options."""
    image = ax.imshow(values, **colours)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax.figure.colorbar(image, ax=ax, **bar)


def label_columns(ax, names, longest):
    """Write the names of the columns, upright where one has more letters than `longest`."""
    ax.set_xticks(range(len(names)), names, rotation=90 if max(map(len, names)) > longest else 0)


def write_in_cell(ax, row, column, text, is_dark, size="small"):
    """Write a text into a cell, legible on its colour."""
    color = "white" if is_dark else "black"
    ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
