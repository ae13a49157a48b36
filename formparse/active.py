"""Lists what a returned file holds besides a form: what it would do, open, play or carry.

Nothing of it is ever done, opened or followed; this module only looks whether it is there, so that
a person knows before a viewer of theirs does it. What no reader leaves in a form that it fills in
(scripts, programs to start, form data to send) is a warning; what some leave or honest people add
(links, attachments) is information.

Two ways, both cheap: the document's own objects, which the reader has at hand anyway, say what is
where; a search through the bytes finds what hangs elsewhere (in bookmarks, in layers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from formparse.intake import Page, annotations_of
from formparse.objects import Entries, String, decode_text
from formparse.returned import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from formparse.intake import ReturnedPdf
    from formparse.objects import Value

MAX_LISTED = 20
"""Names and addresses that one finding lists; whoever sees twenty has seen enough."""

MAX_NEXT = 50
"""Actions looked at of one chain or tree: each may name others to follow."""

MAX_FIELD_LEVELS = 8
"""Fields above a field, as in `formparse.readers.fields`."""

_LONGEST = 120
"""Characters of a name or address in a message."""

_MOVES_ONLY = frozenset({"GoTo", "Named", "Thread", "URI"})
"""Actions that show another place, or an address that is listed by itself. All others act."""

_NAMES = {
    "JavaScript": "un programme (JavaScript)",
    "Launch": "le lancement d'un programme ou l'ouverture d'un fichier (Launch)",
    "SubmitForm": "l'envoi des réponses à une adresse (SubmitForm)",
    "ImportData": "l'importation de données (ImportData)",
    "GoToR": "l'ouverture d'un autre document (GoToR)",
    "GoToE": "l'ouverture d'un document joint (GoToE)",
    "ResetForm": "l'effacement des réponses (ResetForm)",
    "Hide": "le masquage d'éléments (Hide)",
    "SetOCGState": "le masquage d'éléments (SetOCGState)",
    "Rendition": "la lecture d'un média (Rendition)",
    "RichMediaExecute": "la commande d'un média (RichMediaExecute)",
    "Movie": "la lecture d'une vidéo (Movie)",
    "Sound": "la lecture d'un son (Sound)",
}
"""In French, with the standard's own word. An action of any other kind is named by its word."""

_ACTION_KEYS = (b"A", b"PA")
"""Of an annotation: what a click does, and what did once, before it was an address."""

_EVENT_KEYS = frozenset({*_ACTION_KEYS, b"AA"})

_MEDIA = frozenset({"3D", "Movie", "RichMedia", "Screen", "Sound"})
"""Annotations that play something."""

_WEB = ("http://", "https://", "mailto:", "tel:")
"""Addresses that a link may lead to. Others open files, or start programs, on some machines."""

_IN_BYTES = re.compile(
    # Only the first letters of these words are looked at closely.
    rb"/(?=[JLSIGREF])(?:(JavaScript|Launch|SubmitForm|ImportData|GoTo[RE]|R(?:ichMedia|endition)"
    rb"|EmbeddedFile)(?![A-Za-z])|FFilter(?![A-Za-z])|F[ \t\r\n]{0,4}(?=[(<]))"
)
"""Words of actions that may hang where the objects are not looked through, none so short that it
stands in compressed data by chance; and what names the file that a stream's data are in."""

