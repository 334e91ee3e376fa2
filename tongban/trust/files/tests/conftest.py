"""Both stores: each test that uses `place` runs with a folder and with its own S3 server on the loopback."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tongban.trust.files import stores
from tongban.trust.files.stores.place import place_of

KEYS = {"TONGBAN_FILE_STORE_KEY": "somebody", "TONGBAN_FILE_STORE_SECRET": "a secret of the tests"}


@pytest.fixture(scope="session")
def s3_server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server, settings, request):
    """Use a new bucket as the store; return boto3's view of it."""
    name = f"files-{abs(hash(request.node.nodeid))}"
    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id=KEYS["TONGBAN_FILE_STORE_KEY"],
        aws_secret_access_key=KEYS["TONGBAN_FILE_STORE_SECRET"],
    )
    client.create_bucket(Bucket=name)
    settings.FILE_STORE = place_of(f"s3://{name}?endpoint={s3_server}", *KEYS.values())

    class View:
        def contents(self):
            found = client.list_objects_v2(Bucket=name).get("Contents", [])
            return {
                row["Key"].rpartition("/")[2]: client.get_object(Bucket=name, Key=row["Key"])["Body"].read()
                for row in found
            }

        def replace(self, digest, content):
            client.put_object(Bucket=name, Key=f"{digest[:2]}/{digest[2:4]}/{digest}", Body=content)

    return View()


@pytest.fixture
def folder(settings):
    """Use the local folder as the store, seen through the file system."""
    settings.FILE_STORE = None

    class View:
        def contents(self):
            paths = [p for p in settings.FILE_FOLDER.glob("??/??/*") if p.is_file()]
            return {path.name: path.read_bytes() for path in paths}

        def replace(self, digest, content):
            path = settings.FILE_FOLDER / digest[:2] / digest[2:4] / digest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    return View()


@pytest.fixture(params=["folder", "bucket"])
def place(request):
    """Each store in turn; no incoming file may be left when the test ends."""
    view = request.getfixturevalue(request.param)
    yield view
    assert list(stores.workplace().iterdir()) == []
