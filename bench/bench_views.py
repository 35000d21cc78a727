"""Reading 100,000 leads: what the web client asks for when it opens kanban, list and form.

The specification of each call is made from the real view, as the web client makes it:
every field of the view, sub-lists of one2many fields included. The same leads are in
both databases; with the addon they have all that the corridor gives a lead.
"""

import sys

from bulk import MADE_BY_ORM, make_leads, multiply, vacuum
from common import compare, measure, open_registries, prepare_leads, prepare_visits, report
from common import manager as environment
from lxml import etree

from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

COUNT = 100_000
KANBAN = "crm.crm_case_kanban_view_leads"
LIST = "crm.crm_case_tree_view_oppor"
FORM = "crm.crm_lead_view_form"
PAGE = 80
#: As the web client calls it: more are shown as "10,000+".
COUNT_LIMIT = 10_001
#: Records that belong to a lead, and the field that says to which.
BELONGINGS = {
    "leadya_touch": "lead_id",
    "leadya_sla_clock": "lead_id",
    "leadya_decision_log": "lead_id",
    "mail_activity": "res_id",
}
DOMAIN = [("type", "=", "opportunity")]
#: What the chatter of a form asks for.
CHATTER = ["activities", "attachments", "contact_fields", "followers", "scheduledMessages", "suggestedRecipients"]


# ------------------------------------------------------------
# DATA
# ------------------------------------------------------------


def fill(registry, prepare):
    """Make some leads by the ORM, and copy them with all that belongs to them."""
    make_leads(registry, prepare)
    with environment(registry, commit=True) as env:
        turns = range(1, COUNT // MADE_BY_ORM)
        multiply(env, "crm_lead", "id", {"id"}, turns)
        for table, key in BELONGINGS.items():
            if env.cr.execute(SQL("SELECT to_regclass(%s)", table)) or env.cr.fetchone()[0]:
                multiply(env, table, key, {"id", key}, turns)
    vacuum(registry)


# ------------------------------------------------------------
# WHAT THE WEB CLIENT ASKS FOR
# ------------------------------------------------------------


def get_arch(env, xmlid, view_type):
    return etree.fromstring(env["crm.lead"].get_view(env.ref(xmlid).id, view_type)["arch"])


def get_specification(env, model, arch):
    """Fields to read by a view, with those of the records that it shows inside."""
    specification = {}
    for node in arch.xpath(".//field[not(ancestor::field) and not(ancestor::groupby)]"):
        field = env[model]._fields[node.get("name")]
        specification.setdefault(field.name, {}).update(get_field_specification(env, field, node))
    return specification


def get_field_specification(env, field, node):
    hidden = node.get("invisible") in ("1", "True") or node.get("column_invisible") in ("1", "True")
    if not field.relational or hidden:
        return {}
    if field.type == "many2one":
        return {"fields": {"display_name": {}}}
    if node.get("widget") == "many2many_tags":
        return {"fields": {"display_name": {}, "color": {}}}
    # A sub-view is a document of its own.
    shown = next((etree.fromstring(etree.tostring(child)) for child in node if child.tag in ("list", "kanban")), None)
    return {} if shown is None else {"fields": get_specification(env, field.comodel_name, shown), "limit": 40}


def open_kanban(env, arguments):
    arch, specification = arguments
    progressbar = arch.find(".//progressbar")
    aggregates = [f"{progressbar.get('sum_field')}:sum"] if progressbar is not None else []
    leads = env["crm.lead"]
    leads.web_read_group(
        DOMAIN,
        ["stage_id"],
        aggregates,
        auto_unfold=True,
        unfold_read_specification=specification,
        unfold_read_default_limit=PAGE,
    )
    if progressbar is not None:
        colors = dict.fromkeys(env["mail.activity.mixin"]._fields["activity_state"].get_values(env), "success")
        leads.read_progress_bar(DOMAIN, "stage_id", {"field": progressbar.get("field"), "colors": colors})


def open_list(env, arguments, limit=PAGE):
    arch, specification = arguments
    env["crm.lead"].web_search_read(
        DOMAIN, specification, limit=limit, order=arch.get("default_order"), count_limit=COUNT_LIMIT
    )


def read_record(env, arguments, opened=lambda lead: None):
    """Twenty leads, one after the other, each as if it were the first."""
    _arch, specification = arguments
    for lead_id in env["crm.lead"].search(DOMAIN, limit=20, order="id desc").ids:
        env.invalidate_all()
        lead = env["crm.lead"].browse(lead_id)
        lead.web_read(specification)
        opened(lead)


def open_form(env, arguments):
    """As :func:`read_record`, with the chatter that the web client loads beside it."""
    read_record(env, arguments, open_chatter)


def open_chatter(lead):
    """What the requests ``/mail/data`` and ``/mail/thread/messages`` do."""
    lead.env.invalidate_all()
    Store().add(lead, request_list=CHATTER, as_thread=True).get_result()
    lead.env.invalidate_all()
    messages = lead.env["mail.message"]._message_fetch(domain=None, thread=lead, limit=30)["messages"]
    Store().add(messages).get_result()


def prepare_view(xmlid, view_type):
    def prepare(env):
        arch = get_arch(env, xmlid, view_type)
        return arch, get_specification(env, "crm.lead", arch)

    return prepare


def count_queries_per_card(registry):
    """Queries that a longer page costs more, a card: 0 where all is read at once."""
    prepare = prepare_view(LIST, "list")
    short, long = (
        measure(registry, prepare, lambda env, arguments, limit=limit: open_list(env, arguments, limit))[1]
        for limit in (PAGE // 4, PAGE)
    )
    return (long - short) / (PAGE - PAGE // 4)


def main():
    stock, leadya = open_registries()
    fill(stock, prepare_leads)
    fill(leadya, prepare_visits)
    rows = []
    for name, xmlid, view_type, work, goal in (
        ("Kanban by stage", KANBAN, "kanban", open_kanban, 1.1),
        ("List", LIST, "list", open_list, 1.1),
        ("Form opened, 20 leads", FORM, "form", open_form, 1.1),
        ("Its record alone, 20 leads", FORM, "form", read_record, None),
    ):
        sides = [(registry, prepare_view(xmlid, view_type), work) for registry in (stock, leadya)]
        # The first call of each side fills Odoo's own caches.
        for side in sides:
            measure(*side)
        rows.append(compare(f"{name} of {COUNT} leads", *sides, rounds=9, max_ratio=goal))
    code = report(rows)
    per_card = count_queries_per_card(leadya)
    print(f"Queries a card: {per_card:g}")
    return code or int(per_card > 0)


if __name__ == "__main__":
    sys.exit(main())
