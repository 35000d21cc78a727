"""What an import has to say, in words: the sentence of each code that the cores and the run give."""

import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    @api.model
    def _describe(self, code, params):
        """A code of the cores, in words.

        :param str code: see `_get_templates`
        :param dict params: what the sentence names
        """
        template = self._get_templates().get(code, code)
        try:
            return template % (params or {})
        except (KeyError, TypeError, ValueError):
            _logger.warning("Import text %s lacks some of its values: %s", code, params)
            return template

    @api.model
    def _get_templates(self):
        """Sentences by code, in the reader's language.

        :rtype: dict[str, str]
        """
        return {
            # The file
            "empty": self.env._("The file is empty."),
            "header_only": self.env._("The file has column names, but no rows under them."),
            "no_header": self.env._(
                "Row %(row)s holds data where the column names should be. Add a first row that names the "
                "columns, and choose the file again."
            ),
            "too_big": self.env._(
                "The file has %(size)s MB; at most %(limit)s MB can be read. Split it into smaller ones."
            ),
            "too_many_columns": self.env._(
                "The file has %(count)s columns; at most %(limit)s can be read. Delete those that are not needed."
            ),
            "too_many_rows": self.env._("The file has more than %(limit)s rows. Split it into smaller ones."),
            "zip_bomb": self.env._(
                "The workbook unpacks to an unreasonable size (over %(limit)s MB). Save the sheet as CSV and "
                "choose that file."
            ),
            "xml_entities": self.env._(
                "The workbook contains definitions (%(part)s) that no spreadsheet program writes, and is refused "
                "for safety."
            ),
            "formula_without_value": self.env._(
                "Cell %(cell)s holds a formula whose result was never calculated. Open the file in a spreadsheet "
                "program, save it, and choose it again."
            ),
            "open_quote": self.env._(
                "In row %(row)s a quotation mark is opened and not closed, so that the rows after it can't be "
                "told apart. Correct it, or save as XLSX."
            ),
            "damaged_row": self.env._(
                "Row %(row)s can't be read. Save the file anew in a spreadsheet program and choose it again."
            ),
            "damaged": self.env._(
                "The file is damaged or incomplete. Save it anew in a spreadsheet program and choose it again."
            ),
            "no_such_sheet": self.env._("The workbook has no sheet “%(sheet)s”. It has: %(sheets)s."),
            "old_xls": self.env._(
                "This is the old Excel format (.xls). Open it in a spreadsheet program, save it as XLSX or CSV, "
                "and choose that file."
            ),
            "locked": self.env._("The workbook is locked with a password. Save it without one and choose it again."),
            "xlsb": self.env._("This is a binary Excel workbook (.xlsb). Save it as XLSX or CSV and choose that file."),
            "ods": self.env._("This is an OpenDocument spreadsheet. Save it as XLSX or CSV and choose that file."),
            "html": self.env._(
                "This is a web page, whatever its name says. Open it in a spreadsheet program, save it as XLSX "
                "or CSV, and choose that file."
            ),
            "xml": self.env._(
                "This is an XML file. Open it in a spreadsheet program, save it as XLSX or CSV, and choose that file."
            ),
            "pdf": self.env._("This is a PDF document. Export the table as XLSX or CSV and choose that file."),
            "image": self.env._("This is a picture. Export the table as XLSX or CSV and choose that file."),
            "document": self.env._(
                "This is a document, not a spreadsheet. Save its table as XLSX or CSV and choose that file."
            ),
            "archive": self.env._("This is a compressed archive. Unpack it and choose the spreadsheet inside."),
            "binary": self.env._("This is neither an Excel workbook (XLSX) nor a text file (CSV)."),
            # Rejected rows
            "not_a_lead": self.env._("No identifier and no usable e-mail or phone"),
            "other_lead": self.env._(
                "Identifier %(ref)s belongs to another lead, %(lead)s, with another e-mail, phone and name. If "
                "it comes from another system, set an identifier prefix."
            ),
            "other_lead_summary": self.env._(
                "The identifier belongs to another lead, with another e-mail, phone and name"
            ),
            "refused": self.env._("The lead could not be stored: %(error)s"),
            "refused_summary": self.env._("The lead could not be stored"),
            # Remarks
            "cell_cut": self.env._("Column “%(column)s”: the text was too long and was cut"),
            "cell_cut_summary": self.env._("A text was too long and was cut"),
            "text_cut": self.env._("Column “%(column)s”: longer than %(limit)s characters, kept whole in the notes"),
            "text_cut_summary": self.env._("A text longer than its field is kept whole in the notes"),
            "extra_cells": self.env._("More cells than columns; kept in the notes"),
            "bad_email": self.env._("Column “%(column)s”: “%(value)s” is no e-mail address; kept in the notes"),
            "bad_email_summary": self.env._("An e-mail address that is none is kept in the notes"),
            "several_emails": self.env._(
                "Column “%(column)s”: several e-mail addresses, the first is used; all are kept in the notes"
            ),
            "several_emails_summary": self.env._(
                "Of several e-mail addresses the first is used; all are kept in the notes"
            ),
            "bad_phone": self.env._("Column “%(column)s”: “%(value)s” is no phone number; kept in the notes"),
            "bad_phone_summary": self.env._("A phone number that is none is kept in the notes"),
            "rounded_phone": self.env._(
                "Column “%(column)s”: “%(value)s” was rounded by the spreadsheet program, its last digits are lost"
            ),
            "rounded_phone_summary": self.env._(
                "A phone number was rounded by the spreadsheet program, its last digits are lost"
            ),
            "bad_date": self.env._("Column “%(column)s”: “%(value)s” is no date; kept in the notes"),
            "bad_date_summary": self.env._("A date that is none is kept in the notes"),
            "future_date": self.env._("Column “%(column)s”: “%(value)s” lies in the future; kept in the notes"),
            "future_date_summary": self.env._("A date in the future is kept in the notes"),
            "bad_amount": self.env._("Column “%(column)s”: “%(value)s” is no amount; kept in the notes"),
            "bad_amount_summary": self.env._("An amount that is none is kept in the notes"),
            "unknown_name": self.env._(
                "Column “%(column)s”: nobody and nothing is known as “%(value)s”; kept in the notes"
            ),
            "unknown_name_summary": self.env._("A name that is not known here is kept in the notes"),
        }
