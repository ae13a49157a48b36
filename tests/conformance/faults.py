"""Faults to seed into a good form, each breaking one thing, and who must notice it.

A check that nobody saw fail proves nothing. Each fault changes a form's objects and names the
checkers, and of our own invariants the rule, that catch it.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from formgen.standard import Standard
from tests.conformance.checkers import Checker
from tests.conformance.invariants import Rule
from tests.conformance.samples import form

Change = Callable[[pikepdf.Pdf], None]
VERAPDF, PAGE, OUTLOUD, QPDF = Checker.VERAPDF, Checker.PAGE, Checker.OUTLOUD, Checker.QPDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing made wrong."""

    name: str
    change: Change
    rule: Rule | None
    """Of our invariants; None where only others look."""
    caught_by: frozenset[Checker]
    """Other checkers that notice it; those not named were seen to miss it, and are not asked."""
    standard: Standard
    questionnaire: str

    def seeded(self) -> bytes:
        """Give a form with the fault."""
        return resaved(self.questionnaire, self.standard, self.change)


FAULTS: dict[str, Fault] = {}


def resaved(questionnaire: str, standard: Standard, change: Change) -> bytes:
    """Give the form that faults are seeded into, changed and saved anew."""
    with pikepdf.open(io.BytesIO(form(questionnaire, standard, "addressed"))) as pdf:
        change(pdf)
        target = io.BytesIO()
        with warnings.catch_warnings():
            # pikepdf notices one of the faults, a field that the form does not list.
            warnings.simplefilter("ignore", category=UserWarning)
            pdf.save(target, static_id=True)
    return target.getvalue()


def unchanged(standard: Standard) -> bytes:
    """Give that form saved anew without a fault: who objects to it objects to the saving."""
    return resaved("Q4", standard, lambda _: None)


def fault(
    rule: Rule | None,
    *others: Checker,
    standard: Standard = Standard.UA1_A2A,
    questionnaire: str = "Q4",
) -> Callable[[Change], Change]:
    """Register a fault under its function's name; the shortest form will do for most."""

    def register(change: Change) -> Change:
        name = change.__name__
        FAULTS[name] = Fault(
            name=name,
            change=change,
            rule=rule,
            caught_by=frozenset(others),
            standard=standard,
            questionnaire=questionnaire,
        )
        return change

    return register


# -- where things are -----------------------------------------------------------------------------


def elements(pdf: pikepdf.Pdf, role: str) -> list[Any]:
    """Give the structure elements of a role, in reading order."""
    return [e for e in _below(pdf.Root["/StructTreeRoot"]["/K"][0]) if e["/S"] == f"/{role}"]


def _below(element: Any) -> Iterator[Any]:
    yield element
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _below(kid)


def groups(pdf: pikepdf.Pdf) -> list[Any]:
    """Give the radio fields."""
    return [f for f in pdf.Root["/AcroForm"]["/Fields"] if f["/FT"] == "/Btn"]


def text_field(pdf: pikepdf.Pdf, name: str) -> Any:
    """Give a text field."""
    return next(f for f in pdf.Root["/AcroForm"]["/Fields"] if str(f["/T"]).endswith(f"-{name}"))


def rewrite(pdf: pikepdf.Pdf, old: bytes, new: bytes, *, times: int = 1) -> None:
    """Change the first page's content."""
    contents = pdf.pages[0].Contents[0]
    data = contents.read_bytes()
    assert re.search(old, data), old
    contents.write(re.sub(old, new, data, count=times))


def rewrite_metadata(pdf: pikepdf.Pdf, old: bytes, new: bytes) -> None:
    """Change the metadata packet."""
    data = pdf.Root["/Metadata"].read_bytes()
    assert re.search(old, data, re.DOTALL), old
    packet = pikepdf.Stream(pdf, re.sub(old, new, data, flags=re.DOTALL))
    packet["/Type"], packet["/Subtype"] = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root["/Metadata"] = packet


# -- document -------------------------------------------------------------------------------------


