"""The table of all programs that the suite has between a form and its return.

A new program is one entry here, and what it needs in a module beside this one.
"""

from __future__ import annotations

from demo.engine import Save
from tests.engines import (
    chromium,
    firefox,
    imitated,
    in_java,
    in_node,
    in_python,
    in_shell,
    office,
)
from tests.engines.command import needs
from tests.engines.engine import Filler, Kept, Program, Unticks, Way
from tests.flatteners import flat_by_pdfium
from tests.formparse.readers import drawing

REAL = (
    Program(
        name="Chrome, Chromium (Edge without Adobe)",
        how="Chromium's viewer, by mouse and keys",
        missing=chromium.missing,
        filler=Filler(fill=chromium.fill, unticks=Unticks.IGNORED, is_slow=True),
        prints={
            "printed to PDF": Way(
                change=chromium.print_to_pdf, kept=Kept.TEXTS_TO_CHECK, is_slow=True
            )
        },
    ),
    Program(
        name="PDFium",
        how="by mouse and key events",
        filler=Filler(fill=in_python.click_in_pdfium(Save.WHOLE), unticks=Unticks.IGNORED),
        prints={"flattened": Way(change=flat_by_pdfium, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="PDFium, saving changes only",
        how="by mouse and key events",
        filler=Filler(fill=in_python.click_in_pdfium(Save.INCREMENTAL), unticks=Unticks.IGNORED),
    ),
    Program(
        name="Firefox",
        how="Firefox's viewer, by mouse and keys",
        missing=firefox.missing,
        filler=Filler(fill=firefox.fill, unticks=Unticks.IGNORED, is_slow=True),
        prints={
            "printed to PDF": Way(
                change=firefox.print_to_pdf, kept=Kept.TEXTS_TO_CHECK, is_slow=True
            )
        },
    ),
    Program(
        name="PDF.js",
        how="`pdfjs-dist` in Node",
        missing=in_node.missing,
        filler=Filler(fill=in_node.PDFJS.fill),
    ),
    Program(
        name="poppler (Evince, GNOME Papers)",
        how="`poppler-glib`; pdftocairo, pdfunite",
        missing=in_shell.poppler_is_missing,
        filler=Filler(fill=in_shell.fill_with_poppler),
        rewrites={
            "pages parted and united": Way(change=in_shell.unite_with_poppler, kept=Kept.ALL)
        },
        prints={
            "pdftocairo": Way(change=in_shell.pdftocairo, kept=Kept.TEXTS_TO_CHECK),
            "pdftocairo, US letter": Way(
                change=in_shell.pdftocairo_letter, kept=Kept.TEXTS_TO_CHECK
            ),
        },
    ),
    Program(
        name="MuPDF (mutool)",
        how="widget events; clean, merge",
        missing=needs("mutool", "mupdf-tools"),
        filler=Filler(fill=in_shell.fill_with_mutool),
        rewrites={
            "clean": Way(change=in_shell.mutool_clean, kept=Kept.ALL),
            "merge": Way(change=in_shell.mutool_merge, kept=Kept.REFUSED),
        },
    ),
    Program(
        name="PyMuPDF",
        how="its library",
        filler=Filler(fill=in_python.fill_with_mupdf),
        rewrites={"put into a new file": Way(change=in_python.insert_with_mupdf, kept=Kept.ALL)},
        prints={"baked": Way(change=in_python.bake_with_mupdf, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="PDFBox",
        how="its library",
        missing=in_java.missing,
        filler=Filler(fill=in_java.fill),
        prints={"flattened": Way(change=in_java.flatten, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="pdf-lib",
        how="its library in Node",
        missing=in_node.missing,
        filler=Filler(fill=in_node.PDF_LIB.fill),
        prints={"flattened": Way(change=in_node.PDF_LIB.flatten, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="pdftk",
        how="its command",
        missing=needs("pdftk", "pdftk-java"),
        filler=Filler(fill=in_shell.fill_with_pdftk),
        rewrites={"cat": Way(change=in_shell.pdftk_cat, kept=Kept.ALL)},
        prints={"flattened": Way(change=in_shell.pdftk_flat, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="qpdf",
        how="its command",
        missing=needs("qpdf", "qpdf"),
        rewrites={
            "object streams": Way(change=in_shell.qpdf_packed, kept=Kept.ALL),
            "linearized": Way(change=in_shell.qpdf_linear, kept=Kept.ALL),
            "appearances generated": Way(change=in_shell.qpdf_redrawn, kept=Kept.ALL),
            "pages taken over": Way(change=in_shell.qpdf_pages, kept=Kept.ALL),
            "encrypted, empty password": Way(change=in_shell.qpdf_encrypted, kept=Kept.ALL),
        },
        prints={"flattened": Way(change=in_shell.qpdf_flat, kept=Kept.TEXTS_TO_CHECK)},
    ),
    Program(
        name="pikepdf",
        how="its library",
        filler=Filler(fill=in_python.fill_with_pikepdf),
    ),
    Program(
        name="pypdf",
        how="its library",
        filler=Filler(fill=in_python.fill_with_pypdf),
        rewrites={
            "merged under a name": Way(change=in_python.merge_with_pypdf, kept=Kept.ALL),
            "pages copied": Way(change=in_python.copy_pages_with_pypdf, kept=Kept.ALL),
        },
        prints={"flattened": Way(change=in_python.flatten_with_pypdf, kept=Kept.DOUBTFUL)},
    ),
    Program(
        name="PyPDFForm",
        how="its library",
        filler=Filler(
            fill=in_python.fill_with_pypdfform, unticks=Unticks.NOT_OFFERED, kept=Kept.TWO_TICKS
        ),
    ),
    Program(
        name="Ghostscript (PDF printers)",
        how="pdfwrite",
        missing=needs("gs", "ghostscript"),
        prints={
            "pdfwrite": Way(change=in_shell.ghostscript, kept=Kept.ANSWERS),
            "pdfwrite, made small": Way(change=in_shell.ghostscript_small, kept=Kept.ANSWERS),
        },
    ),
    Program(
        name="LibreOffice Draw",
        how="opened and exported",
        missing=office.missing,
        prints={"exported": Way(change=office.export, kept=Kept.UNREADABLE, is_slow=True)},
    ),
)
"""Programs that run here, as people or their servers run them."""

IMITATED = (
    Program(
        name="macOS Preview, iOS Files",
        how="developer.apple.com/forums/thread/735073",
        filler=Filler(fill=imitated.fill_like_preview),
    ),
    Program(
        name="Acrobat, saving changes only",
        how="ISO 32000-1, 7.5.6",
        filler=Filler(fill=imitated.fill_like_acrobat),
    ),
    Program(
        name="Fill & Sign (marks and texts in the page)",
        how="no public record of its shape",
        filler=Filler(fill=imitated.mark_with(drawing.letter), can_change=False),
    ),
    Program(
        name="Pen in the page (Chrome, Edge)",
        how="pdfium's FPDFPage_Flatten",
        filler=Filler(fill=imitated.mark_with(drawing.pen), can_change=False),
    ),
    Program(
        name="Ink (Apple's Markup, Edge)",
        how="feedback-assistant 605",
        filler=Filler(fill=imitated.mark_with(drawing.ink), can_change=False),
    ),
    Program(
        name="Free texts",
        how="docuseal 172",
        filler=Filler(fill=imitated.mark_with(drawing.free_text), can_change=False),
    ),
    Program(
        name="Fillers that set states only",
        how="PyMuPDF 711",
        filler=Filler(fill=imitated.fill_states_only),
    ),
    Program(
        name="Fillers that set values as strings, on boxes too",
        how="py-pdf/pypdf 3630",
        filler=Filler(fill=imitated.fill_kids_and_strings),
    ),
    Program(
        name="Fillers that set values and ask for drawing",
        how="docassemble 620",
        filler=Filler(fill=imitated.fill_values_to_be_drawn, shows_ticks=False),
    ),
    Program(
        name="Fillers that set values only",
        how="docassemble 620, OpenPDF 636",
        filler=Filler(fill=imitated.fill_values_only, kept=Kept.DOUBTFUL, shows_ticks=False),
    ),
    Program(
        name="Merging tools",
        how="pypdf 506, pdfsam 540, sejda 418, cpdf 100, pdf.js 15096",
        rewrites={
            "fields renamed": Way(
                change=imitated.rename_fields(lambda name: f"{name}#2", keep_own_names=True),
                kept=Kept.ALL,
            ),
            "all names lost": Way(
                change=imitated.rename_fields(
                    lambda name: f"Champ{len(name)}", keep_own_names=False
                ),
                kept=Kept.ALL,
            ),
            "a name put in front": Way(
                change=imitated.rename_fields(lambda name: f"retour.{name}", keep_own_names=False),
                kept=Kept.ALL,
            ),
            "put under one field": Way(change=imitated.put_under_one_field, kept=Kept.ALL),
            "fields left behind": Way(change=imitated.leave_fields_behind, kept=Kept.ALL),
            "pages forgotten": Way(change=imitated.forget_pages, kept=Kept.ALL),
            "identity dropped": Way(change=imitated.drop_identity, kept=Kept.ALL),
        },
    ),
)
"""Programs that cannot run here, and tools whose faults are on record."""

PROGRAMS = {program.name: program for program in (*REAL, *IMITATED)}
"""All of them, by name."""
