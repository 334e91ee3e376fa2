from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "tongban.trust.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.trust.crypto import indexed
        from tongban.trust.files import checks

        indexed.declare_pinned("files.StoredFile", "digest", why="the content lies in the store under this name")
        checks.register()
