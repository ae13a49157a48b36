"""Write the sRGB profile that PDF/A asks for as output intent, with a fixed date.

Run by hand: `python tools/make_srgb_profile.py`. Little CMS makes the profile (its built-in sRGB is
free to use) and stamps it with the clock; the stamp is replaced so that the file never changes.
"""

from __future__ import annotations

from pathlib import Path

from PIL import ImageCms

TARGET = Path(__file__).parent.parent / "formgen" / "icc" / "srgb.icc"
DATE = b"".join(number.to_bytes(2) for number in (2026, 1, 1, 0, 0, 0))
DATE_OFFSET = 24


def main() -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[DATE_OFFSET : DATE_OFFSET + len(DATE)] = DATE
    TARGET.write_bytes(bytes(profile))
    print(f"{TARGET.name}: {len(profile)} bytes")


if __name__ == "__main__":
    main()
