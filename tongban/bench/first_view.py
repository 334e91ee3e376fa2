"""`bench first-view`: bytes of the first view of the home page over the wire, with everything that it loads."""

import http.client
import re

from tongban.bench import server
from tongban.bench.figures import Figures
from tongban.bench.problems import Problems

EDITIONS = {"normal": "", "elder": "elder=1"}
"""The editions, and the cookie that chooses each."""
_LOADED = re.compile(r'(?:src|href)="(/static/[^"#]+)')


def run(problems: Problems) -> Figures:
    """Return the bytes of the home page and of each file that it names, as a browser gets them, by edition."""
    with server.web(problems) as running:
        return {
            "bench": "first-view",
            **{name: _view(running.port, cookie, problems) for name, cookie in EDITIONS.items()},
        }


def _view(port: int, cookie: str, problems: Problems) -> dict[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(path: str) -> tuple[int, bytes]:
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip, br"})
        answer = connection.getresponse()
        content = answer.read()
        problems.expect(answer.status == 200, f"{path} answered {answer.status}")
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        return head + len(content), content

    size, page = get("/")
    sizes = {"page": size}
    for path in sorted(set(_LOADED.findall(page.decode()))):
        sizes[path], _ = get(path)
    return sizes | {"total": sum(sizes.values())}