_STREAM_BYTES = 2_048
"""How far behind `/F` a stream's data may begin; its dictionary is shorter."""


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What has been met so far."""

    actions: dict[tuple[str, str, int | None], None] = field(default_factory=dict)
    """Kinds of action, where, on which page; a dictionary keeps the order."""
    words: set[str] = field(default_factory=set)
    """Of what was found among the objects, as `_IN_BYTES` has them."""
    links: dict[str, None] = field(default_factory=dict)
    attachments: dict[str, None] = field(default_factory=dict)
    media: dict[tuple[str, int | None], None] = field(default_factory=dict)
    has_xfa: bool = False


def find_active(pdf: ReturnedPdf, *, own_links: AbstractSet[str]) -> tuple[Finding, ...]:
    """Give a finding for each kind of thing in the file that is no form: none for a clean return.

    `own_links`: the addresses that our forms link to.
    """
    walk = _Walk(pdf, own_links)
    walk.document()
    for page in pdf.pages:
        walk.page(page)
    seen = walk.seen
    return (
        *(_acts(*one) for one in list(seen.actions)[:MAX_LISTED]),
        *(_plays(*one) for one in list(seen.media)[:MAX_LISTED]),
        *_elsewhere(pdf, seen),
        *((_XFA,) if seen.has_xfa else ()),
        *_linked(seen.links),
        *_attached(seen.attachments),
        *((_ENCRYPTED,) if pdf.objects.is_encrypted else ()),
    )


class _Walk:
    """Looks through the document, its pages, what stands on them, and the fields above it."""

    def __init__(self, pdf: ReturnedPdf, own_links: AbstractSet[str]) -> None:
        self.pdf = pdf
        self.objects = pdf.objects
        self.own_links = own_links
        self.seen = _Seen()
        self.fields: set[object] = set()
        """Fields that were looked at, by what their widgets say of them."""

    def document(self) -> None:
        root = self.objects.root()
        if b"OpenAction" in root.raw:
            self.action(root.get(b"OpenAction"), "à l'ouverture du document", None)
        self.more_actions(root, "sur le document", None)
        form = self.pdf.form
        if form is not None and self.objects.resolve(form.get(b"XFA")) is not None:
            self.seen.has_xfa = True
        names = self.objects.entries(root.get(b"Names"))
        if names is not None:
            if self.objects.entries(names.get(b"JavaScript")) is not None:
                self.note("JavaScript", "à l'ouverture du document", None)
            for value in self.named(names.get(b"EmbeddedFiles")):
                self.attachment(value)
        for value in self.objects.array(root.get(b"AF"))[:MAX_LISTED]:
            self.attachment(value)

    def named(self, tree: Value) -> Iterator[Value]:
        """Give the values of a name tree, as many as are listed."""
        given = 0
        for node in self.objects.tree([tree], limit=MAX_NEXT):
            for value in self.objects.array(node.get(b"Names"))[1 : 2 * MAX_NEXT : 2]:
                given += 1
                yield value
            if given > MAX_LISTED:
                return

    def page(self, page: Page) -> None:
        if b"AA" in page.entries.raw:
            self.more_actions(page.entries, "sur une page", page.number)
        for annotation in annotations_of(page, self.objects):
            self.annotation(annotation, page.number)

    def annotation(self, annotation: Entries, number: int) -> None:
        raw = annotation.raw
        # Most of what stands on a page are boxes with none of these: told by their raw tokens.
        if not raw.keys().isdisjoint(_EVENT_KEYS):
            for key in _ACTION_KEYS:
                self.action(annotation.get(key), "sur un élément de la page", number)
            self.more_actions(annotation, "sur un élément de la page", number)
        if raw.get(b"Subtype") == b"/Widget":
            above = raw.get(b"Parent")
            if not (isinstance(above, bytes) and above in self.fields):
                self.field_of(annotation, number)
            return
        kind = annotation.name(b"Subtype")
        if kind == "Widget":
            self.field_of(annotation, number)
        elif kind == "FileAttachment":
            self.attachment(annotation.get(b"FS"))
        elif kind in _MEDIA:
            self.seen.media[kind, number] = None

    def field_of(self, widget: Entries, number: int) -> None:
        """Look at the fields above a widget, each once."""
        current: Entries | None = widget
        for _ in range(MAX_FIELD_LEVELS):
            token = current.raw.get(b"Parent") if current is not None else None
            if current is None or token is None:
                return
            key = token if isinstance(token, bytes) else current.ref(b"Parent")
            if key is None or key in self.fields:
                return
            self.fields.add(key)
            current = self.objects.entries(current.get(b"Parent"))
            if current is not None and b"AA" in current.raw:
                self.more_actions(current, "sur un champ", number)

    # --- Actions --------------------------------------------------------------------------------
    def more_actions(self, holder: Entries, where: str, number: int | None) -> None:
        """Look at the actions that events start."""
        events = self.objects.entries(holder.get(b"AA"))
        for key in list(events.keys())[:MAX_NEXT] if events is not None else ():
            assert events is not None
            self.action(events.get(key), where, number)

    def action(self, value: Value, where: str, number: int | None) -> None:
        """Look at an action and those that follow it. An array is a place to go to."""
        waiting: list[Value] = [value]
        for _ in range(MAX_NEXT):
            if not waiting:
                return
            entries = self.objects.entries(waiting.pop())
            if entries is None:
                continue
            kind = self.objects.resolve(entries.get(b"S"))
            if kind == "URI":
                self.link(entries)
            elif isinstance(kind, str) and kind not in _MOVES_ONLY:
                self.note(kind, where, number)
            following = self.objects.resolve(entries.get(b"Next"))
            waiting += following[:MAX_NEXT] if isinstance(following, list) else [following]

    def note(self, kind: str, where: str, number: int | None) -> None:
        self.seen.actions[kind, where, number] = None
        self.seen.words.add(kind)

    def link(self, action: Entries) -> None:
        address = self.objects.resolve(action.get(b"URI"))
        text = decode_text(address.data) if isinstance(address, String) else ""
        if text not in self.own_links:
            self.seen.links[text] = None

    def attachment(self, value: Value) -> None:
        """Note a file that is attached by name alone; what is in the PDF is read, or listed, as one
        of the files inside it (`formparse.embedded`).
        """
        self.seen.words.add("EmbeddedFile")
        specification = self.objects.resolve(value)
        if isinstance(specification, Entries) and self.objects.entries(specification.get(b"EF")):
            return
        name: str | None = None
        if isinstance(specification, String):
            name = decode_text(specification.data)
        elif isinstance(specification, Entries):
            found = map(self.objects.resolve, (specification.get(b"UF"), specification.get(b"F")))
            name = next((decode_text(one.data) for one in found if isinstance(one, String)), None)
        self.seen.attachments[name or "sans nom"] = None


# --- In the bytes -------------------------------------------------------------------------------
def _elsewhere(pdf: ReturnedPdf, seen: _Seen) -> Iterator[Finding]:
    """Give what stands in the file at a place that was not looked at, object streams included."""
    words: dict[str, None] = {}
    is_external = False
    for data in (pdf.data, *pdf.objects.containers()):
        for found in _IN_BYTES.finditer(data):
            if found[1]:
                words[found[1].decode("ascii")] = None
            else:
                is_external = is_external or _is_of_stream(data, found.end())
    unknown = [word for word in words if word not in seen.words]
    for word in unknown:
        if word == "EmbeddedFile":
            seen.attachments["sans nom"] = None
        elif word == "RichMedia":
            if not seen.media:
                yield _plays(word, None)
        else:
            yield _acts(word, "à un endroit qu'aucune page ne montre", None)
    if is_external:
        yield _EXTERNAL_STREAM


def _is_of_stream(data: bytes, at: int) -> bool:
    """Whether the dictionary at a position is that of a stream."""
    behind = data[at : at + _STREAM_BYTES]
    start, end = behind.find(b"stream"), behind.find(b"endobj")
    if start < 0 or 0 <= end < start:
        return False
    return behind[:start].rstrip().endswith(b">>")


# --- What is said -------------------------------------------------------------------------------
def _acts(kind: str, where: str, number: int | None) -> Finding:
    what = _NAMES.get(kind, f"une action inconnue ({_shown(kind)})")
    return Finding(
        code="active-content",
        severity=Severity.WARNING,
        message=f"Le fichier prévoit {what}, {where}, ce qu'aucun lecteur n'ajoute à un "
        "formulaire. Rien n'en a été exécuté ici ; n'ouvrez pas ce fichier sans précaution.",
        page=number,
    )


def _plays(kind: str, number: int | None) -> Finding:
    return Finding(
        code="active-content",
        severity=Severity.WARNING,
        message=f"Le fichier contient un média ({kind}), ce qu'aucun lecteur n'ajoute à un "
        "formulaire. Il n'a pas été ouvert.",
        page=number,
    )


_XFA = Finding(
    code="xfa",
    severity=Severity.WARNING,
    message="Le fichier contient un second formulaire (XFA), que certains lecteurs montrent à la "
    "place du premier. Il n'est pas lu : comparez avec ce que montre un lecteur PDF.",
)

_EXTERNAL_STREAM = Finding(
    code="external-reference",
    severity=Severity.WARNING,
    message="Une partie du fichier renvoie à un autre fichier pour son contenu. Ce renvoi n'est "
    "pas suivi.",
)

_ENCRYPTED = Finding(
    code="encrypted-without-password",
    severity=Severity.INFO,
    message="Le fichier est chiffré, avec un mot de passe d'ouverture vide ; il a pu être lu.",
)


def _linked(links: dict[str, None]) -> Iterator[Finding]:
    for severity, code, of_web, words in (
        (
            Severity.WARNING,
            "odd-link",
            False,
            "Le fichier contient des liens qui ouvrent autre chose qu'une page web",
        ),
        (
            Severity.INFO,
            "link",
            True,
            "Le fichier contient des liens qui ne sont pas ceux du formulaire",
        ),
    ):
        listed = [link for link in links if link.lower().startswith(_WEB) is of_web]
        if listed:
            yield Finding(
                code=code,
                severity=severity,
                message=f"{words} : {_listed(listed)}. Ils n'ont pas été suivis.",
            )


def _attached(names: dict[str, None]) -> Iterator[Finding]:
    if names:
        yield Finding(
            code="attachment",
            severity=Severity.INFO,
            message="Le fichier nomme des pièces jointes qu'il ne contient pas, ou pas à leur "
            f"place\u00a0: {_listed(list(names))}. Elles n'ont pas été ouvertes.",
        )


def _listed(untrusted: list[str]) -> str:
    more = f" et {len(untrusted) - MAX_LISTED} autres" if len(untrusted) > MAX_LISTED else ""
    return ", ".join(f"« {_shown(one)} »" for one in untrusted[:MAX_LISTED]) + more


def _shown(untrusted_words: str) -> str:
    words = " ".join(untrusted_words.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
