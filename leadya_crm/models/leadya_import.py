"""A spreadsheet on its way in.

SPECIFICATIONS

The user gives a file and is led through: columns (a proposal for each) → names in the file and what they
stand for here (sources, statuses, owners, countries) → dry run → import in the background → result.

What it promises:

* The file is read once. Its rows are kept as ``leadya.import.row`` before anything is tried with them, and a
  row changes its state in the transaction that makes its lead: whatever happens to the server, every row is
  done once.
* A row with an identifier, or any way to reach somebody, becomes a lead. All others are given back, with the
  reason. A value that its field can't take is kept on the lead as labelled text.
* The same file again adds nothing. A row is known again by its identifier, else by its whole content.
* Old leads are loaded for the record: nothing is promised, nobody is told, their creation times are kept.
* The rights of whoever started the import hold, at every row.

Where things are: each step of the way has its file.

========================  ==============================================================
``…_import_file``         reading the file, keeping its rows
``…_import_mapping``      what its columns are taken for
``…_import_value``        what its names stand for
``…_import_check``        the dry run
``…_import_job``          start, stop, and the background job in batches
``…_import_plan``         what is to become of each row of a batch
``…_import_lead``         the values of the lead that a row makes
``…_import_run``          leads made and completed, rows marked
``…_import_result``       counts, reasons, the rejected rows as a workbook
``…_import_undo``         taking it back
``…_import_text``         all that it has to say, in words
========================  ==============================================================

Cells, columns and files are understood in ``tools/``, without the ORM.
"""

from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from odoo.addons.base.models.res_partner import _tz_get

#: States in which rows are being worked on, or are done.
STARTED = ("testing", "running", "paused", "undoing")

DUPLICATE_POLICIES = [
    ("join", "Complete that lead"),
    ("link", "Make another, and link it"),
    ("make", "Make another"),
]


