"""Use CRM a little after the addon was uninstalled; exits with an error when something of it is broken."""

import logging
import sys

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry

VIEWS = [(False, kind) for kind in ("form", "list", "kanban", "search", "pivot", "graph", "calendar", "activity")]


def main(database: str) -> None:
    """Open every view, then lead a lead through its life."""
    odoo.tools.config.parse_config(["--database", database, "--no-http"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        for model in ("crm.lead", "crm.stage", "crm.team", "res.partner", "res.config.settings"):
            views = VIEWS if model == "crm.lead" else VIEWS[:3]
            available = [view for view in views if env["ir.ui.view"].default_view(env[model]._name, view[1])]
            env[model].get_views(available)
        lead = env["crm.lead"].create({"name": "After the uninstall", "type": "lead", "email_from": "a@example.com"})
        lead.convert_opportunity(env["res.partner"])
        lead.copy()
        lead.action_set_won()
        other = env["crm.lead"].create({"name": "Another", "email_from": "a@example.com"})
        (lead + other).merge_opportunity()
        env["crm.team"].search([])._action_assign_leads()
        env.flush_all()
        cr.rollback()
    logging.getLogger("odoo").info("CRM works.")


if __name__ == "__main__":
    main(sys.argv[1])
