"""Which mail was written by a machine: out-of-office notices, receipts, auto-responders. Plain Python.

By RFC 3834 such mail carries ``Auto-Submitted``; what was common before, and still is, is known too.
"""

#: Headers that only machines set, whatever they say.
MARKS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse")
#: What ``Precedence`` says of mail that nobody is to answer.
MACHINE_PRECEDENCES = {"auto_reply", "bulk", "junk"}


def is_automatic(message):
    """Whether a mail was sent by a machine.

    :param email.message.Message message: as it came
    :rtype: bool
    """
    # "auto-replied; owner-email=…": what follows the keyword are parameters.
    submitted = str(message.get("Auto-Submitted") or "no").split(";")[0].strip().lower()
    precedence = str(message.get("Precedence") or "").strip().lower()
    return submitted != "no" or precedence in MACHINE_PRECEDENCES or any(mark in message for mark in MARKS)
