"""ML Programs: `program.py` walks the blocks, `constants.py` reads values, the family modules hold the ops.

Importing a family registers its ops, so all of them are imported here.
"""

from __future__ import annotations

from bertkit.coreml.lowering.mil import activation as activation
from bertkit.coreml.lowering.mil import attention as attention
from bertkit.coreml.lowering.mil import chance as chance
from bertkit.coreml.lowering.mil import convolution as convolution
from bertkit.coreml.lowering.mil import deconvolution as deconvolution
from bertkit.coreml.lowering.mil import elementwise as elementwise
from bertkit.coreml.lowering.mil import fill as fill
from bertkit.coreml.lowering.mil import gather as gather
from bertkit.coreml.lowering.mil import linear as linear
from bertkit.coreml.lowering.mil import lists as lists
from bertkit.coreml.lowering.mil import normalize as normalize
from bertkit.coreml.lowering.mil import pool as pool
from bertkit.coreml.lowering.mil import quantize as quantize
from bertkit.coreml.lowering.mil import rearrange as rearrange
from bertkit.coreml.lowering.mil import recurrent as recurrent
from bertkit.coreml.lowering.mil import reduce as reduce
from bertkit.coreml.lowering.mil import resample as resample
from bertkit.coreml.lowering.mil import reshape as reshape
from bertkit.coreml.lowering.mil import resize as resize
from bertkit.coreml.lowering.mil import scatter as scatter
from bertkit.coreml.lowering.mil import sizes as sizes
from bertkit.coreml.lowering.mil import slicing as slicing
from bertkit.coreml.lowering.mil import states as states
from bertkit.coreml.lowering.mil import suppression as suppression
