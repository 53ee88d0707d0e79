"""Plots of plain numbers, one `*Display` per question.

A display stores the numbers it is given and draws them when `plot` is called, with matplotlib,
which is imported only then. It knows no estimator: `from_estimator`, where there is one, asks by
public attributes, so that any result of this package, or of another, can offer a plot. `Display`
and `PanelsDisplay` are the bases of new ones.
"""

from skinterp.display._boundary import BoundaryDisplay
from skinterp.display._concept_profiles import ConceptProfilesDisplay
from skinterp.display._contributions import ContributionsDisplay
from skinterp.display._coupling_graph import CouplingGraphDisplay
from skinterp.display._couplings import CouplingsDisplay
from skinterp.display._difference import DifferenceDisplay
from skinterp.display._display import Display, PanelsDisplay
from skinterp.display._embedding import EmbeddingDisplay
from skinterp.display._fidelity import FidelityComplexityDisplay
from skinterp.display._fields import FieldsDisplay
from skinterp.display._image_parts import ImagePartsDisplay
from skinterp.display._importance_table import ImportanceTableDisplay
from skinterp.display._importances import ImportancesDisplay
from skinterp.display._layers import LayersDisplay
from skinterp.display._link import LinkDisplay
from skinterp.display._logo import LogoDisplay
from skinterp.display._multiples import MultiplesDisplay
from skinterp.display._network import NetworkDisplay
from skinterp.display._network_sizes import NetworkSizesDisplay
from skinterp.display._oblique_tree import ObliqueTreeDisplay
from skinterp.display._pair import PairDisplay
from skinterp.display._pareto import ParetoFrontDisplay
from skinterp.display._patterns import PatternsDisplay
from skinterp.display._profile import ProfileDisplay
from skinterp.display._profiles import Panel, ProfilesDisplay
from skinterp.display._pruning import PruningPathDisplay
from skinterp.display._regions import RegionsDisplay
from skinterp.display._stability import RankStabilityDisplay
from skinterp.display._subsets import SubsetsDisplay
from skinterp.display._term_shares import TermSharesDisplay
from skinterp.display._unit import UnitDisplay
from skinterp.display._unit_gallery import UnitGalleryDisplay
from skinterp.display._variance_by_order import VarianceByOrderDisplay
from skinterp.display._weight_images import WeightImagesDisplay
from skinterp.display._weight_matrices import WeightMatricesDisplay

__all__ = [
    "BoundaryDisplay",
    "ConceptProfilesDisplay",
    "ContributionsDisplay",
    "CouplingGraphDisplay",
    "CouplingsDisplay",
    "DifferenceDisplay",
    "Display",
    "EmbeddingDisplay",
    "FidelityComplexityDisplay",
    "FieldsDisplay",
    "ImagePartsDisplay",
    "ImportanceTableDisplay",
    "ImportancesDisplay",
    "LayersDisplay",
    "LinkDisplay",
    "LogoDisplay",
    "MultiplesDisplay",
    "NetworkDisplay",
    "NetworkSizesDisplay",
    "ObliqueTreeDisplay",
    "PairDisplay",
    "Panel",
    "PanelsDisplay",
    "ParetoFrontDisplay",
    "PatternsDisplay",
    "ProfileDisplay",
    "ProfilesDisplay",
    "PruningPathDisplay",
    "RankStabilityDisplay",
    "RegionsDisplay",
    "SubsetsDisplay",
    "TermSharesDisplay",
    "UnitDisplay",
    "UnitGalleryDisplay",
    "VarianceByOrderDisplay",
    "WeightImagesDisplay",
    "WeightMatricesDisplay",
]
