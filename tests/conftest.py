from __future__ import annotations

import os

from hypothesis import settings

# How long an example takes says more of the machine than of the code. The checks of a change try the same examples each
# time, so that a change is not refused for what was wrong before it; everyone's own runs try new ones.
settings.register_profile("project", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("project")
