from __future__ import annotations

import codecs
import io
import sys
from pathlib import Path

import docx
import numpy as np
import pypdf
import pytest
from fpdf import FPDF

from bertkit.errors import DependencyError, FileError
from bertkit.qa import Document


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pdf_bytes(pages: list[str]) -> bytes:
    pdf = FPDF()
    for text in pages:
        pdf.add_page()
        pdf.set_font("Helvetica", size=12)
        if text:
            pdf.multi_cell(0, 8, text)
        else:
            pdf.rect(10, 10, 50, 50)
    return bytes(pdf.output())


def encrypted(content: bytes, user_password: str, algorithm: str = "RC4-128") -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(user_password, owner_password="owner", algorithm=algorithm)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


# Plain text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_decoded_and_otherwise_untouched(tmp_path: Path, encoding: str) -> None:
    text = "Zürich\r\n\r\n日本 \U0001f600 Cafe\u0301\n"
    document = Document.open(write(tmp_path / "a.TXT", text.encode(encoding)))
    assert document.text == text
    assert document.source == str(tmp_path / "a.TXT")


def test_big_endian_utf_16_with_its_mark_is_decoded(tmp_path: Path) -> None:
    content = codecs.BOM_UTF16_BE + "lamp".encode("utf-16-be")
    assert Document.open(write(tmp_path / "a.txt", content)).text == "lamp"


def test_another_encoding_is_refused_with_the_byte_and_a_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Das Caf\u00e9".encode("latin-1"))
    with pytest.raises(FileError, match=r"is not UTF-8 text: byte 0xe9 at offset 7 .*Save it as UTF-8.*iconv"):
        Document.open(path)


@pytest.mark.parametrize("seed", range(5))
def test_binary_garbage_is_refused(tmp_path: Path, seed: int) -> None:
    garbage = np.random.default_rng(seed).bytes(4096)
    with pytest.raises(FileError, match=r"is not (UTF-8 )?text: byte 0x[0-9a-f]{2} at offset \d+"):
        Document.open(write(tmp_path / "a.txt", garbage))


