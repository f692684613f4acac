"""Bokeh, which draws the charts: its script is put into the page, which then needs no network.

Only the script is used: nothing of Bokeh is imported, so no command starts later because of it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ir_sim.errors import RecordError

_FILES = ("bokeh.min.js", "bokeh-api.min.js")


@cache
def bokeh() -> tuple[str, str]:
    """Bokeh's script and its version.

    Raises:
        RecordError: It is not installed, or not whole.
    """
    mend = "the report's charts need Bokeh: pip install 'bokeh>=3.9'"
    found = find_spec("bokeh")
    if found is None or found.origin is None:
        raise RecordError(mend)
    folder = Path(found.origin).parent / "server" / "static" / "js"
    try:
        script = "\n".join((folder / name).read_text(encoding="utf-8") for name in _FILES)
        number = version("bokeh")
    except (OSError, PackageNotFoundError) as error:
        raise RecordError(mend) from error
    # Inside a page a script ends where it says so, even in a text.
    return script.replace("</script", "<\\/script"), number
