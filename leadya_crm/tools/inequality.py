"""How unevenly something is spread. Plain Python."""


def gini(values):
    """The Gini coefficient: 0 where all have the same, nearing 1 where one has all.

    Half of the mean difference between any two, as share of the mean; computed from the
    sorted values. Source: Corrado Gini, *Variabilità e mutabilità*, Bologna 1912.

    :param values: numbers that are not negative
    :return: None where there is nobody, 0 where nobody has anything
    """
    ordered = sorted(values)
    count, total = len(ordered), sum(ordered)
    if not count:
        return None
    if not total:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(ordered, 1))
    return max(0.0, 2 * ranked / (count * total) - (count + 1) / count)
