"""Write what is doubtful as one page that a browser opens from disk: pictures, questions, keys.

Nothing in it comes from elsewhere, and a policy in its head keeps it so: no script but its own
runs, and nothing can be loaded or sent. French, as all that suppliers and practices read.
`pages/review.js` makes the file that `formparse.decision_record` reads.
"""

from __future__ import annotations

import base64
import hashlib
import html
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formgen.naming import TextPart
from formgen.plain_text import bind_french
from formparse.cleaning import file_name, for_html, without_hidden
from formparse.doubts import is_open

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from formparse.doubts import Doubtful, DoubtfulForm, SupplierDoubts
    from formparse.pictures import Picture

PAGE = "index.html"

Shown = tuple[str, str]
"""Supplier's id and name of the picture's file."""

_PAGES = Path(__file__).parent / "pages"

_KEY = {Answer.OUI: "O", Answer.NON: "N", Answer.NA: "A"}

_MAX_TEXT = 4000
"""Characters of a text that the page offers to confirm, as many as a decision may have."""

_LONG = 2000
"""Cells of a question or reason; a name gets less."""

_KEYS = (
    ("O", "OUI"),
    ("N", "NON"),
    ("A", "N/A, où le questionnaire le prévoit"),
    ("P", "passer : laisser tel quel"),
    ("R", "remettre en doute ce qui est décidé"),
    ("U", "annuler la dernière décision"),
    ("→", "suivant"),
    ("←", "précédent"),
    ("Entrée", "confirmer un texte (Ctrl+Entrée\u00a0: des remarques)"),
    ("Échap", "quitter un texte, vers les touches"),
    ("S", "enregistrer"),
)


def picture_name(item: Doubtful) -> str:
    """Give the name of a picture's file: the same for the same place, and no other's."""
    form = item.form
    part = "" if form.part is None else f"-{form.part[:8]}"
    page = "" if form.page is None else f"-p{form.page}"
    return file_name(f"{form.sha256[:16]}{part}{page}-{form.questionnaire_id}-{item.subject}.png")


