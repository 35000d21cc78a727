import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import formatLang

from .leadya_replay_run import ReplayRun

_logger = logging.getLogger(__name__)

CRON = "leadya_crm.ir_cron_leadya_replay"

#: Leads between two looks at whether somebody wants the replay to stop.
BATCH_SIZE = 1000


class LeadyaReplay(models.Model):
    """Rules tried on the leads of the past, as they are being edited, without any change.

    How it works: the leads of the span go by in the order in which they came, before the
    same code that assigns new ones; members start without leads, and what they are given
    leaves their windows of a day and 30 days, and is closed, when it was. Filters are
    tried on the leads as they are now. Nothing is written but the replay's own result.
    """

    _name = "leadya.replay"
    _description = "Replay of Rules"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    scope = fields.Selection(
        [("rules", "These assignment rules"), ("categories", "These SLA categories"), ("all", "The whole set")],
        default="all",
        required=True,
        string="Try",
        help="The whole set: all assignment rules and SLA categories, whatever their switch says.",
    )
    rule_ids = fields.Many2many("leadya.assignment.rule", string="Assignment Rules", check_company=True)
    category_ids = fields.Many2many("leadya.sla.category", string="SLA Categories", check_company=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, required=True, index=True)
    date_from = fields.Datetime("From", default=lambda self: fields.Datetime.now() - timedelta(days=30), required=True)
    date_to = fields.Datetime("To", default=fields.Datetime.now, required=True)
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Stopped"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    progress = fields.Float(readonly=True, copy=False)
    lead_count = fields.Integer("Leads", readonly=True, copy=False)
    done_count = fields.Integer("Done", readonly=True, copy=False)
    error = fields.Char(readonly=True, copy=False)
    result = fields.Json(readonly=True, copy=False, prefetch=False)
    report = fields.Html(compute="_compute_report", sanitize=False)

    _span = models.Constraint("CHECK(date_to > date_from)", "The span ends after it begins.")

    @api.depends("scope", "rule_ids", "category_ids", "date_from")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["scope"]._description_selection(self.env))
        for replay in self:
            names = (replay.rule_ids if replay.scope == "rules" else replay.category_ids).mapped("name")
            replay.name = labels[replay.scope] if replay.scope == "all" or not names else ", ".join(names)

    @api.depends("result", "state")
    @api.depends_context("lang", "tz")
    def _compute_report(self):
        for replay in self:
            result = replay.result if replay.state == "done" else None
            replay.report = result and self.env["ir.qweb"]._render(
                "leadya_crm.replay_report", replay._prepare_report(result), minimal_qcontext=True
            )

    @api.constrains("scope", "rule_ids", "category_ids")
    def _check_scope(self):
        for replay in self:
            if (replay.scope == "rules" and not replay.rule_ids) or (
                replay.scope == "categories" and not replay.category_ids
            ):
                raise ValidationError(self.env._("Choose what is to be tried."))

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_start(self):
        """Have the replay done in the background."""
        for replay in self:
            if replay.state == "running":
                raise UserError(self.env._("This replay is running already."))
        self.write({"state": "running", "progress": 0, "done_count": 0, "lead_count": 0, "error": False})
        self.env.ref(CRON).sudo()._trigger()
        return True

    def action_stop(self):
        """Stop after the batch that is being done."""
        self.filtered(lambda replay: replay.state == "running").state = "cancelled"
        return True

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "name": self.env._("Replay"),
        }

    # ------------------------------------------------------------
    # BACKGROUND
    # ------------------------------------------------------------

    @api.model
    def _cron_run_replays(self):
        """Do the replays that wait, one after the other; one that fails doesn't keep the others."""
        while replay := self.search([("state", "=", "running")], order="id", limit=1).try_lock_for_update():
            try:
                done = replay._work()
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Replay %s failed", replay.id)
                replay.write({"state": "failed", "error": str(error)})
                done = True
            if not self.env["ir.cron"]._commit_progress(1) or not done:
                return

    def _work(self):
        """Go through all leads; whether the replay came to its end."""
        self.ensure_one()
        run = ReplayRun(self)
        ids = run.search_lead_ids()
        self.lead_count = len(ids)
        for start in range(0, len(ids), BATCH_SIZE):
            run.play(ids[start : start + BATCH_SIZE])
            if not self._report_progress(min(start + BATCH_SIZE, len(ids)), len(ids)):
                return self.state != "running"
        self.write({"state": "done", "progress": 100, "result": run.summarize()})
        return True

    def _report_progress(self, done, count):
        """Show how far it is; False where somebody has stopped it, or time is up."""
        # What users see and press is another transaction's.
        in_time = self.env["ir.cron"]._commit_progress()
        self.invalidate_recordset()
        if self.state != "running" or not in_time:
            return False
        self.write({"done_count": done, "progress": 100 * done / count})
        return bool(self.env["ir.cron"]._commit_progress())

    # ------------------------------------------------------------
    # REPORT
    # ------------------------------------------------------------

    def _prepare_report(self, result):
        """Values of the QWeb template."""
        log = self.env["leadya.decision.log"]
        busiest = max((count for count, _working in result["hours"]), default=0) or 1
        return {
            **result,
            "busiest": busiest,
            "share": lambda part, whole: formatLang(self.env, 100 * part / whole, digits=0) if whole else "–",
            "describe": lambda causes: ", ".join(log._describe_cause(*cause) for cause in causes),
        }
