from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

class CompressedManifestStaticFilesStorage(ManifestStaticFilesStorage):
    hashed_files: dict[str, str]
    def load_manifest(self) -> tuple[dict[str, str], str]: ...  # type: ignore[override]
