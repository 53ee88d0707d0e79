"""Feature selectors: some of the columns, as they are."""

from sklearn.feature_selection import SelectorMixin

from skinterp.network._steps import Step, register_step

register_step(
    Step(
        "selector",
        (SelectorMixin,),
        affine=lambda step: step.get_support(indices=True),
        accepts="feature selectors",
    )
)