def test_control_characters_are_not_text(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not text: 50 of its first 100 bytes are control characters"):
        Document.open(write(tmp_path / "a.txt", b"\x01a" * 50))


def test_truncated_utf_16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not UTF-16 text: byte 0x65 at offset"):
        Document.open(write(tmp_path / "a.txt", "lampe".encode("utf-16")[:-1]))


@pytest.mark.parametrize(("start", "suffix"), [(b"%PDF-1.7\n", ".pdf"), (b"PK\x03\x04rest", ".docx")])
def test_other_formats_under_a_text_name_are_recognized(tmp_path: Path, start: bytes, suffix: str) -> None:
    with pytest.raises(FileError, match=rf"begins as a {suffix} file does. Rename it to end in {suffix}"):
        Document.open(write(tmp_path / "a.txt", start))


@pytest.mark.parametrize("content", [b"", b" \n\n", codecs.BOM_UTF8])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = write(tmp_path / f"a{suffix}", content)
    with pytest.raises(FileError, match=rf"a{suffix} holds no text \({len(content)} bytes\)"):
        Document.open(path)


# Any path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"There is no document at .*none\.txt\. Check the path"):
        Document.open(tmp_path / "none.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"is a folder. Pass the files in it"):
        Document.open(tmp_path)


def test_an_unknown_suffix_lists_those_that_are_supported(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"suffix '\.xlsx'.* supported are \.docx, \.htm, \.html, .*\.md, \.pdf, \.txt"):
        Document.open(write(tmp_path / "a.xlsx", b"x"))


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    path = tmp_path / "a.txt"
    path.touch()
    with pytest.raises(FileError, match=r"a\.txt cannot be read: Permission denied"):
        Document.open(path)


@pytest.mark.parametrize(
    ("suffix", "module"), [(".md", "markdown_it"), (".html", "trafilatura"), (".pdf", "pypdf"), (".docx", "docx")]
)
def test_a_missing_package_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependencyError, match=rf'"{module}" is needed .* pip install "bertkit\[documents\]"'):
        Document.open(write(tmp_path / f"a{suffix}", b"words"))


# Markdown


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_markdown_keeps_its_source_and_knows_its_headings(tmp_path: Path, line_end: str) -> None:
    lines = ["intro", "", "# First *one*", "text", "```", "# no heading", "```", "Second", "------", "more"]
    text = line_end.join(lines)
    document = Document.open(write(tmp_path / "a.md", text))
    assert document.text == text
    assert [text[span.start :].split()[0] for span in document.headings] == ["#", "Second"]
    assert document.heading_of(text.index("intro")) is None
    assert document.heading_of(text.index("no heading")) == "First *one*"
    assert document.heading_of(text.index("more")) == "Second"


# HTML

PAGE = """<html><head><title>Site</title></head><body><nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>Lighthouses</h1><p>The first Eddystone light was finished in 1698 by Henry Winstanley on a rock at sea.</p>
<h2>Lamps &amp; lenses</h2><p>A Fresnel lens bends most of the light of a lamp into a narrow beam that carries far.</p>
<table><tr><td>Eddystone</td><td>49 m</td></tr></table></article><footer>All rights reserved</footer></body></html>"""


def test_html_gives_the_main_text_with_headings(tmp_path: Path) -> None:
    document = Document.open(write(tmp_path / "a.html", PAGE))
    assert "finished in 1698 by Henry Winstanley" in document.text
    assert "49 m" in document.text
    assert "About" not in document.text
    assert document.heading_of(document.text.index("1698")) == "Lighthouses"
    assert document.heading_of(document.text.index("Fresnel")) == "Lamps & lenses"


@pytest.mark.parametrize("page", ["<p>Hello world</p>", "<html><body>Anna lives in Rome.</body></html>"])
def test_a_bare_page_is_read_too(tmp_path: Path, page: str) -> None:
    assert Document.open(write(tmp_path / "a.htm", page)).text.split()[0] in {"Hello", "Anna"}


@pytest.mark.parametrize("page", ["", "<html><body><script>draw()</script></body></html>"])
def test_a_page_without_text_is_refused(tmp_path: Path, page: str) -> None:
    with pytest.raises(FileError, match=rf"holds no text to read \({len(page)} bytes\)"):
        Document.open(write(tmp_path / "a.html", page))


# PDF


def test_pdf_pages_are_known(tmp_path: Path) -> None:
    document = Document.open(write(tmp_path / "a.pdf", pdf_bytes(["Lamp one.", "Lamp two.", "Lamp three."])))
    for page, words in enumerate(["one", "two", "three"], start=1):
        assert document.page_of(document.text.index(words)) == page
    assert [document.text[span.start : span.end].strip() for span in document.pages] == [
        "Lamp one.",
        "Lamp two.",
        "Lamp three.",
    ]


def test_a_pdf_with_an_empty_password_opens(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", encrypted(pdf_bytes(["Lamp one."]), ""))
    assert "Lamp one." in Document.open(path).text


def test_an_encrypted_pdf_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", encrypted(pdf_bytes(["Lamp one."]), "secret"))
    with pytest.raises(FileError, match="is encrypted and needs a password"):
        Document.open(path)


def test_aes_without_its_package_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def decrypt(reader: pypdf.PdfReader, password: str) -> int:
        raise pypdf.errors.DependencyError("cryptography>=3.1 is required for AES algorithm")

    path = write(tmp_path / "a.pdf", encrypted(pdf_bytes(["Lamp one."]), ""))
    monkeypatch.setattr(pypdf.PdfReader, "decrypt", decrypt)
    with pytest.raises(DependencyError, match=r"encrypted with AES.* pip install cryptography"):
        Document.open(path)


def test_a_scanned_pdf_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", pdf_bytes(["", ""]))
    with pytest.raises(FileError, match=r"has 2 pages without any text: it looks scanned.*ocrmypdf"):
        Document.open(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_pdf_is_refused(tmp_path: Path, share: float) -> None:
    content = pdf_bytes(["Lamp one.", "Lamp two."])
    path = write(tmp_path / "a.pdf", content[: int(share * len(content))])
    with pytest.raises(FileError, match="is not a PDF, or is damaged or truncated"):
        Document.open(path)


# Word


def word_bytes() -> bytes:
    content = docx.Document()
    content.add_heading("Lighthouses", level=0)
    content.add_paragraph("The first light.")
    content.add_heading("Lamps", level=1)
    table = content.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ["Eddystone", "49 m", "1698"], strict=True):
        cell.text = text
    merged = content.add_table(rows=1, cols=2).rows[0].cells
    merged[0].merge(merged[1]).text = "merged"
    content.add_paragraph("The last line.")
    output = io.BytesIO()
    content.save(output)
    return output.getvalue()


def test_word_keeps_the_order_of_paragraphs_and_tables(tmp_path: Path) -> None:
    document = Document.open(write(tmp_path / "a.docx", word_bytes()))
    assert document.text.splitlines() == [
        "Lighthouses",
        "The first light.",
        "Lamps",
        "Eddystone\t49 m\t1698",
        "merged",
        "The last line.",
    ]
    assert document.heading_of(document.text.index("first")) == "Lighthouses"
    assert document.heading_of(document.text.index("49 m")) == "Lamps"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_word_document_is_refused(tmp_path: Path, share: float) -> None:
    content = word_bytes()
    path = write(tmp_path / "a.docx", content[: int(share * len(content))])
    with pytest.raises(FileError, match=r"is not a \.docx file, or is damaged or truncated"):
        Document.open(path)


def test_a_word_document_without_text_is_refused(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    with pytest.raises(FileError, match=r"a\.docx holds no text"):
        Document.open(tmp_path / "a.docx")
