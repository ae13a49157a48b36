"""The programs that people have between a form and its return, run for real or imitated.

One interface (`engine`), a module per kind of program, one table that names them all (`programs`),
one suite that runs on every one of them (`test_programs`), and the README's table made of it
(`table`; `python -m tests.engines` prints it). `.ci/engines` installs what pip does not bring.
"""
