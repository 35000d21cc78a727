"""What the columns of a file are taken for, and whether such a map can be used."""

from odoo import models
from odoo.exceptions import UserError

from ..tools.columns import REPEATABLE, propose_targets
from ..tools.dates import detect_date_order


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def _propose_columns(self, headers, samples):
        """Propose a target for each column: as in the last import of such a file, else by name and values."""
        origin = self.search(
            [
                ("signature", "=", self.signature),
                ("id", "!=", self.id),
                ("state", "in", ("running", "paused", "done")),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        earlier = {column.header: column.target for column in origin.column_ids}
        proposals = propose_targets(headers, samples)
        month_first = "%m" in (self.env["res.lang"]._get_data(code=self.env.user.lang).date_format or "")[:3]
        self.column_ids.sudo().unlink()
        self.value_ids.sudo().unlink()
        self.origin_id = origin
        self.env["leadya.import.column"].sudo().create(
            [
                {
                    "import_id": self.id,
                    "position": position,
                    "header": header,
                    "target": earlier.get(header, proposals[position]),
                    "sample": self._format_sample(samples[position]),
                    "date_order": detect_date_order(samples[position]) or ("mdy" if month_first else "dmy"),
                }
                for position, header in enumerate(headers)
            ]
        )

    def _format_sample(self, values):
        shown = [value if len(value) <= 40 else value[:39] + "…" for value in dict.fromkeys(values)]
        return " · ".join(" ".join(value.split()) for value in shown[:3])

    def _sync_values(self):
        """Bring the list of names in line with the columns; what somebody chose stays."""
        self.ensure_one()
        self.env["leadya.import.value"].sudo()._sync(self)

    def _reset_test(self):
        """What was checked has changed."""
        self.filtered(lambda record: record.state == "tested")._set({"state": "mapped"})

    def _get_column(self, target):
        self.ensure_one()
        return self.column_ids.filtered(lambda column: column.target == target)[:1]

    def _check_columns(self):
        """Raise where the map of columns can't be used."""
        for record in self:
            taken = {}
            for column in record.column_ids:
                if column.target in REPEATABLE:
                    continue
                if column.target in taken:
                    raise UserError(
                        self.env._(
                            "Columns “%(first)s” and “%(second)s” can't both be %(field)s.",
                            first=taken[column.target],
                            second=column.header,
                            field=dict(column._fields["target"]._description_selection(self.env))[column.target],
                        )
                    )
                taken[column.target] = column.header
            if not taken.keys() & {"external_ref", "email_from", "phone", "mobile"}:
                raise UserError(
                    self.env._(
                        "Choose the column of the identifier, e-mail or phone: without any of them no row is a lead."
                    )
                )
