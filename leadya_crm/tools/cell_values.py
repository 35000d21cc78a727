"""What a cell may hold: an address, a number, a sum of money. None where it is none; what to do is the caller's."""

import re

_EMAIL_RE = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;.\"()]{2,}")


def looks_like_email(text):
    return bool(_EMAIL_RE.fullmatch(text))


def looks_like_phone(text):
    """Enough digits for a number, and nothing but what people write between them."""
    return bool(re.fullmatch(r"[+(]?[\d\s().,/\-–‑x*#]{6,}(ext\.?\s*\d+)?", text)) and (
        6 <= len(re.sub(r"\D", "", text)) <= 17
    )


def is_rounded_number(text):
    """A long number that a spreadsheet program has rounded (9.72501E+11): its digits are lost."""
    return bool(re.fullmatch(r"\d[.,]\d+E\+?\d+", text, re.I))


def parse_amount(text):
    """A sum of money as a float, None when it is none. Reads 1,200.50, 1.200,50, ₪ 1 200 and 3k.

    A single separator before exactly three digits counts as thousands.
    """
    if len(text) > 64:
        return None
    match = re.fullmatch(
        r"[^\d\-+(]{0,4}\s*([-+(]?)\s*[^\d\-+(]{0,4}?\s*(\d[\d\s.,'’\u00a0\u202f]*)\s*([kKmM]?)\)?\s*[^\d]{0,12}",
        text.strip(),
    )
    if not match:
        return None
    sign, digits, scale = match.groups()
    digits = re.sub(r"[\s'’]", "", digits).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        fraction, separator = digits[last + 1 :], digits[last]
        is_decimal = digits.count(separator) == 1 and (
            len(fraction) != 3 or ("." in digits and "," in digits) or digits[:last] in ("", "0")
        )
        whole = re.sub(r"[.,]", "", digits[:last])
        digits = f"{whole}.{fraction}" if is_decimal else re.sub(r"[.,]", "", digits)
    try:
        amount = float(digits)
    except ValueError:
        return None
    amount *= {"k": 1e3, "m": 1e6}.get(scale.lower(), 1)
    amount = -amount if sign in ("-", "(") else amount
    return amount if abs(amount) < 1e14 else None
