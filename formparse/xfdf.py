"""Reads an XFDF file: the values of a form as XML.

By expat, which comes with Python, with any document type refused before it can declare an entity:
no expansion, nothing fetched. (What `defusedxml` does, which has had no release since 2021.)
"""

from __future__ import annotations

from xml.parsers import expat

from formgen.language import Phrase
from formparse.errors import RefusalCode, more_than, refused
from formparse.formdata import MAX_DEPTH, DataField, FormData
from formparse.intake import MAX_FIELDS

MAX_ELEMENTS = 10_000
"""Ten for each field that may be there."""

_MAX_ELEMENT_DEPTH = 32
"""Three and one for each field above a field; rich text adds a few."""

_NAMESPACES = ("", "http://ns.adobe.com/xfdf/")
_VALUE_PARTS = frozenset({"xfdf", "f", "ids", "fields", "field", "value", "value-richtext"})


def read_xfdf(data: bytes) -> FormData:
    """Give what an XFDF file holds; RefusedError where it cannot be told."""
    document = _Document()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = document.doctype
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    try:
        parser.Parse(data, True)  # noqa: FBT003 - the C function takes no keyword
    except expat.ExpatError as error:
        raise refused(
            RefusalCode.DAMAGED,
            found=Phrase(f"XML, ligne {error.lineno}", f"XML, line {error.lineno}"),
        ) from error
    except (LookupError, ValueError) as error:
        raise refused(
            RefusalCode.DAMAGED,
            found=Phrase("codage du XML inconnu", "unknown encoding of the XML"),
        ) from error
    return FormData(fields=tuple(document.fields), extras=tuple(sorted(document.extras)))


class _Document:
    """The document as far as it has been read."""

    def __init__(self) -> None:
        self.fields: list[DataField] = []
        self.extras: set[str] = set()
        self.elements: list[str] = []
        """Local names of the open elements; empty for one of somebody else's."""
        self.path: list[str | None] = []
        """Names of the open fields; None for one without a name."""
        self.count = 0
        self.letters: list[str] | None = None
        """Of the value being read."""
        self.has_value = [False]
        """Of each open field, and of the document."""
        self.is_rich = False
        """The open field has rich text."""

    def doctype(self, *_: object) -> None:
        raise refused(RefusalCode.UNSAFE_DATA, found="DOCTYPE")

    def start(self, untrusted_name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.elements) >= _MAX_ELEMENT_DEPTH:
            raise refused(
                RefusalCode.TOO_COMPLEX, found=more_than(MAX_ELEMENTS, "éléments", "elements")
            )
        namespace, _, local = untrusted_name.rpartition(" ")
        name = local if namespace in _NAMESPACES else ""
        if not self.elements and name != "xfdf":
            raise refused(
                RefusalCode.DAMAGED, found=Phrase("pas d'élément xfdf", "no xfdf element")
            )
        within = self.elements[-1] if self.elements else ""
        self.elements.append(name)
        if within in ("xfdf", "fields", "field") and name not in _VALUE_PARTS:
            self.extras.add(name or "élément inconnu")
        elif name == "field" and within in ("fields", "field"):
            self.path.append(attributes.get("name"))
            self.has_value.append(False)
            self.is_rich = False
            if len(self.path) > MAX_DEPTH:
                raise refused(
                    RefusalCode.TOO_COMPLEX, found=more_than(MAX_DEPTH, "niveaux", "levels")
                )
        elif name == "value" and within == "field":
            self.letters = []
        elif name == "value-richtext" and within == "field":
            self.is_rich = True

    def end(self, _: str) -> None:
        name = self.elements.pop()
        within = self.elements[-1] if self.elements else ""
        if name == "value" and within == "field" and self.letters is not None:
            self.add("".join(self.letters), is_odd=False)
            self.letters = None
        elif name == "field" and within in ("fields", "field"):
            if not self.has_value[-1]:
                self.add(None, is_odd=self.is_rich)
            self.is_rich = False
            self.path.pop()
            self.has_value.pop()

    def text(self, letters: str) -> None:
        if self.letters is not None and self.elements[-1] == "value":
            self.letters.append(letters)

    def add(self, value: str | None, *, is_odd: bool) -> None:
        for place in range(len(self.has_value)):
            self.has_value[place] = True
        name = ".".join(part for part in self.path if part)
        if name:
            self.fields.append(DataField(name, value, is_odd))
        if len(self.fields) > MAX_FIELDS:
            raise refused(RefusalCode.TOO_COMPLEX, found=more_than(MAX_FIELDS, "champs", "fields"))
