from odoo import fields, models

# Targets whose names in the file are shown to the user, to be matched with records.
MAPPED_TARGETS = ("source_id", "channel_id", "stage_id", "user_id", "team_id", "country_id")


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
