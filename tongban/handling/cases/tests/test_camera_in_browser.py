"""The document camera at a window, with Chromium's fake camera as the device."""

from pathlib import Path

import pytest

from tongban.foundation.ui.testing import chromium

SCRIPT = Path(__file__).resolve().parents[1] / "static" / "cases" / "camera.js"
PAGE = """<!doctype html><html lang="zh"><title>材料</title><section>
<label for="file-proof">选择文件</label>
<input type="file" id="file-proof" name="file.proof" accept=".pdf,.jpg"><button name="upload">上传</button>
</section><script src="/camera.js" defer></script></html>"""
pytestmark = pytest.mark.browser


def test_a_paper_is_photographed_into_the_file_field_and_the_upload_is_focused():
    with chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as browser:
        page = browser.new_page()
        page.route("http://localhost/", lambda route: route.fulfill(body=PAGE, content_type="text/html; charset=utf-8"))
        page.route("http://localhost/camera.js", lambda route: route.fulfill(path=SCRIPT))
        page.goto("http://localhost/")
        page.get_by_role("button", name="用高拍仪拍摄").click()
        page.get_by_role("button", name="拍下这一页").click()
        page.get_by_text("已拍好").wait_for()
        kept = page.evaluate(
            "(() => { const [file] = document.querySelector('input').files;"
            " return { name: file.name, type: file.type, holds: file.size > 0 }; })()"
        )
        assert kept == {"name": "高拍仪.jpg", "type": "image/jpeg", "holds": True}
        assert page.evaluate("document.activeElement.name") == "upload"
        assert page.locator("video").count() == 0
