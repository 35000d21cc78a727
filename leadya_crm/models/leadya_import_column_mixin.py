from odoo import fields, models

from ..tools.header_synonyms import SYNONYMS

# Targets whose names in the file are shown to the user, to be matched with records.
MAPPED_TARGETS = ("source_id", "channel_id", "stage_id", "user_id", "team_id", "country_id")


#: What columns of leads may become.
LEAD_TARGETS = [*SYNONYMS, "note"]


class LeadyaImportColumnMixin(models.AbstractModel):
    """What a column of a file is taken for."""

    _name = "leadya.import.column.mixin"
    _description = "Column of Spreadsheets"
    _rec_name = "header"

    header = fields.Char("Column", required=True)
    target = fields.Selection(
        [
            ("external_ref", "Identifier"),
            ("name", "Title of the Lead"),
            ("contact_name", "Contact Name"),
            ("first_name", "First Name"),
            ("last_name", "Last Name"),
            ("partner_name", "Company Name"),
            ("email_from", "Email"),
            ("phone", "Phone"),
            ("mobile", "Mobile"),
            ("function", "Job Position"),
            ("website", "Website"),
            ("street", "Street"),
            ("street2", "Street 2"),
            ("city", "City"),
            ("state_id", "State / Region"),
            ("zip", "ZIP"),
            ("country_id", "Country"),
            ("description", "Notes"),
            ("create_date", "Creation Time"),
            ("stage_id", "Status"),
            ("user_id", "Salesperson"),
            ("team_id", "Sales Team"),
            ("source_id", "Source"),
            ("channel_id", "Channel"),
            ("medium_id", "UTM Medium"),
            ("campaign_id", "Campaign"),
            ("utm_term", "Search Keyword"),
            ("landing_url", "Landing Page"),
            ("referrer_url", "Referrer"),
            ("click_id", "Click Identifier"),
            ("referred", "Referred By"),
            ("expected_revenue", "Expected Revenue"),
            ("lang_id", "Language"),
            ("tag_ids", "Tags"),
            ("note", "Keep in the notes, with its name"),
            # Advertising costs
            ("keyword", "Keyword"),
            ("match_type", "Match Type"),
            ("campaign", "Campaign Name"),
            ("campaign_ref", "Campaign ID"),
            ("ad_group", "Ad Group"),
            ("ad_group_ref", "Ad Group ID"),
            ("account", "Advertising Account"),
            ("currency", "Currency"),
            ("cost", "Cost"),
            ("impressions", "Impressions"),
            ("clicks", "Clicks"),
            ("day", "Day"),
            ("week", "First Day of the Week"),
            ("month", "Month"),
            ("date_from", "First Day"),
            ("date_to", "Last Day"),
            ("segment", "Device or Network: rows are summed up"),
            # Search Console queries
            ("search_query", "Search Query"),
            ("page", "Page"),
            ("position", "Position"),
            ("ignore", "Leave out"),
        ],
        "Becomes",
        required=True,
        default="note",
    )
    date_order = fields.Selection(
        [("dmy", "Day first (31/12/2026)"), ("mdy", "Month first (12/31/2026)")],
        "Dates",
        required=True,
        default="dmy",
        help="How dates such as 3/4/2026 are read. Proposed from the dates that can be read one way only.",
    )
    allowed_targets = fields.Json(compute="_compute_allowed_targets", help="What columns of such files may become.")

    def _compute_allowed_targets(self):
        for record in self:
            record.allowed_targets = record._get_allowed_targets()

    def _get_allowed_targets(self):
        """Keys of ``target`` that files of this kind use; those of leads, unless a kind says other."""
        return LEAD_TARGETS
