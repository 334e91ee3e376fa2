"""Render a licence as PDF/A with typst, our own template, a QR code and the image of a seal."""

import io
import json
from functools import cache
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from markupsafe import Markup

from tongban.exchange.licences import glyphs
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.seals import issuer_name
from tongban.foundation import clock
from tongban.foundation.city import city

TEMPLATES = Path(__file__).parent / "templates_typst"
FAMILY = "Noto Serif SC"
MISSING = "〓"
"""Stands in the ring of a seal for a character that no font has (the geta mark)."""
UNCERTIFIED = "图样印章不是经认证的电子印章。"


def verify_address(verify_code: str) -> str:
    """Return the address in the QR code. It contains nothing but the opaque verify code."""
    return str(settings.PUBLIC_ADDRESS) + reverse("licences:verify", args=[verify_code])


def qr_svg(text: str, *, dark: str = "#14213d") -> Markup:
    """Return the QR code of a text as an SVG element without a size, which scales with its container."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark=dark, nl=False
    )
    return Markup(out.getvalue().decode())  # noqa: S704 (drawn by segno; it contains no text)


def render(licence: Licence) -> bytes:
    """Render a licence or result document as tagged PDF/A-2a."""
    found = typst.Compiler(
        input=TEMPLATES / f"{licence.type.kind}.typ", root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True
    ).compile(
        format="pdf",
        sys_inputs={"data": json.dumps(_data(licence), ensure_ascii=False)},
        pdf_standards=["a-2a"],
        timestamp=int(licence.issued_at.timestamp()),
    )
    if not isinstance(found, bytes):
        raise TypeError("typst did not return a single PDF")
    return found


def _data(licence: Licence) -> dict[str, object]:
    known, issuer = glyphs.known_to(font_folder()), issuer_name(licence)
    drawn = {
        "title": licence.type.name,
        "number": licence.number,
        "holder": licence.holder_name,
        "issuer": issuer,
    }
    rows = [[glyphs.parts(label, known), glyphs.parts(value or "—", known)] for label, value in licence.surface.items()]
    shown = {name: glyphs.parts(text, known) for name, text in drawn.items()}
    address = verify_address(licence.verify_code)
    issued = clock.legal_day(licence.issued_at)
    return {
        "city": city().name,
        "notice": f"{city().notice}，{UNCERTIFIED}" if city().notice else UNCERTIFIED,
        "plain": {"title": licence.type.name, "issuer": issuer},
        "salt": licence.salt or "",
        **shown,
        "seal": [part if isinstance(part, str) else MISSING for part in shown["issuer"]],
        "has_boxes": any(isinstance(part, dict) for text in [*shown.values(), *sum(rows, [])] for part in text),
        "identifier": licence.identifier,
        "version": licence.version,
        "rows": rows,
        "issued": f"{issued.year} 年 {issued.month} 月 {issued.day} 日",
        "valid": _validity(licence),
        "automatic": licence.automatic,
        "case_number": licence.case_number,
        "qr": str(qr_svg(address)),
        "address": address,
    }


def _validity(licence: Licence) -> str:
    until = licence.valid_until
    start = f"{licence.valid_from:%Y.%m.%d}"
    return f"{start} 至 {until:%Y.%m.%d}" if until else f"{start} 起长期有效"


@cache
def _fonts() -> typst.Fonts:
    """Load the fonts, once in each process. Raises ImproperlyConfigured if it is missing."""
    folder = font_folder()
    if not list(folder.glob("**/*.ttf")):
        raise ImproperlyConfigured(f"No font for documents in {folder}: run bin/run once, or set TONGBAN_FONTS.")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def font_folder() -> Path:
    """Return the folder of the fonts: `TONGBAN_FONTS`, or where the npm packages are collected."""
    return Path(settings.FONT_FOLDER)
