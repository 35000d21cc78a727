"""What is asked of the figures: by what, of which days, by which model; checked once, at the door."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.credit import ATTRIBUTION_MODELS

#: By what figures are split: the model that names the keys; None where the key is the text itself.
DIMENSIONS = {
    "keyword": "leadya.keyword",
    "campaign": "utm.campaign",
    "channel": "leadya.channel",
    "source": "utm.source",
    "niche": "leadya.niche",
    "landing": None,
    "site": None,
}
#: What advertising costs know of themselves; by the others they are shared out by leads.
COST_DIMENSIONS = ("keyword", "campaign", "channel", "source")

#: What can be counted of leads, and what it costs each.
COUNTS = ("leads", "fit", "qualified", "meetings", "quotes", "won")
SINGULARS = {
    "leads": "lead", "fit": "fit", "qualified": "qualified", "meetings": "meeting", "quotes": "quote", "won": "won",
}  # fmt: skip
COSTS_EACH = {f"cost_per_{name}": count for count, name in SINGULARS.items()} | {"cost_per_click": "clicks"}
#: Seen by the marketing group alone.
MONEY = ("impressions", "clicks", "cost", "revenue", "return", "money_at_risk", *COSTS_EACH)
OPEN = (*COUNTS, "judged", "late", "median")

#: Keys of the row of costs that met no lead.
UNMET_ID, UNMET_TEXT = -1, " "

DAY = timedelta(days=1)
MAX_ROWS = 500
#: Longest span: five years.
MAX_DAYS = 1827
#: Points of a spark line.
SPARKS = 53


def prepare_transaction(env):
    """Let the database spend its time on the figures.

    * Compiling the statement (JIT) took 25 of 39 seconds on 300,000 leads.
    * How many rows a common table expression gives is a guess to the planner: taken for few, two of them were joined by
      nested loops, 73,000 times 73,000. What is looked up by LATERAL is a loop all the same.
    * Sorts of a quarter fit into this memory.

    All hold for the rest of the transaction alone.
    """
    env.flush_all()
    env.cr.execute("SET LOCAL jit = off; SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '32MB'")


@dataclass(frozen=True)
class FigureOptions:
    """:param list company_ids: of whose leads and costs; the currency is the environment's company's"""

    dimension: str
    date_from: date
    date_to: date
    model: str
    company_ids: tuple
    niche_id: int | None = None
    team_id: int | None = None
    search: str = ""
    order: str = "leads"
    descending: bool = True
    offset: int = 0
    limit: int | None = 80

    @property
    def days(self):
        return (self.date_to - self.date_from).days + 1

    @property
    def spark_days(self):
        """Days a point of the spark line stands for: a week, or more where there would be too many."""
        return max(7, -(-self.days // SPARKS))

    @property
    def spark_points(self):
        return -(-self.days // self.spark_days)

    @property
    def is_narrowed(self):
        """Whether only some of the leads are looked at, so that costs have to be shared."""
        return bool(self.niche_id or self.team_id)

    def moments(self, tz):
        """The span as the database has it: from the first moment on, up to and without the last (UTC)."""
        zone = pytz.timezone(tz or "UTC")
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + DAY)
        )


def parse_options(env, given, measures):
    """Options of a request from outside, each checked.

    :param dict given: ``dimension``; ``date_from`` and ``date_to`` (both included; the last 90 days); ``model``,
        ``niche_id``, ``team_id``, ``company`` (id; else all chosen companies), ``search``, ``order``,
        ``descending``, ``offset``, ``limit``
    :param measures: names by which this user may sort
    :raises UserError: where something cannot be understood, naming it
    """
    today = fields.Date.context_today(env["crm.lead"])
    dimension = _choose(env, given, "dimension", DIMENSIONS, "keyword")
    options = FigureOptions(
        dimension=dimension,
        date_from=_read_date(env, given, "date_from", today - 89 * DAY),
        date_to=_read_date(env, given, "date_to", today),
        model=_choose(env, given, "model", dict(ATTRIBUTION_MODELS), env.company.leadya_attribution_model),
        company_ids=_read_companies(env, given),
        niche_id=_read_number(env, given, "niche_id"),
        team_id=_read_number(env, given, "team_id"),
        search=str(given.get("search") or "")[:100].strip(),
        order=_choose(env, given, "order", ("name", *measures), "cost" if "cost" in measures else "leads"),
        descending=bool(given.get("descending", True)),
        offset=_read_number(env, given, "offset") or 0,
        limit=min(_read_number(env, given, "limit") or 80, MAX_ROWS),
    )
    if not 1 <= options.days <= MAX_DAYS:
        raise UserError(env._("Choose a span of one day to five years, from its first day to its last."))
    return options


def _choose(env, given, name, known, default):
    value = given.get(name) or default
    if value not in known:
        raise UserError(env._("Figures know no %(name)s “%(value)s”.", name=name, value=value))
    return value


def _read_date(env, given, name, default):
    try:
        return fields.Date.to_date(given.get(name)) or default
    except (TypeError, ValueError) as error:
        raise UserError(env._("“%(value)s” is no date.", value=given[name])) from error


def _read_number(env, given, name):
    value = given.get(name) or None
    if value is not None and (type(value) is not int or not 0 <= value < 2**31):
        raise UserError(env._("Figures know no %(name)s “%(value)s”.", name=name, value=value))
    return value


def _read_companies(env, given):
    company_id = _read_number(env, given, "company")
    if not company_id:
        return tuple(env.companies.ids)
    if company_id not in env.companies.ids:
        raise UserError(env._("Choose a company that is switched on."))
    return (company_id,)


def company_rates(env, company_ids, day):
    """How much a unit of each company's currency is in the environment's, where it is another.

    :rtype: dict[int, float]
    """
    target = env.company.currency_id
    companies = env["res.company"].sudo().browse(company_ids)
    return {
        company.id: env["res.currency"]._get_conversion_rate(company.currency_id, target, env.company, day)
        for company in companies
        if company.currency_id != target
    }


def rate_of(rates, company_id):
    """SQL of the factor that turns an amount of the company's currency into the environment's.

    :param SQL company_id: column; without a company an amount is of the environment's own
    """
    if not rates:
        return SQL("1")
    cases = SQL(" ").join(SQL("WHEN %s THEN %s", company, rate) for company, rate in rates.items())
    return SQL("CASE %s %s ELSE 1 END", company_id, cases)
