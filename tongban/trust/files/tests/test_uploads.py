"""Files in forms are encrypted on arrival, read back in pieces, accepted up to the limit, and not kept for long."""

import gc
import io

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.test import RequestFactory

from tongban.trust.files import services, stores
from tongban.trust.files.rules import MAX_FILE_BYTES, FileRefused
from tongban.trust.files.tests.samples import PDF
from tongban.trust.files.tests.test_files import ACTOR, LONG
from tongban.trust.files.uploads import MAX_FORM_BYTES, SealedUpload

BIG = PDF[:-7] + b"\n%" + b"filling " * (1024 * 1024) + b"\n%%EOF\n"
"""More than Django would keep in memory."""


class Breaking(io.BytesIO):
    """A connection that breaks after its bytes have been read."""

    def read(self, size=-1):
        piece = super().read(size)
        if not piece:
            raise UnreadablePostError("connection lost")
        return piece


def uploaded(**contents: bytes) -> HttpRequest:
    return RequestFactory().post("/", {name: SimpleUploadedFile(f"{name}.pdf", c) for name, c in contents.items()})


@pytest.mark.req("D6")
@pytest.mark.django_db
def test_no_plain_text_reaches_the_disk(folder):
    request = uploaded(paper=LONG)
    assert isinstance(request.FILES["paper"], SealedUpload)
    (path,) = stores.workplace().iterdir()
    lying = path.read_bytes()
    assert len(lying) > len(LONG)
    assert b"0123456789abcdef" not in lying
    assert LONG[:16] not in lying
    request.close()
    assert list(stores.workplace().iterdir()) == []


def test_an_oversized_form_is_refused_before_it_is_read(folder):
    request = RequestFactory().post("/", {"paper": SimpleUploadedFile("a.pdf", PDF)}, CONTENT_LENGTH=MAX_FORM_BYTES + 1)
    with pytest.raises(RequestDataTooBig):
        assert request.FILES
    assert list(stores.workplace().iterdir()) == []


@pytest.mark.django_db
def test_an_upload_is_read_back_as_it_was_sent(folder):
    file = uploaded(paper=LONG).FILES["paper"]
    assert (file.name, file.size) == ("paper.pdf", len(LONG))
    assert file.read(5) == LONG[:5]
    assert file.read(300_000) == LONG[5:300_005]
    assert file.read() == LONG[300_005:]
    assert file.read(1) == b""
    assert file.seek(7) == 7
    assert file.read(3) == LONG[7:10]
    assert b"".join(file.chunks()) == LONG
    with pytest.raises(OSError, match="start only"):
        file.seek(0, io.SEEK_END)
    file.close()


@pytest.mark.django_db
def test_an_upload_of_several_megabytes_is_stored_without_a_second_encryption(place):
    request = uploaded(paper=BIG)
    stored = services.store(request.FILES["paper"], name="paper.pdf", actor=ACTOR)
    request.close()
    assert stored.size == len(BIG)
    assert services.read(stored.id) == BIG


@pytest.mark.django_db
def test_an_upload_beyond_the_limit_is_refused_by_its_real_size_and_not_kept(folder):
    request = uploaded(paper=bytes(MAX_FILE_BYTES + 3 * 1024 * 1024))
    assert request.FILES["paper"].size == MAX_FILE_BYTES + 3 * 1024 * 1024
    (path,) = stores.workplace().iterdir()
    assert path.stat().st_size < MAX_FILE_BYTES + 1024 * 1024
    with pytest.raises(FileRefused, match=r"13\.0 MB，超过 10 MB"):
        services.store(request.FILES["paper"], name="a.pdf", actor=ACTOR)
    request.close()
    assert list(stores.workplace().iterdir()) == []


@pytest.mark.django_db
def test_an_empty_file_is_reported(folder):
    request = uploaded(paper=b"")
    with pytest.raises(FileRefused, match="空的"):
        services.store(request.FILES["paper"], name="a.pdf", actor=ACTOR)
    request.close()


def test_an_interrupted_form_leaves_nothing_behind(folder):
    whole = RequestFactory().post("/", {"paper": SimpleUploadedFile("a.pdf", LONG)})
    body, content_type = whole.body, whole.META["CONTENT_TYPE"]
    cut = RequestFactory().generic("POST", "/", body[:-200_000], content_type=content_type)
    assert list(cut.FILES) == []
    cut.close()
    broken = RequestFactory().generic("POST", "/", body[:1], content_type=content_type)
    broken.META["CONTENT_LENGTH"] = str(len(body))
    broken._stream = Breaking(body[:400_000])
    with pytest.raises(UnreadablePostError):
        _ = broken.FILES
    del cut, broken
    gc.collect()
    assert list(stores.workplace().iterdir()) == []
