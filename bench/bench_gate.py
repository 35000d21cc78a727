"""The gate: 1,000 leads moved into a stage at once, by their salesperson's board or list.

Stock Odoo moves them; the addon moves the same, which have all that the stage asks for: a field, two criteria, and a
data sheet that the customer has. To the end of the transaction: tracking and stage clocks count on both sides.
"""

import sys

from common import compare, manager, open_registries, prepare_leads, report, set_up

MOVED = 1_000

#: What the issue asks for: at most a fifth slower than stock.
MAX_RATIO = 1.2


def add_gate(registry):
    """A stage to come from and one to go to; in a database with the addon the latter has a gate that is on."""
    with manager(registry, commit=True) as env:
        _start, gated = env["crm.stage"].create(
            [{"name": "Bench Start", "sequence": 0}, {"name": "Bench Gate", "sequence": 50}]
        )
        if "leadya.stage.requirement" not in env:
            return
        criteria = env["leadya.criterion"].search([("lead_field", "in", ["bant_need", "bant_timeframe"])])
        points = [
            {"name": "Phone", "kind": "field", "field_name": "phone"},
            {"name": "Data sheet", "kind": "information"},
            *({"name": criterion.name, "kind": "criterion", "criterion_id": criterion.id} for criterion in criteria),
        ]
        env["leadya.stage.requirement"].create([{**values, "stage_id": gated.id, "mode": "on"} for values in points])


def waiting(env):
    """Leads that have all that the gate asks for."""
    start = env["crm.stage"].search([("name", "=", "Bench Start")])
    quiet = {"leadya_skip_intake": True, "tracking_disable": True}
    leads = env["crm.lead"].with_context(**quiet).create(
        prepare_leads(env, MOVED, type="opportunity", user_id=env.uid, stage_id=start.id)
    )  # fmt: skip
    if "leadya.stage.requirement" in env:
        leads.write({"bant_need": "confirmed", "bant_timeframe": "confirmed"})
        point = env["leadya.stage.requirement"].search([("name", "=", "Data sheet")], limit=1)
        env["leadya.requirement.mark"].sudo().create(
            [{"lead_id": lead.id, "requirement_id": point.id, "user_id": env.uid} for lead in leads]
        )
    return leads.with_env(env)


def move(env, leads):
    leads.stage_id = env["crm.stage"].search([("name", "=", "Bench Gate")])


def main():
    stock, leadya = open_registries()
    for registry in (stock, leadya):
        set_up(registry, full_corridor=False)
        add_gate(registry)
    row = compare(
        f"Move {MOVED:,} leads through an open gate",
        (stock, waiting, move),
        (leadya, waiting, move),
        rounds=5,
        max_ratio=MAX_RATIO,
    )
    return report([row])


if __name__ == "__main__":
    sys.exit(main())
