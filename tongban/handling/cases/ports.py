"""The slot of this room."""

from tongban.foundation.ui.slots import Slot

on_application = Slot("the page of an application")
"""`provide(request, application)` returns cards: `title`, `note`, `text`, `action`, `href`."""
