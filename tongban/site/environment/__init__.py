"""Everything that the platform takes from its environment: declared, typed and checked in one place."""

from tongban.site.environment.model import Environment as Environment
from tongban.site.environment.model import WrongSettings as WrongSettings