class LeadyaImport(models.Model):
    _name = "leadya.import"
    _description = "Spreadsheet Import"
    _order = "id desc"
    _check_company_auto = True

    # Definition
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False, precompute=True)
    kind = fields.Selection([("leads", "Leads")], default="leads", required=True)
    state = fields.Selection(
        [
            ("draft", "File"),
            ("mapped", "Columns"),
            ("testing", "Being checked"),
            ("tested", "Checked"),
            ("running", "Running"),
            ("paused", "Stopped"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("undoing", "Being undone"),
            ("cancelled", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char(copy=False)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users",
        "Imported By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        copy=False,
        help="With whose rights the leads are made: of whoever started the import.",
    )

    # Options
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, help="For leads whose row says nothing of a team."
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="In which the file's times are written.",
    )
    ref_prefix = fields.Char(
        "Identifier Prefix",
        help="Put before the file's identifiers, such as “zoho-”. Needed only where two systems use the same numbers.",
    )
    as_new = fields.Boolean(
        "Treat as New Leads",
        help="Assign them, promise an answer and schedule the first call, as for leads that come in now. "
        "Without it they are loaded for the record: nobody is told, nothing is promised.",
    )
    duplicate_policy = fields.Selection(
        DUPLICATE_POLICIES,
        "Already an Open Lead",
        default=lambda self: self.env.company.leadya_duplicate_policy,
        required=True,
        help="What to do with a row without a known identifier whose person (same e-mail or phone) has an open lead.",
    )

    # What was read
    sheet_name = fields.Char("Sheet", help="Of the workbook. Empty: the first that holds something.")
    sheet_names = fields.Char("Sheets", readonly=True, copy=False)
    recognised = fields.Char("Recognized As", readonly=True, copy=False)
    signature = fields.Char(
        readonly=True, copy=False, index="btree_not_null", help="The file's headers, to know such a file again."
    )
    headers = fields.Json(readonly=True, copy=False)
    total_count = fields.Integer("Rows", readonly=True, copy=False)
    map_id = fields.Many2one(
        "leadya.import.map",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="What columns and names are taken for, as it was kept under this name. The map that fits the file best is "
        "proposed; choose another, or none.",
    )
    map_hint = fields.Char("Fits", compute="_compute_map_hint")
    origin_id = fields.Many2one(
        "leadya.import",
        "As In",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="An earlier import with the same columns, whose map is proposed again.",
    )
    column_ids = fields.One2many("leadya.import.column", "import_id", "Columns")
    value_ids = fields.One2many("leadya.import.value", "import_id", "Names")
    source_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Sources", domain=[("kind", "=", "source_id")]
    )
    stage_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Statuses", domain=[("kind", "=", "stage_id")]
    )
    user_value_ids = fields.One2many("leadya.import.value", "import_id", "Owners", domain=[("kind", "=", "user_id")])
    country_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Countries", domain=[("kind", "=", "country_id")]
    )
    channel_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Channels", domain=[("kind", "=", "channel_id")]
    )
    team_value_ids = fields.One2many("leadya.import.value", "import_id", "Teams", domain=[("kind", "=", "team_id")])
    unknown_value_count = fields.Integer("Unknown Names", compute="_compute_unknown_values")
    unknown_values = fields.Char("Unknown", compute="_compute_unknown_values", help="The commonest of them.")
    row_ids = fields.One2many("leadya.import.row", "import_id", "Rows of the File", readonly=True)

    @api.depends("filename")
    def _compute_name(self):
        """The file's name, until somebody gives another."""
        unnamed = self.env._("New import")
        for record in self:
            if record.filename and record.name in (False, unnamed):
                # Some browsers give a path; nothing of it is used but to show a name.
                record.name = record.filename.replace("\\", "/").rsplit("/", 1)[-1][:200]
            record.name = record.name or unnamed

    @api.depends("value_ids.state")
    def _compute_unknown_values(self):
        unknown = self.env["leadya.import.value"].search_fetch(
            [("import_id", "in", self.ids), ("state", "=", "unknown")],
            ["import_id", "text", "count"],
            order="count desc, id",
        )
        by_import = unknown.grouped("import_id")
        for record in self:
            lines = by_import.get(record._origin, unknown.browse())
            record.unknown_value_count = len(lines)
            shown = ", ".join(f"“{line.text}” ({formatLang(self.env, line.count, digits=0)})" for line in lines[:5])
            record.unknown_values = f"{shown} …" if len(lines) > 5 else shown

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_protected(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected([vals])
        if "file" in vals or "sheet_name" in vals:
            self._check_not_started()
            self._set({"state": "draft"})
        if "map_id" in vals:
            self._check_not_started()
        result = super().write(vals)
        if "map_id" in vals and not self.env.context.get("leadya_proposing"):
            self._apply_map()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(record.state in ("testing", "running", "undoing") for record in self):
            raise UserError(self.env._("Stop the import before you delete it."))

    def _check_protected(self, vals_list):
        """Nobody lends an import the rights of somebody else, nor starts one past its checks.

        :raises AccessError: where the values name another user than oneself, or a state
        """
        if not self.env.su and any(
            "state" in vals or vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list
        ):
            raise AccessError(
                self.env._(
                    "An import is started, stopped and undone by its buttons, with the rights of whoever presses them."
                )
            )

    def _set(self, values):
        """Write what only the import itself may: its state, and whose rights it uses."""
        self.check_access("write")
        self.sudo().write(values)

    def _check_not_started(self):
        if any(record.state in STARTED for record in self):
            raise UserError(self.env._("The import is under way: stop it, or wait for its end."))

    # ------------------------------------------------------------
    # HELPERS
    # ------------------------------------------------------------

    def _get_zone(self):
        return ZoneInfo(self.tz or "UTC")

    def _escape_notes(self, notes):
        """Labelled texts as a part of a lead's notes.

        :param notes: list of (label, text)
        """
        lines = [
            Markup("<b>%s:</b> %s") % (label, escape(text).replace("\n", Markup("<br/>"))) for label, text in notes
        ]
        return Markup("<p>%s</p>") % Markup("<br/>").join(lines) if lines else Markup("")
