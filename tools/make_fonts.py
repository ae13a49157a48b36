"""Make the fonts of the forms: small, renamed subsets of Source Sans 3, without hinting.

Run by hand when the font changes: `python tools/make_fonts.py FOLDER`, where FOLDER holds the TTF
files of the `source-sans` package. The subsets are kept in the project so that no form depends on
the version of a subsetting tool. The Open Font License reserves the name « Source »: ours differs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "formgen" / "fontfiles"

WINDOWS_1252 = [ord(bytes([code]).decode("cp1252", "ignore") or " ") for code in range(32, 256)]
LATIN_OF_EUROPE = [
    ord(letter)
    for letters in (
        "ĄąĆćĘęŁłŃńŚśŹźŻż",  # Polish
        "ČčĎďĚěŇňŘřŤťŮůĹĺĽľŔŕ",  # Czech, Slovak
        "ŐőŰű",  # Hungarian
        "ĐđĊċĠġĦħ",  # Croatian, Maltese
        "ĂăŞşŢţȘșȚț",  # Romanian
        "ĀāĒēĢģĪīĶķĻļŅņŌōŖŗŪūĖėĮįŲų",  # Latvian, Lithuanian
        "ĞğİıŒœŸ",  # Turkish, French
    )
    for letter in letters
]
TYPED = sorted({*WINDOWS_1252, *LATIN_OF_EUROPE})
"""What people type and what is embedded whole in each form: the Latin letters of the Union."""
PRINTED = [
    *TYPED,
    *range(0x100, 0x250),
    *range(0x370, 0x530),
    *range(0x1E00, 0x20D0),
    *range(0x2100, 0x2300),
    *range(0x25A0, 0x2600),
]
"""What a catalog may say: other scripts of Europe, punctuation, signs. Pages embed their part."""

FACES = {
    "FormgenSans-Regular.ttf": ("SourceSans3-Regular.ttf", PRINTED),
    "FormgenSans-Semibold.ttf": ("SourceSans3-Semibold.ttf", PRINTED),
    "FormgenSans-Italic.ttf": ("SourceSans3-It.ttf", PRINTED),
    "FormgenField-Regular.ttf": ("SourceSans3-Regular.ttf", TYPED),
}


def make(source: Path, target: Path, characters: list[int]) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "DSIG", "STAT", "MATH", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    family, _, style = target.stem.partition("-")
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = f"{family} {style}"
        elif record.nameID == 3:
            record.string = f"{target.stem}: subset of Source Sans 3 (OFL 1.1)"
        elif record.nameID == 6:
            record.string = target.stem
    font.save(target, reorderTables=True)
    print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


def main() -> None:
    folder = Path(sys.argv[1])
    for name, (source, characters) in FACES.items():
        make(folder / source, TARGET / name, characters)


if __name__ == "__main__":
    main()