@fault(Rule.DOCUMENT, VERAPDF, PAGE, OUTLOUD)
def language_missing(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/Lang"]


@fault(Rule.DOCUMENT)
def language_wrong(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Lang"] = "en-GB"


@fault(Rule.DOCUMENT, VERAPDF, PAGE, OUTLOUD)
def not_marked_as_tagged(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/MarkInfo"]


@fault(Rule.DOCUMENT, VERAPDF, PAGE, OUTLOUD)
def title_not_displayed(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/ViewerPreferences"]["/DisplayDocTitle"] = False


@fault(Rule.TITLE, OUTLOUD)
def title_says_nothing(pdf: pikepdf.Pdf) -> None:
    rewrite_metadata(pdf, b"(x-default..).*?</rdf:li>", b"\\1untitled</rdf:li>")
    pdf.docinfo["/Title"] = "untitled"


@fault(None, VERAPDF, PAGE, OUTLOUD)
def accessibility_claim_missing(pdf: pikepdf.Pdf) -> None:
    rewrite_metadata(pdf, b"<pdfuaid:part>1</pdfuaid:part>", b"")


@fault(None, VERAPDF, PAGE)
def archive_claim_missing(pdf: pikepdf.Pdf) -> None:
    rewrite_metadata(pdf, b"<pdfaid:part>2</pdfaid:part>", b"")


@fault(None, VERAPDF, PAGE)
def own_metadata_not_described(pdf: pikepdf.Pdf) -> None:
    rewrite_metadata(pdf, b"<pdfaExtension:schemas>.*</pdfaExtension:schemas>", b"")


@fault(None, VERAPDF, PAGE)
def output_intent_missing(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/OutputIntents"]


@fault(Rule.FORBIDDEN, VERAPDF, PAGE)
def script_at_opening(pdf: pikepdf.Pdf) -> None:
    action = {"/S": pikepdf.Name.JavaScript, "/JS": pikepdf.String("app.beep(0)")}
    pdf.Root["/OpenAction"] = pikepdf.Dictionary(action)


@fault(Rule.FORBIDDEN, VERAPDF, PAGE)
def appearances_left_to_viewers(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/AcroForm"]["/NeedAppearances"] = True


@fault(Rule.IDENTITY)
def page_of_another_form(pdf: pikepdf.Pdf) -> None:
    private = pdf.pages[1]["/PieceInfo"]["/formgen"]["/Private"]
    private["/Form"] = pikepdf.Dictionary({**private["/Form"], "/FormId": "00000000"})


@fault(Rule.BOOKMARKS)
def bookmark_says_otherwise(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Outlines"]["/First"]["/First"]["/Title"] = "Autre chose"


@fault(None, QPDF)
def content_that_does_not_inflate(pdf: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(pdf, b"")
    stream.write(b"not deflated", filter=pikepdf.Name.FlateDecode)
    pdf.pages[1]["/Contents"].append(pdf.make_indirect(stream))


# -- structure ------------------------------------------------------------------------------------


@fault(Rule.HEADINGS, VERAPDF, PAGE, OUTLOUD)
def title_drawn_as_artifact(pdf: pikepdf.Pdf) -> None:
    rewrite(pdf, rb"/H1 <</MCID \d+>> BDC", b"/Artifact BMC")
    heading = elements(pdf, "H1")[0]
    siblings = heading["/P"]["/K"]
    heading["/P"]["/K"] = pikepdf.Array([kid for kid in siblings if kid != heading])


@fault(Rule.HEADINGS, VERAPDF, PAGE, OUTLOUD)
def heading_level_skipped(pdf: pikepdf.Pdf) -> None:
    elements(pdf, "H2")[0]["/S"] = pikepdf.Name.H4


@fault(Rule.PARENT_TREE)
def owners_of_content_swapped(pdf: pikepdf.Pdf) -> None:
    owners = pdf.Root["/StructTreeRoot"]["/ParentTree"]["/Nums"][1]
    owners[1], owners[2] = owners[2], owners[1]


@fault(Rule.PARENT_TREE)
def owners_of_boxes_swapped(pdf: pikepdf.Pdf) -> None:
    first, second = list(groups(pdf)[0]["/Kids"])[:2]
    first["/StructParent"], second["/StructParent"] = (
        second["/StructParent"],
        first["/StructParent"],
    )


@fault(Rule.STRUCTURE_CONTENT)
def element_names_wrong_content(pdf: pikepdf.Pdf) -> None:
    elements(pdf, "H1")[0]["/K"] = 999


@fault(Rule.STRUCTURE_CONTENT)
def element_names_wrong_parent(pdf: pikepdf.Pdf) -> None:
    cells = elements(pdf, "TD")
    cells[0]["/P"] = cells[-1]["/P"]


@fault(Rule.DOCUMENT, VERAPDF, PAGE, OUTLOUD)
def line_drawn_unmarked(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"\n0 0 m 10 10 l S", prepend=False)


@fault(Rule.READING_ORDER)
def rows_in_wrong_order(pdf: pikepdf.Pdf) -> None:
    rows = elements(pdf, "TBody")[0]["/K"]
    rows[0], rows[1] = rows[1], rows[0]


@fault(Rule.READING_ORDER)
def cells_in_wrong_order(pdf: pikepdf.Pdf) -> None:
    cells = elements(pdf, "TBody")[0]["/K"][0]["/K"]
    cells[1], cells[2] = cells[2], cells[1]


@fault(Rule.TABLES, VERAPDF, PAGE, OUTLOUD)
def cell_missing(pdf: pikepdf.Pdf) -> None:
    row = elements(pdf, "TBody")[0]["/K"][0]
    row["/K"] = pikepdf.Array(list(row["/K"])[:-1])


@fault(Rule.TABLES)
def header_cell_empty(pdf: pikepdf.Pdf) -> None:
    elements(pdf, "TH")[1]["/K"] = pikepdf.Array()


@fault(Rule.TABLES, VERAPDF, PAGE, OUTLOUD)
def header_cells_without_scope(pdf: pikepdf.Pdf) -> None:
    for cell in elements(pdf, "TH"):
        del cell["/A"]


@fault(Rule.ANNOTATIONS, VERAPDF, PAGE, OUTLOUD)
def box_outside_structure(pdf: pikepdf.Pdf) -> None:
    box = groups(pdf)[0]["/Kids"][0]
    del box["/StructParent"]
    elements(pdf, "TD")[0]["/K"] = pikepdf.Array()


@fault(Rule.TAB_ORDER, VERAPDF, PAGE, OUTLOUD)
def tab_order_not_said(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        del page["/Tabs"]


@fault(Rule.TAB_ORDER)
def boxes_listed_backwards(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1]["/Annots"] = pikepdf.Array(reversed(list(pdf.pages[1]["/Annots"])))


@fault(Rule.ANNOTATIONS, VERAPDF, PAGE, OUTLOUD, questionnaire="Q2")
def link_without_description(pdf: pikepdf.Pdf) -> None:
    links = [a for page in pdf.pages for a in page["/Annots"] if a["/Subtype"] == "/Link"]
    del links[0]["/Contents"]


# -- fields ---------------------------------------------------------------------------------------


@fault(Rule.TOOLTIPS)
def tooltip_on_group_only(pdf: pikepdf.Pdf) -> None:
    for box in groups(pdf)[0]["/Kids"]:
        del box["/TU"]


@fault(Rule.TOOLTIPS, VERAPDF, PAGE)
def tooltip_on_boxes_only(pdf: pikepdf.Pdf) -> None:
    del groups(pdf)[0]["/TU"]


@fault(Rule.TOOLTIPS, VERAPDF, PAGE, OUTLOUD)
def tooltip_missing(pdf: pikepdf.Pdf) -> None:
    del text_field(pdf, "signatory")["/TU"]


@fault(Rule.TOOLTIPS)
def tooltip_is_technical_name(pdf: pikepdf.Pdf) -> None:
    for field in pdf.Root["/AcroForm"]["/Fields"]:
        field["/TU"] = field["/T"]


@fault(Rule.TOOLTIPS)
def tooltips_all_alike(pdf: pikepdf.Pdf) -> None:
    for group in groups(pdf):
        for box in group["/Kids"]:
            box["/TU"] = "Case à cocher"


@fault(Rule.LABELS)
def tooltips_of_two_questions_swapped(pdf: pikepdf.Pdf) -> None:
    first, second = groups(pdf)[:2]
    first["/TU"], second["/TU"] = second["/TU"], first["/TU"]


@fault(Rule.LABELS)
def tooltips_of_two_answers_swapped(pdf: pikepdf.Pdf) -> None:
    first, second = list(groups(pdf)[0]["/Kids"])[:2]
    first["/TU"], second["/TU"] = second["/TU"], first["/TU"]


@fault(Rule.LABELS)
def tooltip_other_than_label(pdf: pikepdf.Pdf) -> None:
    text_field(pdf, "place")["/TU"] = "Lieu de signature"


@fault(Rule.NAMES)
def two_fields_of_one_name(pdf: pikepdf.Pdf) -> None:
    text_field(pdf, "place")["/T"] = text_field(pdf, "date")["/T"]


@fault(Rule.NAMES)
def name_with_a_dot(pdf: pikepdf.Pdf) -> None:
    text_field(pdf, "place")["/T"] = "Q4.place"


@fault(Rule.NAMES)
def field_not_in_form(pdf: pikepdf.Pdf) -> None:
    form_ = pdf.Root["/AcroForm"]
    form_["/Fields"] = pikepdf.Array([f for f in form_["/Fields"] if f["/T"] != "Q4-place"])


@fault(Rule.STATES)
def shows_a_state_it_does_not_know(pdf: pikepdf.Pdf) -> None:
    groups(pdf)[0]["/Kids"][0]["/AS"] = pikepdf.Name.Yes


@fault(Rule.STATES)
def box_of_another_answer(pdf: pikepdf.Pdf) -> None:
    first, second = list(groups(pdf)[0]["/Kids"])[:2]
    first["/AP"], second["/AP"] = second["/AP"], first["/AP"]


@fault(Rule.STATES)
def boxes_cannot_be_unticked(pdf: pikepdf.Pdf) -> None:
    groups(pdf)[0]["/Ff"] = (1 << 15) | (1 << 14)


@fault(Rule.NOTHING_CHOSEN)
def answered_already(pdf: pikepdf.Pdf) -> None:
    group = groups(pdf)[0]
    group["/V"] = pikepdf.Name.OUI
    group["/Kids"][0]["/AS"] = pikepdf.Name.OUI


@fault(Rule.BOXES)
def box_too_small(pdf: pikepdf.Pdf) -> None:
    box = groups(pdf)[0]["/Kids"][0]
    x0, y0, _, _ = (float(value) for value in box["/Rect"])
    box["/Rect"] = pikepdf.Array([x0, y0, x0 + 9, y0 + 9])


@fault(Rule.BOXES)
def box_hides_the_pen(pdf: pikepdf.Pdf) -> None:
    look = groups(pdf)[0]["/Kids"][0]["/AP"]["/N"]["/Off"]
    look.write(b"1 g 0 0 12.5 12.5 re f " + look.read_bytes())


@fault(Rule.BOXES)
def box_lost_with_its_field(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        contents = page.Contents[0]
        contents.write(re.sub(rb"[^\n]* 12\.5 12\.5 re S\b", b"", contents.read_bytes()))


@fault(Rule.FLAGS, VERAPDF, PAGE)
def field_hidden(pdf: pikepdf.Pdf) -> None:
    text_field(pdf, "place")["/F"] = 2


# -- fonts and ink --------------------------------------------------------------------------------


@fault(Rule.FONTS, VERAPDF, PAGE, OUTLOUD)
def page_font_not_embedded(pdf: pikepdf.Pdf) -> None:
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    simple = next(font for name, font in fonts.items() if name not in ("/F", "/FU"))
    del simple["/FontDescriptor"]["/FontFile2"]


@fault(Rule.FONTS)
def typing_font_not_embedded(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/AcroForm"]["/DR"] = pikepdf.Dictionary(
        {
            "/Font": pikepdf.Dictionary(
                {
                    "/F": pikepdf.Dictionary(
                        {
                            "/Type": pikepdf.Name.Font,
                            "/Subtype": pikepdf.Name.Type1,
                            "/BaseFont": pikepdf.Name.Helvetica,
                        }
                    )
                }
            )
        }
    )


@fault(Rule.FONTS)
def typing_font_unknown(pdf: pikepdf.Pdf) -> None:
    text_field(pdf, "place")["/DA"] = "/Helv 10 Tf 0 g"


@fault(Rule.TITLE, VERAPDF, PAGE, OUTLOUD)
def letters_without_meaning(pdf: pikepdf.Pdf) -> None:
    for font in pdf.pages[0]["/Resources"]["/Font"].values():
        del font["/ToUnicode"]


@fault(Rule.CONTRAST)
def text_too_pale(pdf: pikepdf.Pdf) -> None:
    rewrite(pdf, rb"(?m)^\.3 \.3 \.3 rg", b".6 .6 .6 rg", times=0)


# -- the newer standards --------------------------------------------------------------------------


@fault(None, VERAPDF, standard=Standard.UA2_A4)
def namespace_not_said(pdf: pikepdf.Pdf) -> None:
    for role in ("Document", "P", "Table"):
        for element in elements(pdf, role):
            del element["/NS"]


@fault(None, VERAPDF, standard=Standard.UA2_A4)
def footnote_without_its_calls(pdf: pikepdf.Pdf) -> None:
    del elements(pdf, "FENote")[0]["/Ref"]


@fault(None, VERAPDF, standard=Standard.UA2_A4)
def bookmark_without_its_element(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/Outlines"]["/First"]["/A"]["/SD"]


@fault(Rule.TITLE, VERAPDF, standard=Standard.UA2_A4)
def information_dictionary(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "Questionnaire"
