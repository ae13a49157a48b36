"""What the system says about a file that cannot be opened or written, in our two languages.

The system's own words come in the language it was installed in, or in English.
"""

from __future__ import annotations

import errno

from formgen.language import Phrase

_REASONS = {
    errno.ENOENT: Phrase("aucun fichier de ce nom", "no file of that name"),
    errno.EACCES: Phrase("accès refusé", "permission denied"),
    errno.EPERM: Phrase("accès refusé", "permission denied"),
    errno.EISDIR: Phrase("c'est un dossier", "it is a folder"),
    errno.ENOTDIR: Phrase(
        "un fichier du chemin n'est pas un dossier", "a file on the path is no folder"
    ),
    errno.ENAMETOOLONG: Phrase("nom trop long", "name too long"),
    errno.ELOOP: Phrase("liens qui tournent en rond", "links that go round in a circle"),
    errno.EIO: Phrase("erreur du disque", "disk error"),
    errno.ENOSPC: Phrase("plus de place sur le disque", "no space left on the disk"),
    errno.EROFS: Phrase("disque en lecture seule", "read-only disk"),
    errno.EMFILE: Phrase("trop de fichiers ouverts", "too many open files"),
}


def system_reason(error: OSError | ValueError) -> Phrase:
    """Give why a file could not be opened or written: rarer errors in the system's words.

    ValueError is what Python makes of a name that holds a NUL.
    """
    if not isinstance(error, OSError):
        return Phrase("nom de fichier impossible", "impossible file name")
    known = _REASONS.get(error.errno or 0)
    said = error.strerror or type(error).__name__
    return known or Phrase(said, said)
