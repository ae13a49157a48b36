"""Build accessible, fillable PDF forms of the supplier questionnaires from a catalog."""

__version__ = "0.1.0"
