"""The XMP metadata packet of a form: title, conformance claims, and which form it is."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from formgen.standard import Standard

NAMESPACE = "urn:formgen:ns:form:1.0"
"""Of our own properties. A URN: the form leads nowhere."""

OWN_PROPERTIES = {
    "catalog": "Catalog that the form was made from",
    "version": "Version of the catalog",
    "edition": "Layout edition",
    "questionnaire": "Questionnaire of the catalog",
    "formId": "Id of this one issued form",
}

_CLAIMS = {
    Standard.UA1_A2A: """   <pdfuaid:part>1</pdfuaid:part>
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>A</pdfaid:conformance>
""",
    Standard.UA2_A4: """   <pdfuaid:part>2</pdfuaid:part>
   <pdfuaid:rev>2024</pdfuaid:rev>
   <pdfaid:part>4</pdfaid:part>
   <pdfaid:rev>2020</pdfaid:rev>
""",
}
"""Conformance that the packet declares, as each standard wants it said."""


def packet(
    *, title: str, language: str, date: str, producer: str, standard: Standard, own: dict[str, str]
) -> bytes:
    """Give the packet. `own` holds a value for each of `OWN_PROPERTIES`."""
    own_lines = "".join(
        f"   <formgen:{key}>{escape(own[key])}</formgen:{key}>\n" for key in OWN_PROPERTIES
    )
    text = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
    xmlns:formgen="{NAMESPACE}">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>
   <xmp:CreateDate>{date}T00:00:00Z</xmp:CreateDate>
   <xmp:ModifyDate>{date}T00:00:00Z</xmp:ModifyDate>
   <xmp:CreatorTool>{escape(producer)}</xmp:CreatorTool>
   <pdf:Producer>{escape(producer)}</pdf:Producer>
{_CLAIMS[standard]}{own_lines}  </rdf:Description>
{_extension_schemas(standard)} </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
    # Nobody reads it as it stands; its indentation would be a fifth of it.
    return re.sub(r"\n +", "\n", text).encode()


def _extension_schemas(standard: Standard) -> str:
    """Describe the properties that PDF/A-2 does not know by itself; PDF/A-4 asks for none."""
    if standard is Standard.UA2_A4:
        return ""
    ua = _schema(
        "PDF/UA identification",
        "http://www.aiim.org/pdfua/ns/id/",
        "pdfuaid",
        {"part": ("Integer", "Part of ISO 14289")},
    )
    own = _schema(
        "Issued form",
        NAMESPACE,
        "formgen",
        {key: ("Text", description) for key, description in OWN_PROPERTIES.items()},
    )
    return f"""  <rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <pdfaExtension:schemas><rdf:Bag>
{ua}{own}   </rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
"""


def _schema(title: str, uri: str, prefix: str, properties: dict[str, tuple[str, str]]) -> str:
    lines = "".join(
        f"""      <rdf:li rdf:parseType="Resource">
       <pdfaProperty:name>{name}</pdfaProperty:name>
       <pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
       <pdfaProperty:category>internal</pdfaProperty:category>
       <pdfaProperty:description>{description}</pdfaProperty:description>
      </rdf:li>
"""
        for name, (kind, description) in properties.items()
    )
    return f"""    <rdf:li rdf:parseType="Resource">
     <pdfaSchema:schema>{title}</pdfaSchema:schema>
     <pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI>
     <pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
     <pdfaSchema:property><rdf:Seq>
{lines}     </rdf:Seq></pdfaSchema:property>
    </rdf:li>
"""
