"""Show the whole job: build the forms, have them filled, import them; say where to look.

Builds and imports through the commands, as a user would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from demo.engine import fill
from demo.sheets import RESPONDENTS, Respondent, sheet_of
from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.suppliers import load_suppliers

HERE = Path(os.path.relpath(Path(__file__).parent))
"""As a user would type it."""

SUPPLIERS = HERE / "suppliers.csv"
PRACTICE = HERE / "practice.json"


def run(out: Path) -> None:
    """Do it all in the folder `out`, which is emptied first."""
    if out.exists():
        shutil.rmtree(out)
    forms, returns, store = out / "forms", out / "returns", out / "store"
    _say("1. Établir les formulaires")
    _run("formgen", "build", "--suppliers", SUPPLIERS, "--practice", PRACTICE, "--out", forms)
    _say("\n2. Les remplir, comme chaque fournisseur (PDFium, le moteur de Chrome : clics, frappe)")
    fill_all(forms, returns)
    _say("\n3. Importer les retours")
    _run("formparse", "import", returns, "--out", store)
    _say(_where_to_look(forms, returns, store))


def fill_all(forms: Path, returns: Path) -> None:
    """Fill each form that a fictional supplier sends back."""
    catalog = load_catalog(default_catalog_path())
    suppliers = {supplier.id: supplier for supplier in load_suppliers(SUPPLIERS, catalog)}
    returns.mkdir(parents=True)
    for respondent in RESPONDENTS:
        for questionnaire_id in respondent.returns:
            form = forms / respondent.supplier_id / f"{questionnaire_id}.pdf"
            sent = filled(form.read_bytes(), respondent, questionnaire_id, catalog)
            (returns / return_name(respondent, questionnaire_id)).write_bytes(sent)
        name = suppliers[respondent.supplier_id].name
        _say(f"   {name}, {', '.join(respondent.returns)} : {respondent.shows}")


def filled(form: bytes, respondent: Respondent, questionnaire_id: str, catalog: Catalog) -> bytes:
    """Give a form as a supplier sends it back."""
    pdf = fill(form, sheet_of(respondent, catalog.questionnaire(questionnaire_id)))
    mishap = respondent.mishaps.get(questionnaire_id)
    return mishap(pdf) if mishap else pdf


def return_name(respondent: Respondent, questionnaire_id: str) -> str:
    """Give the name of the file sent back."""
    return f"{respondent.supplier_id} {questionnaire_id} rempli.pdf"


def _run(command: str, *arguments: str | Path) -> None:
    """Run one of the commands and show it; the demo ends where it fails."""
    words = [str(argument) for argument in arguments]
    _say(f"$ {command} {' '.join(words)}")
    done = subprocess.run([sys.executable, "-m", command, *words, "--lang", "fr"], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _where_to_look(forms: Path, returns: Path, store: Path) -> str:
    return f"""
Où regarder
   {forms / "boulon" / "Q2.pdf"} : un formulaire tel qu'il part
   {returns / "boulon Q2 rempli.pdf"} : le même, tel qu'il revient
   {store / "summaries" / "boulon.json"} : sa synthèse ; « actions » dit quoi lui demander
   {SUPPLIERS} : la liste des fournisseurs, telle qu'Excel l'enregistre

Fournisseurs, cabinet et réponses sont fictifs."""


def _say(text: str) -> None:
    # At once: what the commands print must come after what was said before them.
    print(text, flush=True)
