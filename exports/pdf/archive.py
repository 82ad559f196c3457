"""What makes a drawn file one that can be kept: PDF/A-1b where it is archived, its properties, nothing that changes
from run to run. https://www.iso.org/standard/38920.html"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from exports.sheet import Sheet

PROFILE = Path(__file__).with_name("fonts") / "sRGB.icc"
CONDITION = "sRGB IEC61966-2.1"
PRODUCER = "rsud-fhir"
ANCHOR = "/SignatureAnchor"
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<xmp:CreatorTool>{tool}</xmp:CreatorTool><pdf:Producer>{tool}</pdf:Producer>{dates}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def finished(content: bytes, sheet: Sheet) -> bytes:
    """The file with its properties; PDF/A-1b where the sheet is archived."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        _properties(pdf, sheet)
        if sheet.archived:
            _archived(pdf, sheet)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable, min_version="1.4")
    return out.getvalue()


def anchor_of(content: bytes) -> str:
    """The anchor of the sheet that this file was drawn from, none where it has none. Raises pikepdf.PdfError."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        return str(pdf.docinfo.get(ANCHOR, ""))


def _properties(pdf: Pdf, sheet: Sheet) -> None:
    info = Dictionary(
        Title=String(sheet.title),
        Author=String(sheet.author or PRODUCER),
        Creator=String(PRODUCER),
        Producer=String(PRODUCER),
    )
    if sheet.anchor:
        info[ANCHOR] = String(sheet.anchor)
    if made := _pdf_date(sheet.made):
        info.CreationDate = info.ModDate = String(made)
    pdf.trailer.Info = pdf.make_indirect(info)
    pdf.Root.Lang = String({"id": "id-ID", "en": "en"}[sheet.language])
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _archived(pdf: Pdf, sheet: Sheet) -> None:
    profile = Stream(pdf, _profile(), N=3, Alternate=Name.DeviceRGB)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(CONDITION),
        Info=String(CONDITION),
        DestOutputProfile=pdf.make_indirect(profile),
    )
    pdf.Root.OutputIntents = Array([intent])
    dates = (
        f"<xmp:CreateDate>{sheet.made}</xmp:CreateDate><xmp:ModifyDate>{sheet.made}</xmp:ModifyDate>"
        if sheet.made
        else ""
    )
    title, author = escape(sheet.title), escape(sheet.author or PRODUCER)
    packet = XMP.format(title=title, author=author, tool=PRODUCER, dates=dates)
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, packet.encode(), Type=Name.Metadata, Subtype=Name.XML))


@cache
def _profile() -> bytes:
    return PROFILE.read_bytes()


def _pdf_date(made: str) -> str:
    """D:20261124083000+08'00'"""
    if not made:
        return ""
    moment = datetime.fromisoformat(made)
    zone = moment.strftime("%z")
    return f"D:{moment:%Y%m%d%H%M%S}" + (f"{zone[:3]}'{zone[3:5]}'" if zone else "")
