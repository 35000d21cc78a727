from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import capture
from .res_company import DUPLICATE_POLICIES


class LeadyaCaptureForm(models.Model):
    """SPECIFICATIONS: a door by which leads come in from a web page or another system.

    What it promises:

    - **Raw first.** What was posted is kept as a ``leadya.submission`` before anything is
      tried with it. An answer of success means that it is committed, whatever happens then.
    - **A closed map.** A visitor can fill what ``field_ids`` names and nothing else: never the
      owner, the team or the stage. What the map doesn't know is kept and shown.
    - **Once.** The same idempotency key gives the same answer and one lead.
    - **The form decides** company, team, default source, medium and campaign; the lead then
      walks the same corridor as any other.

    How it works: the controller hands bytes and headers to :meth:`_receive`, which returns an
    answer (see there). Reading bytes is ``tools.capture``'s job; making the lead is
    ``leadya.submission``'s.
    """

    _name = "leadya.capture.form"
    _description = "Capture Form"
    _order = "sequence, name, id"
    _check_company_auto = True

    # Definition
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("form", "Web form"),
            ("json", "JSON from another system"),
            ("google_ads", "Google Ads lead forms"),
            ("meta", "Meta lead ads (Facebook, Instagram)"),
        ],
        default="form",
        required=True,
        help="A web form takes what pages and scripts post. A JSON door takes JSON objects only. "
        "Google Ads and Meta send what people wrote into the forms of an advertisement.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True, index="btree_not_null")
    # Key
    token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_token(),
        groups="sales_team.group_sale_manager",
        help="The secret part of the address. Whoever knows it can post, and do nothing else.",
    )
    previous_token = fields.Char(readonly=True, copy=False, groups="sales_team.group_sale_manager")
    previous_token_until = fields.Datetime(
        "Old Address Works Until", readonly=True, copy=False, groups="sales_team.group_sale_manager"
    )
    token_grace_days = fields.Integer(
        "Grace Period", default=7, help="For so many days after a change, posts to the old address are still taken."
    )
    # Defaults
    source_id = fields.Many2one("utm.source", "Default Source", index="btree_not_null")
    medium_id = fields.Many2one("utm.medium", "Default Medium", index="btree_not_null")
    campaign_id = fields.Many2one("utm.campaign", "Default Campaign", index="btree_not_null")
    duplicate_policy = fields.Selection(
        DUPLICATE_POLICIES,
        "Same Person Again",
        help="What happens when somebody who has an open lead (same e-mail or phone) writes again. "
        "Empty: what the settings of the company say.",
    )
    field_ids = fields.One2many(
        "leadya.capture.field",
        "form_id",
        "Field Map",
        copy=True,
        default=lambda self: [Command.create(values) for values in self.env["leadya.capture.field"]._default_lines()],
    )
    # Answer
    thanks_url = fields.Char(
        "Thank-You Page", help="Where the browser goes afterwards. Empty: a small page with the text below."
    )
    thanks_text = fields.Text("Thank-You Text", translate=True)
    # Counters
    submission_ids = fields.One2many("leadya.submission", "form_id", "Submissions")
    submission_count = fields.Integer("Submissions Count", compute="_compute_counters")
    lead_count = fields.Integer("Leads Count", compute="_compute_counters")
    error_week_count = fields.Integer("Errors of the Last 7 Days", compute="_compute_counters")
    stuck_count = fields.Integer("Waiting Too Long", compute="_compute_counters")
    last_received_at = fields.Datetime("Last Received", compute="_compute_counters")

    _token_uniq = models.UniqueIndex("(token)", "This key is taken.")
    _previous_token_idx = models.Index("(previous_token) WHERE previous_token IS NOT NULL")
    _days_positive = models.Constraint("CHECK (token_grace_days >= 0)", "Days can't be negative.")

    @api.depends("submission_ids")
    def _compute_counters(self):
        Submission = self.env["leadya.submission"]
        real = Domain("form_id", "in", self.ids) & Domain("is_test", "=", False)
        total = {
            form: (count, leads, last)
            for form, count, leads, last in Submission._read_group(
                real, ["form_id"], ["__count", "lead_id:count_distinct", "received_at:max"]
            )
        }
        errors = dict(Submission._read_group(real & self._get_error_week_domain(), ["form_id"], ["__count"]))
        stuck = dict(Submission._read_group(real & Submission._get_stuck_domain(), ["form_id"], ["__count"]))
        for form in self:
            form.submission_count, form.lead_count, form.last_received_at = total.get(form, (0, 0, False))
            form.error_week_count = errors.get(form, 0)
            form.stuck_count = stuck.get(form, 0)

    @api.constrains("thanks_url")
    def _check_thanks_url(self):
        for form in self:
            url = form.thanks_url
            if url and (
                not capture.is_web_address(url)
                or not url.startswith(("http://", "https://"))
                or capture.one_line(url) != url
            ):
                raise ValidationError(
                    self.env._("The thank-you page must be a web address that starts with https:// or http://")
                )

    # Actions

    def action_rotate_token(self):
        """Give the door a new address; the old one works for the grace period."""
        for form in self:
            form.write(
                {
                    "previous_token": form.token if form.token_grace_days else False,
                    "previous_token_until": fields.Datetime.now() + timedelta(days=form.token_grace_days),
                    "token": self._new_token(),
                }
            )

    def action_view_submissions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_submission_action")
        return {**action, "domain": [("form_id", "=", self.id)], "context": {"search_default_real": 1}}

    def action_view_errors(self):
        domain = Domain("form_id", "=", self.id) & self._get_error_week_domain()
        action = self.action_view_submissions()
        return {**action, "name": self.env._("Errors of the Last 7 Days"), "domain": list(domain)}

    def action_process_now(self):
        """See ``leadya.submission.action_process_now``."""
        return self.env["leadya.submission"].action_process_now()

    def action_view_leads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        return {**action, "domain": [("id", "in", self.submission_ids.lead_id.ids)], "context": {"active_test": False}}

    # Business

    @api.model
    def _get_error_week_domain(self):
        return Domain("state", "=", "error") & Domain("received_at", ">", fields.Datetime.now() - timedelta(days=7))

    def _get_duplicate_policy(self):
        """What is done when somebody who has an open lead writes again: join, link or make."""
        self.ensure_one()
        return self.duplicate_policy or self.company_id.leadya_duplicate_policy
