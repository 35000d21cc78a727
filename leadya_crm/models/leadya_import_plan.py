"""What is to become of each row: a new lead, a lead to be completed, one that is there already, none.

How it works: rows are taken in batches. `ImportSession` asks the database once for a whole batch, and once for each
distinct name of a file. The dry run stops there; the run carries the plans out.
"""

from dataclasses import dataclass, field

from odoo import models
from odoo.tools import email_normalize

from ..tools.lead_rows import LeadRow
from .crm_lead_link import NOISE_LIMIT
from .leadya_channel import Recognition
from .leadya_import_lead import LeadPreparer


@dataclass(eq=False)
class Plan:
    """What is to become of one row."""

    row: models.BaseModel
    read: LeadRow
    vals: dict = field(default_factory=dict)
    state: str = "created"
    code: str = ""
    params: dict = field(default_factory=dict)
    lead_id: int = 0
    stage_id: int = 0
    email: str = ""
    phone: str = ""
    #: Values of a `leadya.touch`, and how its channel was recognised.
    visit: dict = field(default_factory=dict)
    recognition: Recognition | None = None
    #: An open lead of the same person, which this one is linked to.
    original: models.BaseModel | None = None
    #: An earlier row of the same batch with the same person.
    alike: "Plan | None" = None
    #: An earlier row of the same batch that is the same lead.
    twin: "Plan | None" = None

    @property
    def person(self):
        """As `crm.lead._leadya_find_duplicates` asks for it."""
        return {"email_normalized": self.email, "phone_sanitized": self.phone, "company_id": self.vals["company_id"]}

    @property
    def is_open(self):
        """Whether the lead would be neither won nor lost."""
        return "probability" not in self.vals

    def reject(self, code, **params):
        self.state, self.code, self.params = "rejected", code, params


