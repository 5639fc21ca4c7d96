"""Text into XML so that a parser reads back exactly what was written."""

from xml.sax import saxutils

# A bare carriage return would be read back as a line feed.
RETURN = {"\r": "&#13;"}


def escape(text: str) -> str:
    return saxutils.escape(text, RETURN)
