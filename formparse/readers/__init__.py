"""One module for each way in which a form can be read; each gives a `formparse.reading.Reading`."""
