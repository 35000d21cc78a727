"""What the columns of a file are taken for, and whether such a map can be used."""

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.columns import REPEATABLE, compact, propose_targets
from ..tools.dates import detect_date_order
from .leadya_import_map import OPTIONS


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    @api.depends("map_id", "column_ids.header")
    @api.depends_context("lang")
    def _compute_map_hint(self):
        """How many of the file's columns the map knows, and which it does not."""
        for record in self:
            targets = record.map_id._get_targets()
            known = record.column_ids.filtered(lambda column, targets=targets: compact(column.header) in targets)
            # What is left out by itself is nothing that the map could know.
            new = (record.column_ids - known).filtered(lambda column: column.proposal != "ignore").mapped("header")
            total = len(known) + len(new)
            if not (record.map_id and total):
                record.map_hint = False
            elif not new:
                record.map_hint = self.env._("All %(total)s columns", total=total)
            else:
                record.map_hint = self.env._(
                    "%(known)s of %(total)s columns; new are %(names)s",
                    known=len(known),
                    total=total,
                    names=", ".join(new[:5]) + (" …" if len(new) > 5 else ""),
                )

    def _propose_columns(self, headers, samples):
        """Propose a target for each column: as in the map that fits best, or the last import of such a file; else by
        name and values.
        """
        ours = {compact(header) for header in self._get_reason_headers()}
        proposals = [
            "ignore" if compact(header) in ours else target
            for header, target in zip(headers, propose_targets(headers, samples), strict=True)
        ]
        month_first = "%m" in (self.env["res.lang"]._get_data(code=self.env.user.lang).date_format or "")[:3]
        self.column_ids.sudo().unlink()
        self.value_ids.sudo().unlink()
        self.env["leadya.import.column"].sudo().create(
            [
                {
                    "import_id": self.id,
                    "position": position,
                    "header": header,
                    "target": proposals[position],
                    "proposal": proposals[position],
                    "sample": self._format_sample(samples[position]),
                    "date_order": detect_date_order(samples[position]) or ("mdy" if month_first else "dmy"),
                }
                for position, header in enumerate(headers)
            ]
        )
        self.origin_id = self._find_origin()
        fitting = self.map_id or self.env["leadya.import.map"]._find_best(headers, self.company_id)
        self.with_context(leadya_proposing=True).map_id = fitting
        self._apply_map()

    def _find_origin(self):
        """The last import with the same columns."""
        return self.search(
            [
                ("signature", "=", self.signature),
                ("id", "!=", self.id),
                ("state", "in", ("running", "paused", "done")),
                ("company_id", "=", self.company_id.id),
                ("kind", "=", self.kind),
            ],
            limit=1,
        )

    def _apply_map(self):
        """Take columns, names and options from the map; what it doesn't know is as proposed by names and values."""
        for record in self:
            if record.map_id:
                record.write({name: record.map_id[name] for name in OPTIONS if name != "team_id"})
                record.team_id = record.map_id.team_id
            record._apply_targets(record.map_id._get_targets() or record.origin_id._get_targets())
            record.value_ids.sudo().unlink()
            record._sync_values()
            record._reset_test()

    def _get_targets(self):
        """What each column is taken for, by its name as it is compared; one left out for being empty is not known.

        :rtype: dict[str, tuple]
        """
        return {
            compact(column.header): (column.target, column.date_order)
            for column in self.column_ids
            if column._says_something()
        }

    def _apply_targets(self, known):
        """:param dict known: target and order of dates, by the name of the column"""
        columns = self.column_ids.with_context(leadya_proposing=True)
        taken = {known[compact(column.header)][0] for column in columns if compact(column.header) in known}
        for column in columns:
            target, order = known.get(compact(column.header), (column.proposal, column.date_order))
            if compact(column.header) not in known and target in taken - REPEATABLE:
                target = "note"
            if (target, order) != (column.target, column.date_order):
                column.write({"target": target, "date_order": order})

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

    def _check_repeated_columns(self, repeatable=REPEATABLE):
        """Raise where two columns are said to be the same field.

        :param repeatable: fields that several columns may be taken for
        :return: the fields that columns are taken for
        :rtype: set[str]
        """
        taken = {}
        for column in self.column_ids.filtered(lambda column: column.target not in repeatable):
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
        return set(taken)

    def _check_columns(self):
        """Raise where the map of columns can't be used."""
        for record in self:
            taken = record._check_repeated_columns()
            if not taken & {"external_ref", "email_from", "phone", "mobile"}:
                raise UserError(
                    self.env._(
                        "Choose the column of the identifier, e-mail or phone: without any of them no row is a lead."
                    )
                )
