"""Which search led to a page: probabilities of its queries. Plain Python.

Search engines no longer say what was searched for. Google's Search Console says, for each page of a site, how often it
was shown for a query, and clicked. Of somebody who came to the page from a search, nothing else is known, so each
query is as probable as its share of the page's clicks.

Clicks are few, and a query that was shown a thousand times and clicked by nobody yet is not impossible. The shares are
smoothed by the share of impressions, as if there had been some more clicks that are spread like these: the mean of the
Dirichlet-multinomial distribution after the clicks were seen, with impressions as what was believed before.

    p(query | page) = (clicks + m * impressions / all impressions of the page) / (all clicks of the page + m)

Source: C. Zhai and J. Lafferty, "A study of smoothing methods for language models applied to information retrieval",
ACM Transactions on Information Systems 22(2), 2004, section 2 ("Bayesian smoothing using Dirichlet priors").

What it can't know: Google hides queries that few people made, and says of most pages less than all. So the
probabilities are those among the queries that are known, and are always shown as inferred.
"""

#: So many clicks' worth is believed of the impressions ("m"): beside some dozens of clicks it hardly counts.
PRIOR_CLICKS = 10.0


def query_probabilities(counts, prior_clicks=PRIOR_CLICKS):
    """The probability of each query of one page.

    >>> [round(share, 3) for share in query_probabilities([(30, 500), (10, 300), (0, 200)])]
    [0.7, 0.26, 0.04]

    :param list counts: pairs of clicks and impressions, one for each query; none is negative
    :param float prior_clicks: how much is believed of the impressions, in clicks; above 0
    :return: in the same order; they sum to 1
    :rtype: list[float]
    """
    all_clicks = sum(clicks for clicks, _impressions in counts)
    all_impressions = sum(impressions for _clicks, impressions in counts)
    if not all_impressions:
        # Nothing is believed beforehand: all queries alike.
        counts, all_impressions = [(clicks, 1) for clicks, _impressions in counts], len(counts)
    total = all_clicks + prior_clicks
    return [(clicks + prior_clicks * impressions / all_impressions) / total for clicks, impressions in counts]
