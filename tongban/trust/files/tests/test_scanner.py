"""The malware scanner: a test clamd that speaks the real protocol, and what its answers mean for an upload."""

import socket
import struct
import threading

import pytest

from tongban.foundation.ids import new_id
from tongban.trust.files import queries, services
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import FileRefused
from tongban.trust.files.scanner import ScanFailed, Scanner, scanner_at
from tongban.trust.files.tests.samples import JPEG, PDF, pdf_with
from tongban.trust.ledger.testing import Someone

pytestmark = pytest.mark.req("H2")
ACTOR = Someone(str(new_id()))
EICAR = (
    b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
)  # split, so that no scanner mistakes this file for malware
VERSION = b"ClamAV 1.4.1/27512/Sun Jan  4 09:00:00 2026"


class Clamd:
    """Reads commands that end with a zero byte and answers as clamd does; `mode` makes it misbehave."""

    def __init__(self, path="", *, most=25 * 1024 * 1024, mode=""):
        self.most, self.mode, self.asked, self.sizes = most, mode, [], []
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(path)
            self.socket.listen()
        else:
            self.socket = socket.create_server(("127.0.0.1", 0))
            self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.socket.close()

    def _serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[line], daemon=True).start()

    def _answer(self, line):
        with line, line.makefile("rb") as read:
            command = b""
            while (byte := read.read(1)) not in {b"", b"\x00"}:
                command += byte
            self.asked.append(command)
            try:
                if command == b"zPING":
                    line.sendall(b"PONG\x00")
                elif command == b"zVERSION":
                    line.sendall(VERSION + b"\x00")
                elif command == b"zINSTREAM":
                    line.sendall(self._stream(read))
                else:
                    line.sendall(b"UNKNOWN COMMAND\x00")
            except OSError:
                pass

    def _stream(self, read):
        content = b""
        while True:
            (length,) = struct.unpack(">I", read.read(4))
            if not length:
                break
            content += read.read(length)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\x00"
        self.sizes.append(len(content))
        if self.mode == "silent":
            return b""
        if self.mode == "half":
            return b"stream: O"
        if self.mode == "error":
            return b"stream: Can't allocate memory ERROR\x00"
        if self.mode == "lie":
            return b"stream: NOT OK\x00"
        return b"stream: Eicar-Signature FOUND\x00" if EICAR in content else b"stream: OK\x00"


@pytest.fixture
def clamd(settings, tmp_path):
    made = []

    def start(**given):
        one = Clamd(**given)
        made.append(one)
        path = given.get("path")
        settings.FILE_SCANNER = scanner_at(f"unix:{path}" if path else f"tcp://127.0.0.1:{one.port}")
        settings.FILES_WITHOUT_SCAN = False
        return one

    yield start
    for one in made:
        one.close()


@pytest.mark.django_db
@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_a_clean_file_is_stored_with_the_name_of_its_scanner(clamd, tmp_path, over):
    one = clamd(**({"path": str(tmp_path / "clamd.ctl")} if over == "unix" else {}))
    stored = services.store(PDF, name="证明.pdf", actor=ACTOR)
    stored.refresh_from_db()
    assert stored.scanned_by == VERSION.decode()
    assert stored.scanned_at is not None
    assert one.sizes == [len(PDF)]
    assert queries.scanner_state() == queries.ScannerState(True, True, VERSION.decode(), True)


@pytest.mark.django_db
def test_eicar_is_refused_and_nothing_of_it_is_stored(clamd, place):
    clamd()
    for content in (pdf_with(b"<<>>stream\n" + EICAR + b"\nendstream"), pdf_with(b"% " + b"x" * 200_000 + EICAR)):
        with pytest.raises(FileRefused, match="病毒") as refused:
            services.store(content, name="证明.pdf", actor=ACTOR)
        assert (refused.value.code, refused.value.status) == ("file-infected", 422)
    assert not StoredFile.objects.exists()
    assert place.contents() == {}
    services.store(JPEG, name="照片.jpg", actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["silent", "half", "error", "lie", "too large", "nobody there"])
def test_nothing_is_accepted_without_an_answer_of_the_scanner(clamd, mode, settings, place):
    one = clamd(mode=mode, most=10 if mode == "too large" else 2**20)
    if mode == "nobody there":
        one.close()
    with pytest.raises(services.ScannerUnavailable, match="过几分钟再上传") as refused:
        services.store(PDF, name="证明.pdf", actor=ACTOR)
    assert refused.value.status == 503
    assert not StoredFile.objects.exists()
    assert place.contents() == {}
    settings.FILES_WITHOUT_SCAN = True
    stored = services.store(PDF, name="证明.pdf", actor=ACTOR)
    assert (stored.scanned_by, stored.scanned_at) == ("", None)
    assert not queries.scanner_state().required


def test_a_scan_beyond_the_scanners_size_limit_fails(clamd):
    one = clamd(most=1000)
    scanner = Scanner(host="127.0.0.1", port=one.port)
    with pytest.raises(ScanFailed):
        scanner.scan([b"x" * 100_000] * 50)
    assert scanner.scan([b"x"]) == ""


def test_a_scanner_that_never_answers_is_abandoned_in_time():
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(ScanFailed):
        Scanner(host="127.0.0.1", port=deaf.getsockname()[1], timeout=0.2).scan([b"x"])


@pytest.mark.django_db
def test_without_a_scanner_the_record_says_so(settings):
    settings.FILE_SCANNER = None
    assert services.store(PDF, name="证明.pdf", actor=ACTOR).scanned_by == ""
    assert queries.scanner_state() == queries.ScannerState(configured=False)


@pytest.mark.parametrize("text", ["localhost", "tcp://", "tcp://host", "unix:clamd.ctl", "http://host:1", "tcp://h:x"])
def test_a_setting_that_names_no_scanner_is_refused(text):
    with pytest.raises(ValueError, match="must look like"):
        scanner_at(text)
