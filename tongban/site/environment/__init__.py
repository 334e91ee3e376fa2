"""All environment variables of the platform: declared, typed and validated in one place."""

from tongban.site.environment.model import Environment as Environment
from tongban.site.environment.model import WrongSettings as WrongSettings
