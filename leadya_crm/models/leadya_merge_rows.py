"""What a merge changes in the database, and how it is put back.

How it works: whatever Odoo and other modules do when leads are merged, they do it to rows
that refer to the leads. All of these are read before the merge and after it, by columns,
as PostgreSQL has them; what differs is kept as JSON. Which tables refer to leads is asked
of the registry: many2one, many2many, and pairs of a model's name and an id, as messages,
activities, attachments, followers and meetings have them. So a module that is installed
tomorrow is undone as well.

To undo is to put back columns that are still as the merge left them. It goes straight to
the table: no hook runs, nothing is tracked and nobody is told, since nothing happens anew;
and the value is the same to the microsecond. What other records have computed from it is
computed again.
"""

from collections import defaultdict

from psycopg2 import IntegrityError
from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL, mute_logger, sql

from ..tools.row_changes import by_number, compare, take_back
from .crm_lead_measured import is_measured

#: Told by no one: when and by whom a row was written last.
LOG_COLUMNS = ("write_date", "write_uid")

#: What a merge adds to these is history, and stays when it is undone.
HISTORY_MODELS = ("mail.message", "leadya.decision.log")


class LeadyaMerge(models.Model):
    _inherit = "leadya.merge"

    # ------------------------------------------------------------
    # WHAT REFERS TO LEADS
    # ------------------------------------------------------------

    @api.model
    def _get_referring_models(self):
        """Models with stored rows that may refer to a lead, and by which fields.

        :return: names of fields, by model
        :rtype: dict[str, list]
        """
        found = {"crm.lead": ["id"]}
        for model_name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto or model_name == self._name:
                continue
            names = [field.name for field in model._fields.values() if self._refers_to_lead(model, field)]
            if names:
                found[model_name] = found.get(model_name, []) + names
        return found

    @api.model
    def _refers_to_lead(self, model, field):
        if not field.store or not field.column_type or field.company_dependent:
            return False
        if field.type == "many2one":
            return field.comodel_name == "crm.lead"
        if field.type == "many2one_reference":
            named_by = model._fields.get(field.model_field)
            return bool(named_by and named_by.store)
        return field.type == "reference"

    @api.model
    def _get_relations(self):
        """Tables of many2many fields in which leads stand, with their two columns and those of leads.

        :rtype: dict[str, tuple[list, list]]
        """
        found = {}
        for model_name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto or model_name == self._name:
                continue
            for field in model._fields.values():
                if field.type != "many2many" or not field.store or self.env[field.comodel_name]._transient:
                    continue
                of_leads = [
                    column
                    for column, side in ((field.column1, model_name), (field.column2, field.comodel_name))
                    if side == "crm.lead"
                ]
                if of_leads:
                    # Two fields may share the table, each from its side: one order for both.
                    found[field.relation] = (sorted((field.column1, field.column2)), of_leads)
        return found

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    @api.model
    def _read_state(self, leads, seen=None):
        """All rows that refer to the leads, as they are in the database now.

        :param dict seen: an earlier state; its rows are read again, whatever they refer to now
        :return: ``rows`` (model → id → columns) and ``pairs`` (relation → sorted pairs)
        :rtype: dict
        """
        self.env.flush_all()
        rows = {}
        for model_name, names in self._get_referring_models().items():
            condition = self._get_reference_condition(self.env[model_name], names, leads.ids)
            ids = list(seen["rows"].get(model_name, ())) if seen else []
            if ids:
                condition = SQL("(%s) OR id IN %s", condition, tuple(ids))
            if found := self._read_rows(self.env[model_name], condition):
                rows[model_name] = found
        pairs = {
            relation: self._read_pairs(relation, columns, of_leads, leads.ids)
            for relation, (columns, of_leads) in self._get_relations().items()
        }
        return {"rows": rows, "pairs": pairs}

    @api.model
    def _get_reference_condition(self, model, names, lead_ids):
        conditions = []
        for name in names:
            column = SQL.identifier(name)
            field = model._fields[name]
            if field.type == "reference":
                conditions.append(SQL("%s IN %s", column, tuple(f"crm.lead,{lead_id}" for lead_id in lead_ids)))
            elif field.type == "many2one_reference":
                named_by = SQL.identifier(field.model_field)
                conditions.append(SQL("(%s = 'crm.lead' AND %s IN %s)", named_by, column, tuple(lead_ids)))
            else:
                conditions.append(SQL("%s IN %s", column, tuple(lead_ids)))
        return SQL(" OR ").join(conditions)

    @api.model
    def _read_rows(self, model, condition):
        """Rows by id, as JSON has their columns; without what is heavy and no merge touches."""
        left_out = list(LOG_COLUMNS)
        if model._name != "crm.lead":
            heavy = [field.name for field in model._fields.values() if field.column_type and not field.prefetch]
            left_out += set(heavy) - {"id"}
        query = SQL(
            "SELECT id, to_jsonb(%(table)s) - %(left_out)s::text[] FROM %(table)s WHERE %(condition)s",
            table=SQL.identifier(model._table),
            left_out=left_out,
            condition=condition,
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _read_pairs(self, relation, columns, of_leads, lead_ids):
        conditions = [SQL("%s IN %s", SQL.identifier(column), tuple(lead_ids)) for column in of_leads]
        query = SQL(
            "SELECT %s, %s FROM %s WHERE %s",
            *map(SQL.identifier, columns),
            SQL.identifier(relation),
            SQL(" OR ").join(conditions),
        )
        return sorted(map(list, self.env.execute_query(query)))

    # ------------------------------------------------------------
    # KEEPING
    # ------------------------------------------------------------

    def _keep_changes(self, leads, before):
        """Keep what differs from the state before the merge.

        :param dict before: see :meth:`_read_state`
        """
        after = self._read_state(leads, before)
        rows, moved = {}, {}
        for model_name in before["rows"].keys() | after["rows"].keys():
            changes = compare(before["rows"].get(model_name, {}), after["rows"].get(model_name, {}))
            if model_name in HISTORY_MODELS:
                changes["added"] = []
            if any(changes.values()):
                rows[model_name] = changes
            if model_name != "crm.lead" and changes["changed"]:
                moved[model_name] = len(changes["changed"])
        pairs = {}
        for relation, old in before["pairs"].items():
            new = after["pairs"][relation]
            if old != new:
                pairs[relation] = {
                    "added": [pair for pair in new if pair not in old],
                    "removed": [pair for pair in old if pair not in new],
                }
        self.write({"changes": {"rows": rows, "pairs": pairs}, "moved": moved})

    # ------------------------------------------------------------
    # PUTTING BACK
    # ------------------------------------------------------------

    def _put_back(self, leads):
        """Put back what the merge changed, wherever nobody has changed it since.

        :return: what could not be put back: ``{"name", "fields"}`` of a lead, or
            ``{"model", "kept"}`` and ``{"model", "gone"}``, the number of rows of a model
        :rtype: list[dict]
        """
        self.env.flush_all()
        changes = self.changes or {}
        plans, remarks, exact = [], [], True
        for model_name, kinds in (changes.get("rows") or {}).items():
            if model_name not in self.env:
                # Its module was uninstalled since, and its rows are gone with it.
                continue
            model = self.env[model_name]
            changed = by_number(kinds["changed"])
            current = self._read_rows(model, SQL("id IN %s", tuple(changed))) if changed else {}
            restored, kept, gone = take_back(changed, current)
            exact = exact and not kept and not gone
            if model_name == "crm.lead":
                self._settle_counters(changed, current, restored)
            plans.append((model, restored, kinds))
            remarks += self._prepare_remarks(model, kept, gone)
        refused = self._restore(plans, changes.get("pairs") or {})
        remarks += [{"model": model_name, "kept": len(ids)} for model_name, ids in refused.items()]
        exact = exact and not refused
        self._compute_again(leads, plans, exact)
        if not exact:
            leads._leadya_settle_unmerged(self.merged_at)
        return remarks

    @api.model
    def _settle_counters(self, changed, current, restored):
        """What was counted since the merge is counted on; only what the merge had added goes."""
        for lead_id, row in current.items():
            for name in self.env["crm.lead"]._unmerge_get_counters():
                if name in changed[lead_id]:
                    old, new = changed[lead_id][name]
                    restored.setdefault(lead_id, {})[name] = (row[name] or 0) - (new or 0) + (old or 0)

    @api.model
    def _prepare_remarks(self, model, kept, gone):
        remarks = []
        if model._name == "crm.lead":
            for lead in model.browse(kept):
                # What is computed or measured is nobody's change.
                fields = [model._fields[name] for name in kept[lead.id] if name in model._fields]
                names = [field.name for field in fields if not (self._is_computed(field) or is_measured(field))]
                if names:
                    remarks.append({"name": lead.name, "fields": names})
        elif kept:
            remarks.append({"model": model._name, "kept": len(kept)})
        if gone:
            remarks.append({"model": model._name, "gone": len(gone)})
        return remarks

    @api.model
    def _is_computed(self, field):
        return bool(field.store and field.compute and field.readonly)

    def _restore(self, plans, pairs):
        """Put back rows and pairs.

        :return: ids of rows that something which came since does not allow, by model
        :rtype: dict[str, set]
        """
        refused = defaultdict(set)
        links = {model: set(names) for model, names in self._get_referring_models().items()}
        for model, _restored, kinds in plans:
            self._insert_rows(model, by_number(kinds["removed"]))
        # To whom a row belongs comes first: an index that allows one of a kind a lead would
        # else refuse the second of them.
        for of_links in (True, False):
            for model, restored, _kinds in plans:
                names = links[model._name]
                part = _pick(restored, lambda name, names=names, of_links=of_links: (name in names) == of_links)
                for row_id in self._update_rows(model, part):
                    refused[model._name].add(row_id)
        self._restore_pairs(pairs)
        self.env.invalidate_all(flush=False)
        for model, _restored, kinds in plans:
            self._remove_added(model.browse(kinds["added"]).exists())
        return refused

    def _remove_added(self, records):
        """Delete what the merge itself made, unless somebody has worked on it since."""
        records.filtered(lambda record: not record._log_access or record.write_date <= self.merged_at).unlink()

    @api.model
    def _update_rows(self, model, values_by_id):
        """Set columns of rows; one statement for all rows with the same columns.

        :return: ids of rows that could not be set: something that came since has their place
        :rtype: list
        """
        groups, refused = defaultdict(list), []
        for row_id, values in values_by_id.items():
            groups[tuple(sorted(values))].append({"id": row_id, **values})
        for names, rows in groups.items():
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    self._update_columns(model, names, rows)
            except IntegrityError:
                # The others go back all the same.
                if len(rows) == 1:
                    refused.append(rows[0]["id"])
                    continue
                for row in rows:
                    refused += self._update_rows(model, {row["id"]: {name: row[name] for name in names}})
        return refused

    @api.model
    def _update_columns(self, model, names, rows):
        table = SQL.identifier(model._table)
        existing = sql.table_columns(self.env.cr, model._table)
        assignments = [
            SQL("%s = old.%s", SQL.identifier(name), SQL.identifier(name)) for name in names if name in existing
        ]
        if not assignments:
            return
        if "write_date" in existing:
            assignments.append(SQL("write_date = %s, write_uid = %s", self.env.cr.now(), self.env.uid))
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s AS new SET %(assignments)s"
                " FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s) AS old WHERE new.id = old.id",
                table=table,
                assignments=SQL(", ").join(assignments),
                rows=Json(rows),
            )
        )

    @api.model
    def _insert_rows(self, model, rows):
        """Make rows again that the merge deleted, under their old ids."""
        if rows:
            table = SQL.identifier(model._table)
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %(table)s SELECT * FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s)"
                    " ON CONFLICT DO NOTHING",
                    table=table,
                    rows=Json(list(rows.values())),
                )
            )

    @api.model
    def _restore_pairs(self, pairs):
        relations = self._get_relations()
        for relation, changes in pairs.items():
            if relation not in relations:
                continue
            table = SQL.identifier(relation)
            columns = SQL(", ").join(map(SQL.identifier, relations[relation][0]))
            if changes["added"]:
                added = tuple(map(tuple, changes["added"]))
                self.env.cr.execute(SQL("DELETE FROM %s WHERE (%s) IN %s", table, columns, added))
            for pair in changes["removed"]:
                self._insert_pair(table, columns, pair)

    @api.model
    def _insert_pair(self, table, columns, pair):
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.env.cr.execute(
                    SQL("INSERT INTO %s (%s) VALUES %s ON CONFLICT DO NOTHING", table, columns, tuple(pair))
                )
        except IntegrityError:
            # One of the two was deleted since.
            return

    @api.model
    def _compute_again(self, leads, plans, exact):
        """Have computed again what depends on the rows, but not what was put back.

        :param bool exact: all of it was put back, computed columns too
        """
        self.env.invalidate_all(flush=False)
        for model, restored, _kinds in plans:
            records = model.browse(restored).exists()
            records.modified({name for values in restored.values() for name in values if name in model._fields})
        for model, restored, _kinds in plans:
            records = (model.browse(restored) | leads) if model._name == "crm.lead" else model.browse(restored)
            for field in model._fields.values():
                if field.compute and field.store and (exact or not field.readonly):
                    self.env.remove_to_compute(field, records)
        if not exact:
            for field in leads._fields.values():
                if self._is_computed(field):
                    self.env.add_to_compute(field, leads)


def _pick(values_by_id, wanted):
    """The columns of rows that are wanted; rows without any are left out."""
    picked = {
        row_id: {name: value for name, value in values.items() if wanted(name)}
        for row_id, values in values_by_id.items()
    }
    return {row_id: values for row_id, values in picked.items() if values}
