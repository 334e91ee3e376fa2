from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "tongban.foundation.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.crypto import indexed
        from tongban.foundation.files import checks

        indexed.declare_pinned("files.StoredFile", "digest", why="the content lies in the store under this name")
        checks.register()
