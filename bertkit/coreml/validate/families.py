"""Every file of rules; importing one registers its rules, so all of them are imported here."""

from __future__ import annotations

from bertkit.coreml.validate import linked as linked
from bertkit.coreml.validate import model as model
from bertkit.coreml.validate import neighbors as neighbors
from bertkit.coreml.validate import pipelines as pipelines
from bertkit.coreml.validate import version as version
from bertkit.coreml.validate.classic import linear as linear
from bertkit.coreml.validate.classic import opaque as opaque
from bertkit.coreml.validate.classic import recommender as recommender
from bertkit.coreml.validate.classic import support_vectors as support_vectors
from bertkit.coreml.validate.classic import suppression as suppression
from bertkit.coreml.validate.classic import transforms as transforms
from bertkit.coreml.validate.classic import trees as trees
from bertkit.coreml.validate.interface import arrays as arrays
from bertkit.coreml.validate.interface import classes as classes
from bertkit.coreml.validate.interface import functions as functions
from bertkit.coreml.validate.interface import names as names
from bertkit.coreml.validate.interface import optional as optional
from bertkit.coreml.validate.interface import types as types
from bertkit.coreml.validate.network import control_flow as control_flow
from bertkit.coreml.validate.network import graph as graph
from bertkit.coreml.validate.network import inputs as inputs
from bertkit.coreml.validate.network import parameters as parameters
from bertkit.coreml.validate.network import ranks as ranks
from bertkit.coreml.validate.network import weights as weights
from bertkit.coreml.validate.program import constants as constants
from bertkit.coreml.validate.program import interface as interface
from bertkit.coreml.validate.program import opsets as opsets
from bertkit.coreml.validate.program import values as values
from bertkit.coreml.validate.update import backpropagation as backpropagation
from bertkit.coreml.validate.update import layers as layers
from bertkit.coreml.validate.update import loss as loss
from bertkit.coreml.validate.update import optimizer as optimizer
from bertkit.coreml.validate.update import training_inputs as training_inputs
