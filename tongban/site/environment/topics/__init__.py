"""All settings of the platform by topic. docs/settings.md is generated from these classes.

Each class is one topic: its docstring is the heading of a table, its fields are the rows.
"""

from tongban.site.environment.topics.city import BaseLibraries as BaseLibraries
from tongban.site.environment.topics.city import CityNames as CityNames
from tongban.site.environment.topics.keys import Keys as Keys
from tongban.site.environment.topics.signin import SigningIn as SigningIn
from tongban.site.environment.topics.start import Start as Start
from tongban.site.environment.topics.storage import Backups as Backups
from tongban.site.environment.topics.storage import Storage as Storage

TOPICS = (Start, CityNames, BaseLibraries, Keys, Storage, SigningIn, Backups)
