"""What can go wrong, said so that the reader knows what to do next."""


class Failure(Exception):
    """A failure whose text is one sentence that says what to do; it is shown without a traceback."""
