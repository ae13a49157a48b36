"""From a page's picture to the ink at its boxes: what vector pages and paper scans share.

A page is made an image (`raster`), its codes are read (`pagecode`), the way from the layout's
points to the image's pixels is found (`registration`), and the ink at each box is measured
(`ink`). What the ink means is decided by `formparse.marking`. All of it needs numpy; nothing here
is imported before a page has to be looked at.
"""