def write_page(suppliers: Sequence[SupplierDoubts], pictures: Mapping[str, Picture]) -> bytes:
    """Give the page; `pictures` are by `picture_name`, and need not be complete."""
    style = (_PAGES / "review.css").read_text(encoding="utf-8")
    script = (_PAGES / "review.js").read_text(encoding="utf-8")
    items = [item for supplier in suppliers for form in supplier.forms for item in form.items]
    policy = (
        "default-src 'none'; img-src data:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    body = "".join(_supplier(supplier, pictures) for supplier in suppliers if supplier.forms)
    nothing = "<p class=\"empty\">Rien n'est douteux. Il n'y a rien à décider.</p>"
    page = f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Réponses à vérifier – formparse</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#liste">Aller à la liste</a>
<header class="top"><div class="wide">
<h1>Réponses à vérifier</h1>
<p>Ces réponses n'ont pas pu être lues avec certitude. Regardez chaque image et dites ce que vous
voyez ; laissez en doute ce qui ne se voit pas. Les réponses lues sans doute ne sont pas ici et ne
peuvent pas être changées.</p>
<noscript><p>Cette page a besoin de JavaScript pour noter vos décisions. Rien n'est envoyé.</p>
</noscript>
{_keys()}
</div></header>
<section class="bar" id="bar" aria-label="Vos décisions"><div class="wide">
<div class="who"><label for="who">Votre nom</label>
<input id="who" type="text" maxlength="120" autocomplete="name" required></div>
<span class="count" id="count">{sum(map(is_open, items))} à vérifier</span>
<button type="button" class="main" data-do="save">Enregistrer<kbd>S</kbd></button>
<button type="button" class="quiet" data-do="undo">Annuler<kbd>U</kbd></button>
<p class="said" id="said" role="status">Rien n'est envoyé : vos décisions restent dans cette page
jusqu'à ce que vous les enregistriez.</p>
</div></section>
<main id="liste" class="wide" tabindex="-1">
{body or nothing}
</main>
<script>{script}</script>
</body>
</html>
"""
    return page.encode()


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _keys() -> str:
    rows = "".join(f"<li><kbd>{key}</kbd>{html.escape(what)}</li>" for key, what in _KEYS)
    return f"""<details class="keys"><summary>Touches du clavier</summary>
<ul>{rows}</ul>
<input type="checkbox" id="keys-on" checked>
<label for="keys-on">Touches actives (sauf pendant qu'on écrit)</label></details>"""


def _supplier(supplier: SupplierDoubts, pictures: Mapping[str, Picture]) -> str:
    name = for_html(supplier.name or supplier.id, width=160)
    forms = "".join(_form(form, pictures) for form in supplier.forms)
    return f"<section>\n<h2><bdi>{name}</bdi></h2>\n{forms}</section>\n"


def _form(form: DoubtfulForm, pictures: Mapping[str, Picture]) -> str:
    questionnaire = for_html(form.form.identity.questionnaire_id, width=20)
    items = "".join(_item(item, pictures.get(picture_name(item))) for item in form.items)
    return f"""<section>
<h3>{questionnaire} – {for_html(form.title, width=200)}
<span class="file">(<bdi>{for_html(form.form.file, width=160)}</bdi>)</span></h3>
{items}</section>
"""


def _item(item: Doubtful, picture: Picture | None) -> str:
    name = for_html(item.name, width=40)
    short = f' <span class="short">{for_html(item.short, width=200)}</span>' if item.short else ""
    done = "" if is_open(item) else " done"
    return f"""<article class="item{done}" tabindex="-1"{_facts(item)}>
<h4>{name}{short}</h4>
<p class="doubt">{_why(item)}</p>
{_state(item)}{_picture(item, picture)}{_question(item, has_picture=picture is not None)}
{_controls(item)}
</article>
"""


def _facts(item: Doubtful) -> str:
    """Give what the script needs to know of an item, as attributes."""
    facts = {"name": item.name}
    if item.can_be_settled:
        form = item.form
        kind = "field" if isinstance(item.subject, TextPart) else "point"
        facts |= {
            "sha": form.sha256,
            "part": form.part or "",
            "page": "" if form.page is None else str(form.page),
            "questionnaire": form.questionnaire_id,
            kind: str(item.subject),
        }
    if item.value is not None:
        facts["decided"] = item.value
    return "".join(f' data-{key}="{for_html(value)}"' for key, value in facts.items())


def _why(item: Doubtful) -> str:
    seen = ", ".join(item.doubt.seen)
    is_point = not isinstance(item.subject, TextPart)
    told = f" Vu\u00a0: {seen}." if seen and is_point else ""
    return for_html(bind_french(f"{item.doubt.reason}{told}"), width=_LONG)


def _state(item: Doubtful) -> str:
    if not item.can_be_settled:
        return (
            '<p class="state">Regarder ne suffit pas\u00a0: demandez au fournisseur de répondre à '
            "nouveau.</p>\n"
        )
    before = ""
    if item.decided is not None:
        day = "/".join(reversed(item.decided.at[:10].split("-")))
        value = " / ".join((item.value or "").splitlines())
        told = f"Décidé\u00a0: {value}, par {item.decided.by} le {day}"
        before = for_html(told, width=_LONG)
    return f'<p class="state" data-before="{before}">{before}</p>\n'


def _picture(item: Doubtful, picture: Picture | None) -> str:
    if picture is None:
        where = "" if item.form.page is None else f", à partir de la page {item.form.page}"
        return f"""<p class="none">Pas d'image\u00a0: cette page ne peut pas être montrée. Ouvrez le
fichier d'origine{where}.</p>
"""
    name = for_html(item.name, width=40)
    is_text = isinstance(item.subject, TextPart)
    what = f"Champ {name}" if is_text else f"Ligne du point {name}"
    caption = f"Page {picture.page} du fichier."
    if not picture.is_sure:
        caption += (
            " La place exacte sur la page n'est pas sûre\u00a0: l'image montre ses alentours."
        )
    shown = _figure(picture.png, picture, f"{what}, à son retour", caption)
    if picture.below is None:
        return shown
    caption = "La même, sans ce qui a été posé par-dessus la page et en cache une partie."
    return shown + _figure(picture.below, picture, f"{what}, sans ce qui le cache", caption)


def _figure(png: bytes, picture: Picture, what: str, caption: str) -> str:
    width, height = struct.unpack(">II", png[16:24])
    encoded = base64.b64encode(png).decode()
    words = "".join(
        f'<text x="{at:.2%}" y="75%" text-anchor="middle">{html.escape(word)}</text>'
        for word, at in picture.columns
    )
    frame = "frame" if words else "frame text"
    heads = f'<svg aria-hidden="true">{words}</svg>' if words else ""
    return f"""<figure><div class="{frame}" role="group" aria-label="Image\u00a0: {what}">
<div class="sheet">{heads}<img alt="{what}" width="{width}" height="{height}"
src="data:image/png;base64,{encoded}"></div></div>
<figcaption>{caption}</figcaption></figure>
"""


def _question(item: Doubtful, *, has_picture: bool) -> str:
    if not item.question:
        return ""
    question = for_html(item.question, width=_LONG)
    if not has_picture:
        return f'<p class="question">{question}</p>\n'
    return (
        '<details class="question"><summary>Texte du point</summary>\n'
        f"<p>{question}</p></details>\n"
    )


def _controls(item: Doubtful) -> str:
    if not item.can_be_settled:
        return ""
    name = for_html(item.name, width=40)
    skip = '<button type="button" class="quiet" data-do="skip">Passer<kbd>P</kbd></button>'
    if item.decided is not None:
        skip = (
            '<button type="button" class="quiet" data-do="reopen">Remettre en doute<kbd>R</kbd>'
            f"</button>{skip}"
        )
    if isinstance(item.subject, TextPart):
        key = "Ctrl+Entrée" if item.subject is TextPart.REMARKS else "Entrée"
        return f"""<div class="write">{_text_box(item)}
<button type="button" data-do="confirm">Confirmer<kbd>{key}</kbd></button>{skip}</div>"""
    buttons = "".join(
        f'<button type="button" data-answer="{answer.value}" aria-pressed="false">{answer.value}'
        f"<kbd>{_KEY[answer]}</kbd></button>"
        for answer in item.offered
    )
    return f'<div class="answers" role="group" aria-label="Réponse à {name}">{buttons}{skip}</div>'


def _text_box(item: Doubtful) -> str:
    shown = without_hidden(item.read or "")[:_MAX_TEXT]
    key = for_html(picture_name(item).removesuffix(".png"))
    label = f'<label for="t-{key}">{for_html(item.name)}, comme vous le lisez</label>'
    if item.subject is TextPart.REMARKS:
        # A line feed right after the tag is dropped by browsers.
        box = (
            f'<textarea id="t-{key}" maxlength="{_MAX_TEXT}" autocomplete="off">\n'
            f"{html.escape(shown)}</textarea>"
        )
        return f"<div>{label}{box}</div>"
    hint = ""
    described = ""
    if item.subject is TextPart.DATE:
        hint = f'<span class="hint" id="h-{key}">jj/mm/aaaa</span>'
        described = f' aria-describedby="h-{key}"'
    value = html.escape(shown.replace("\n", " "), quote=True)
    box = (
        f'<input id="t-{key}" type="text" maxlength="{_MAX_TEXT}" autocomplete="off"{described} '
        f'value="{value}">'
    )
    return f"<div>{label}{hint}{box}</div>"
