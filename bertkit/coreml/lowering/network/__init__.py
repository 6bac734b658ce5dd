"""NeuralNetworks: `network.py` walks the layers, `parameters.py` reads them, the family modules hold the layers.

Importing a family registers its layers, so all of them are imported here.
"""

from __future__ import annotations

from bertkit.coreml.lowering.network import activation as activation
from bertkit.coreml.lowering.network import convolution as convolution
from bertkit.coreml.lowering.network import elementwise as elementwise
from bertkit.coreml.lowering.network import fill as fill
from bertkit.coreml.lowering.network import gather as gather
from bertkit.coreml.lowering.network import linear as linear
from bertkit.coreml.lowering.network import lstm as lstm
from bertkit.coreml.lowering.network import normalize as normalize
from bertkit.coreml.lowering.network import pooling as pooling
from bertkit.coreml.lowering.network import randomness as randomness
from bertkit.coreml.lowering.network import recurrent as recurrent
from bertkit.coreml.lowering.network import reduce as reduce
from bertkit.coreml.lowering.network import resample as resample
from bertkit.coreml.lowering.network import reshape as reshape
from bertkit.coreml.lowering.network import scatter as scatter
from bertkit.coreml.lowering.network import sizes as sizes
from bertkit.coreml.lowering.network import slicing as slicing
from bertkit.coreml.lowering.network import suppression as suppression
