"""What exact trees, regions and slices stand on: a network as affine pieces.

`PiecewiseLinear` is a network as layers that bend at zero; a pattern says which units are on, and
on the region of a pattern the network is one affine function. Regions are found by cutting a box
into polytopes, unit after unit.
"""