class ImportSession:
    """What an import knows while it works: how its rows are read, and which of them it has seen.

    :param record: a leadya.import, with the environment of the importing user
    :param bool dry: nothing may be created
    """

    def __init__(self, record, dry=False):
        self.record = record
        self.env = record.env
        self.dry = dry
        self.preparer = LeadPreparer(record, dry)
        self._seen = {}

    def plan(self, rows):
        """Say what is to become of each row.

        :param rows: leadya.import.row, in the order of the file
        :rtype: list[Plan]
        """
        plans = [self._plan_row(row) for row in rows]
        self._seen = self._get_seen(plans) if self.dry else {}
        self._plan_known([plan for plan in plans if plan.state == "created"])
        self._plan_duplicates([plan for plan in plans if plan.state == "created"])
        if not self.dry:
            self.preparer.prepare_visits([plan for plan in plans if plan.state in ("created", "joined")])
        return plans

    def _plan_row(self, row):
        plan = Plan(row, self.preparer.reader.parse(row.values or [], row.cut or ()))
        if not plan.read.is_lead:
            plan.reject("not_a_lead")
            return plan
        plan.vals = self.preparer.prepare(plan.read, row.number)
        plan.email = email_normalize(plan.vals.get("email_from"), strict=False) or ""
        plan.phone = self.preparer.sanitize_phone(plan.vals)
        return plan

    def _plan_known(self, plans):
        """Find the rows whose lead is there: by identifier, else by the whole content."""
        by_ref = self._search_by_ref({plan.vals.get("external_ref") for plan in plans} - {None})
        by_digest = self._search_by_digest({plan.row.digest for plan in plans} - {False})
        for plan in plans:
            ref = plan.vals.get("external_ref")
            lead = by_ref.get(ref) if ref else None
            if lead and not by_digest.get(plan.row.digest) and self._is_other_lead(plan, lead):
                plan.reject("other_lead", ref=ref, lead=lead.display_name)
            elif lead or by_digest.get(plan.row.digest):
                plan.state = "known"
                plan.lead_id = lead.id if lead else by_digest[plan.row.digest]
            else:
                self._plan_twin(plan, ref)

    def _get_seen(self, plans):
        """Rows of earlier batches that the same lead would be made of; a run that is not dry finds the lead itself."""
        refs = [plan.vals["external_ref"] for plan in plans if plan.vals.get("external_ref")]
        earlier = self.env["leadya.import.row"].search(
            [
                ("import_id", "=", self.record.id),
                ("number", "<", plans[0].row.number),
                ("planned", "in", ("created", "joined")),
                "|",
                ("digest", "in", [plan.row.digest for plan in plans]),
                ("ref", "in", refs),
            ],
            order="number",
        )
        seen = {}
        for plan in map(self._plan_row, earlier):
            for key in self._keys_of(plan):
                seen.setdefault(key, plan)
        return seen

    @staticmethod
    def _keys_of(plan):
        """By what a row is known again."""
        ref = plan.vals.get("external_ref")
        return [*([("ref", ref)] if ref else []), ("digest", plan.row.digest)]

    def _plan_twin(self, plan, ref):
        """A row that repeats an earlier one of the file: its identifier, or all of its content."""
        for key in self._keys_of(plan):
            twin = self._seen.setdefault(key, plan)
            if twin is plan:
                continue
            if ref and self._differs(
                plan.email, twin.email, plan.phone, twin.phone, self._names_of(plan), self._names_of(twin)
            ):
                plan.reject("other_lead", ref=ref, lead=twin.vals["name"])
            else:
                plan.state, plan.twin = "known", twin
            return

    def _search_by_ref(self, refs):
        """Leads by identifier, lost ones among them. With all rights: a lead that one may not see is there too."""
        if not refs:
            return {}
        leads_sudo = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [("external_ref", "in", list(refs)), ("company_id", "in", [False, self.record.company_id.id])],
                [
                    "external_ref",
                    "email_normalized",
                    "phone_sanitized",
                    "phone",
                    "contact_name",
                    "partner_name",
                    "name",
                ],
                order="id desc",
            )
        )
        return {lead.external_ref: lead for lead in leads_sudo}

    def _search_by_digest(self, digests):
        """Ids of leads by the content of the rows that made them."""
        if not digests:
            return {}
        rows_sudo = (
            self.env["leadya.import.row"]
            .sudo()
            .search_fetch(
                [
                    ("digest", "in", list(digests)),
                    ("lead_id", "!=", False),
                    ("import_id.company_id", "=", self.record.company_id.id),
                ],
                ["digest", "lead_id"],
            )
        )
        return {row.digest: row.lead_id.id for row in rows_sudo}

    def _is_other_lead(self, plan, lead):
        """Whether an identifier stands for somebody else here: two systems may use the same numbers."""
        return self._differs(
            plan.email,
            lead.email_normalized or "",
            plan.phone,
            lead.phone_sanitized or lead.phone or "",
            self._names_of(plan),
            {name.casefold() for name in (lead.contact_name, lead.partner_name) if name},
        )

    @staticmethod
    def _names_of(plan):
        return {plan.vals[name].casefold() for name in ("contact_name", "partner_name") if plan.vals.get(name)}

    @staticmethod
    def _differs(email, other_email, phone, other_phone, names, other_names):
        """Nothing that both have agrees, and at least two things can be compared."""
        agreements = []
        if email and other_email:
            agreements.append(email == other_email)
        if phone and other_phone:
            # The end of the number, without what only some write: country and area.
            agreements.append(_digits(phone)[-7:] == _digits(other_phone)[-7:])
        if names and other_names:
            agreements.append(bool(names & other_names))
        return len(agreements) >= 2 and not any(agreements)

    def _plan_duplicates(self, plans):
        """Find the rows whose person has an open lead already.

        Two rows of one file are never made one: people of one company share a number, and one mailbox serves
        several. They are marked, for a person to judge.
        """
        policy = self.record.duplicate_policy
        if policy == "make":
            return
        found = self.env["crm.lead"]._leadya_find_duplicates([plan.person for plan in plans])
        if policy == "join":
            self._plan_joined(plans, found)
        for plan, lead in zip(plans, found, strict=True):
            if lead and plan.state == "created":
                plan.original = lead
                plan.vals["possible_duplicate_id"] = lead.id
        self._plan_alike([plan for plan in plans if plan.state == "created"])

    def _plan_alike(self, plans):
        """Rows whose person stands in an earlier row of the same batch: no search can find a lead of it yet."""
        for name in ("email", "phone"):
            groups = {}
            for plan in plans:
                if value := getattr(plan, name):
                    groups.setdefault(value, []).append(plan)
            for alike in groups.values():
                first = next((plan for plan in alike if plan.is_open), None)
                if first and len(alike) <= NOISE_LIMIT:
                    for plan in alike[alike.index(first) + 1 :]:
                        plan.alike = plan.alike or first

    def _plan_joined(self, plans, found):
        """Rows that complete a lead from elsewhere than this file."""
        candidates = self.env["crm.lead"].browse({lead.id for lead in found if lead})
        own = (
            self.env["leadya.import.row"]
            .sudo()
            .search([("import_id", "=", self.record.id), ("lead_id", "in", candidates.ids), ("state", "=", "created")])
        )
        allowed = candidates._filtered_access("write") - own.lead_id
        refs = {lead.id: lead.external_ref for lead in allowed.sudo()}
        for plan, lead in zip(plans, found, strict=True):
            if lead.id in refs and self._may_join(plan, lead.sudo(), refs[lead.id]):
                plan.state, plan.lead_id = "joined", lead.id
                refs[lead.id] = refs[lead.id] or plan.vals.get("external_ref")

    def _may_join(self, plan, lead_sudo, ref):
        own_ref = plan.vals.get("external_ref")
        if own_ref and ref and own_ref != ref:
            return False
        # The same phone alone, and another mailbox: a colleague.
        return not (plan.email and lead_sudo.email_normalized and plan.email != lead_sudo.email_normalized)


def _digits(text):
    return "".join(sign for sign in text if sign.isdigit())
