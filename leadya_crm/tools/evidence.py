"""How sure several signs together are."""

#: What is recognised by signs is never certain.
MOST = 99


def combine(strengths):
    """The strength of independent signs that say the same, in percent.

    Noisy-or: it is somebody else only where every sign errs; with signs of 80 % and 70 %
    that is 20 % × 30 % = 6 % (J. Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, 4.3.2).

    :param strengths: of each sign, 0 to 100
    :rtype: int
    """
    doubt = 1.0
    for strength in strengths:
        doubt *= 1 - strength / 100
    return min(round(100 * (1 - doubt)), MOST)
