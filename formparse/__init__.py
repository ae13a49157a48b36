"""Read returned supplier questionnaires and write what they say, supplier by supplier."""
