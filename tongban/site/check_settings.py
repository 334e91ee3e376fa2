"""Settings for tools that only read the code and never open a database, such as the type checker."""

import hashlib
import os

from tongban.site.bootstrap import SECRET_NAMES

for _name in SECRET_NAMES:
    os.environ.setdefault(_name, hashlib.sha256(_name.encode()).hexdigest())
os.environ.setdefault("TONGBAN_OIDC_KEYS", os.devnull)
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")

from tongban.site.settings import *  # noqa: E402, F403
