"""Write data/documents/brackwater_minutes.docx: python data/generators/make_minutes.py [OUT]."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from minutes_content import ACCOUNTS, AUTHOR, SECTIONS, TITLE

_DEFAULT = Path(__file__).resolve().parents[1] / "documents" / "brackwater_minutes.docx"
# Fixed dates keep two runs byte for byte equal.
_CREATED = datetime(2025, 2, 16, 12, tzinfo=timezone.utc)
_ENTRY_DATE = (2025, 2, 16, 12, 0, 0)


def main(out: Path) -> None:
    """Write the minutes to `out`."""
    document = docx.Document()
    _properties(document)
    document.add_heading(TITLE, level=0)
    document.add_paragraph(AUTHOR, style="Subtitle")
    for section in SECTIONS:
        document.add_heading(section.heading, level=1)
        for paragraph in section.paragraphs:
            if paragraph.startswith("- "):
                document.add_paragraph(paragraph.removeprefix("- "), style="List Bullet")
            else:
                document.add_paragraph(paragraph)
        if section.heading == "Report of the treasurer":
            _accounts(document)
    buffer = io.BytesIO()
    document.save(buffer)
    out.write_bytes(_with_fixed_dates(buffer.getvalue()))


def _properties(document: Document) -> None:
    properties = document.core_properties
    properties.title = TITLE
    properties.author = AUTHOR
    properties.last_modified_by = AUTHOR
    properties.comments = ""
    properties.created = properties.modified = _CREATED.replace(tzinfo=None)


def _accounts(document: Document) -> None:
    table = document.add_table(rows=0, cols=len(ACCOUNTS[0]), style="Light Grid Accent 1")
    for row in ACCOUNTS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
            if text[:1].isdigit():
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _with_fixed_dates(archive: bytes) -> bytes:
    """Return the archive with every entry dated alike; python-docx dates them by the clock."""
    rewritten = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(rewritten, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, date_time=_ENTRY_DATE)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return rewritten.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT)
