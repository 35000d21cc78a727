from datetime import timedelta

from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "out_of_office_from", "out_of_office_to"}.isdisjoint(vals):
            # Leads of who leaves, and those that wait for who comes back.
            self.env["crm.lead"]._assign_wake()
        return result

    def _leadya_filter_available(self):
        """Those who can take a lead now: active, not away, not on leave."""
        present = self.filtered(lambda user: user.active and not user.share and not user.is_out_of_office)
        if not present:
            return present
        leaves = present._leadya_search_leaves(self.env.cr.now())
        return present - leaves.resource_id.user_id

    def _leadya_get_leaves(self, start, end):
        """Leaves that touch a span, by user id: pairs of when they begin and end, by time.

        :rtype: dict[int, list[tuple]]
        """
        found = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", self.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<", end),
                    ("date_to", ">", start),
                ],
                order="date_from",
            )
        )
        leaves = {}
        for leave in found:
            leaves.setdefault(leave.resource_id.user_id.id, []).append((leave.date_from, leave.date_to))
        return leaves

    def _leadya_get_absence(self, start, end):
        """How long each was on leave between two moments; leaves that overlap count once.

        :rtype: dict[int, timedelta]
        """
        absence = {}
        for user_id, leaves in self._leadya_get_leaves(start, end).items():
            counted, total = start, timedelta()
            for begin, stop in leaves:
                total += max(timedelta(), min(stop, end) - max(begin, counted))
                counted = max(counted, min(stop, end))
            absence[user_id] = total
        return absence

    @api.model
    def _leadya_find_away(self, now):
        """All internal users who are archived, out of office or on leave."""
        users = self.with_context(active_test=False)
        gone = users.search([("share", "=", False), "|", ("active", "=", False), ("out_of_office_from", "<=", now)])
        on_leave = self._leadya_search_leaves(now).resource_id.user_id
        return (gone | on_leave) - (gone | on_leave)._leadya_filter_available()

    @api.model
    def _leadya_search_leaves(self, now):
        """Leaves of users that cover the moment."""
        return (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", self.ids) if self else ("resource_id.user_id", "!=", False),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", now),
                    ("date_to", ">=", now),
                ]
            )
        )

    def _leadya_get_return(self, now):
        """When each of those who are away comes back; who may stay away for good is left out.

        :rtype: dict[int, datetime]
        """
        back = {user.id: user.out_of_office_to for user in self if user.is_out_of_office}
        for leave in self._leadya_search_leaves(now) if self else ():
            user_id = leave.resource_id.user_id.id
            if back.get(user_id, now):
                back[user_id] = max(back.get(user_id, now), leave.date_to)
        return {user_id: moment for user_id, moment in back.items() if moment}

    def _leadya_is_available(self, company):
        """Whether the user is there, and allowed to see leads of the company."""
        self.ensure_one()
        return bool(self._leadya_filter_available()) and (not company or company in self.company_ids)
