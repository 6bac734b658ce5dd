"""Write data/documents/eskerby_water_report.pdf: python data/generators/make_report.py [OUT]."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from report_content import FOOTER, PAGES, SUBTITLE, TITLE, Chart, Page, Table

_DEFAULT = Path(__file__).resolve().parents[1] / "documents" / "eskerby_water_report.pdf"
# A fixed date keeps two runs byte for byte equal.
_CREATED = datetime(2025, 3, 3, tzinfo=timezone.utc)
_BLUE = (28, 92, 140)
_LINE_MM = 6.0
_CHART_WIDTH_MM = 90.0


class Report(FPDF):
    """The report's page: a running foot with the page number."""

    def footer(self) -> None:
        """Set the running foot; fpdf2 calls it at the end of each page."""
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 10, f"{FOOTER}  |  page {self.page_no()}", align="C")


def main(out: Path) -> None:
    """Write the report to `out`."""
    report = Report(format="A4")
    report.set_creation_date(_CREATED)
    report.set_title(f"{TITLE}: {SUBTITLE}")
    report.set_author(TITLE)
    report.set_lang("en-US")
    report.set_margins(25, 25, 25)
    report.set_auto_page_break(auto=True, margin=25)
    for number, page in enumerate(PAGES):
        report.add_page()
        if number == 0:
            _title(report)
        _page(report, page)
    report.output(str(out))


def _title(report: Report) -> None:
    with report.local_context(fill_color=_BLUE):
        report.rect(25, 25, 160, 3, style="F")
    report.ln(10)
    report.set_font("Helvetica", style="B", size=26)
    report.cell(0, 14, TITLE, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    report.set_font("Helvetica", size=15)
    report.cell(0, 10, SUBTITLE, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    report.ln(10)


def _page(report: Report, page: Page) -> None:
    report.set_font("Helvetica", style="B", size=16)
    report.set_text_color(*_BLUE)
    report.cell(0, 12, page.heading, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    report.set_text_color(0)
    for part in page.parts:
        if isinstance(part, Table):
            _table(report, part)
        elif isinstance(part, Chart):
            _chart(report, part)
        else:
            report.set_font("Helvetica", size=11)
            report.multi_cell(0, _LINE_MM, part, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        report.ln(3)


def _table(report: Report, table: Table) -> None:
    _caption(report, table.caption)
    report.set_font("Helvetica", size=10)
    numbers = len(table.rows[0]) - 1
    with report.table(
        borders_layout="SINGLE_TOP_LINE",
        col_widths=(2, *[1] * numbers),
        text_align=("LEFT", *["RIGHT"] * numbers),
        line_height=_LINE_MM,
    ) as grid:
        for row in table.rows:
            grid.row(row)


def _chart(report: Report, chart: Chart) -> None:
    _caption(report, chart.caption)
    report.set_font("Helvetica", size=10)
    largest = max(value for _, value in chart.bars)
    for label, value in chart.bars:
        report.cell(45, _LINE_MM, label)
        width_mm = _CHART_WIDTH_MM * value / largest
        with report.local_context(fill_color=_BLUE):
            report.rect(report.get_x(), report.get_y() + 1, width_mm, _LINE_MM - 2, style="F")
        report.set_x(report.get_x() + width_mm + 2)
        report.cell(15, _LINE_MM, str(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _caption(report: Report, caption: str) -> None:
    report.set_font("Helvetica", style="I", size=10)
    report.cell(0, _LINE_MM + 1, caption, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT)
