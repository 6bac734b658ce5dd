"""A reader that learns from corrected answers, where it runs: corrections, the update, before and after, rollback."""

from __future__ import annotations

from bertkit.qa.personal.corrections import Correction, Corrections
from bertkit.qa.personal.personal import Personal
from bertkit.qa.personal.personalization import Personalization
from bertkit.qa.personal.report import Group, Item, Report

__all__ = ["Correction", "Corrections", "Group", "Item", "Personal", "Personalization", "Report"]
