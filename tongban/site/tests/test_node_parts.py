"""The files from npm in this checkout, in which the test tools are installed."""

from tongban.site import node_parts
from tongban.site.bootstrap import ROOT


def test_starting_the_platform_leaves_the_test_tools_installed():
    tools = (ROOT / "node_modules" / "axe-core", ROOT / "node_modules" / "@biomejs" / "biome")
    before = [tool.stat().st_ino for tool in tools]
    node_parts.install()
    assert [tool.stat().st_ino for tool in tools] == before


def test_the_served_files_are_installed():
    node_parts.install()
    assert all((node_parts.KEPT_IN / place).stat().st_size for place in node_parts.KEPT.values())
