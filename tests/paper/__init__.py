"""A simulator of paper: forms printed, marked by many hands, scanned or photographed. Seeded.

`hands` draws what people do at boxes, `machines` what printers, scanners and phones do to sheets,
`documents` puts returns together. The truth of each row is known. Its look was judged by eye beside
real scans; it is no proof for them.
"""
