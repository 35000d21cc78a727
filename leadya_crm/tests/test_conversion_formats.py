"""Files for advertising platforms, byte for byte, without Odoo."""

import csv
import io
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.conversions import PLATFORMS, Row, is_click_id, is_conversion_name, render

AT = datetime(2026, 5, 13, 10, 0, 7)
BACK = datetime(2026, 5, 20, 18, 50, 54)


class TestConversionFormats(BaseCase):
    """What Google, Microsoft and Yandex take, to the byte (L13, issue 3: offline conversions)."""

    def row(self, **values):
        given = {
            "click_id": "Cj0KCQiA-x_7",
            "name": "Qualified lead",
            "at": AT,
            "value": "1250.00",
            "currency": "ILS",
            "reference": "leadya-1-7-1",
        }
        return Row(**{**given, **values})

    def test_l13_google_conversions(self):
        rows = [self.row(consent="granted"), self.row(click_id="abc1", value="", currency="", reference="leadya-1-8-1")]
        self.assertEqual(
            render("google", "conversion", rows),
            b"Parameters:TimeZone=+0000\n"
            b"Google Click ID,Conversion Name,Conversion Time,Conversion Value,Conversion Currency,"
            b"Order ID,Ad User Data,Ad Personalization\n"
            b"Cj0KCQiA-x_7,Qualified lead,2026-05-13 10:00:07,1250.00,ILS,leadya-1-7-1,Granted,Granted\n"
            b"abc1,Qualified lead,2026-05-13 10:00:07,,,leadya-1-8-1,,\n",
        )

    def test_l13_google_refused_storage(self):
        line = render("google", "conversion", [self.row(consent="denied")]).splitlines()[2]
        self.assertTrue(line.endswith(b",Denied,Denied"))

    def test_l13_google_retractions(self):
        self.assertEqual(
            render("google", "retraction", [self.row(taken_back_at=BACK)]),
            b"Parameters:TimeZone=+0000\n"
            b"Order ID,Conversion Name,Adjustment Time,Adjustment Type,Adjusted Value,Adjusted Value Currency\n"
            b"leadya-1-7-1,Qualified lead,2026-05-20 18:50:54,RETRACT,,\n",
        )

    def test_l13_microsoft_conversions(self):
        self.assertEqual(
            render("microsoft", "conversion", [self.row(click_id="f894f652ea334e739002f7167ab8f8e3")]),
            b"Parameters:TimeZone=+0000\n"
            b"Microsoft Click Id,Conversion Name,Conversion Time,Conversion Value,Conversion Currency\n"
            b"f894f652ea334e739002f7167ab8f8e3,Qualified lead,2026-05-13 10:00:07,1250.00,ILS\n",
        )

    def test_l13_microsoft_retractions(self):
        row = self.row(click_id="f894f652ea334e739002f7167ab8f8e3", taken_back_at=BACK)
        self.assertEqual(
            render("microsoft", "retraction", [row]),
            b"Type,Status,Id,Parent Id,Client Id,Name,Adjustment Time,Adjustment Type,Conversion Name,"
            b"Conversion Time,Microsoft Click Id\n"
            b"Format Version,,,,,6.0,,,,,\n"
            b"Offline Conversion,,,,leadya-1-7-1,,5/20/2026 6:50:54 PM,Retract,Qualified lead,"
            b"5/13/2026 10:00:07 AM,f894f652ea334e739002f7167ab8f8e3\n",
        )

    def test_l13_yandex_conversions(self):
        row = self.row(click_id="2353045234523", name="order_confirmed", at=datetime(2016, 12, 14, 12, 22, 46))
        self.assertEqual(
            render("yandex", "conversion", [row]),
            b"yclid,Target,DateTime,Price,Currency\n2353045234523,order_confirmed,1481718166,1250.00,ILS\n",
        )

    def test_l13_yandex_takes_nothing_back(self):
        self.assertFalse(PLATFORMS["yandex"].retracts)
        with self.assertRaises(KeyError):
            render("yandex", "retraction", [self.row(taken_back_at=BACK)])

    def test_l13_names_in_any_language(self):
        """A name in Hebrew with a comma is UTF-8, and one cell."""
        content = render("google", "conversion", [self.row(name='ליד "חם", איכותי')]).decode()
        self.assertEqual(next(csv.reader(io.StringIO(content.splitlines()[2])))[1], 'ליד "חם", איכותי')

    def test_l13_hostile_clicks(self):
        """No formula, separator, line break or control sign is taken for the identifier of a click."""
        hostile = [
            "=1+2",
            "+1",
            "@SUM(A1)",
            "a,b",
            'a"b',
            "a\nb",
            "a\r\nb",
            "a\tb",
            "abc\n",
            "",
            None,
            "אבגד",
            "a" * 513,
            "a b",
        ]
        self.assertFalse([text for text in hostile if is_click_id(text)])
        self.assertTrue(all(map(is_click_id, ("Cj0KCQiA-x_7", "f894f652ea334e739002f7167ab8f8e3", "2353045234523"))))

    def test_l13_hostile_names(self):
        hostile = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "a\nb", "a\x00", " a", "a\u2028b", "", "x" * 101]
        self.assertFalse([text for text in hostile if is_conversion_name(text)])
        self.assertTrue(is_conversion_name("ליד איכותי"))

    @given(
        st.sampled_from([(platform, kind) for platform in PLATFORMS for kind in ("conversion", "retraction")]),
        st.lists(
            st.builds(
                Row,
                click_id=st.from_regex(r"[A-Za-z0-9_-]{4,80}", fullmatch=True),
                name=st.text(min_size=1, max_size=100).filter(is_conversion_name),
                at=st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)),
                value=st.from_regex(r"\d{1,9}\.\d\d", fullmatch=True),
                currency=st.sampled_from(["USD", "ILS", "RUB"]),
                reference=st.just("leadya-1-2-3"),
                consent=st.sampled_from(["granted", "denied", ""]),
                taken_back_at=st.just(BACK),
            ),
            max_size=5,
        ),
    )
    def test_l13_every_row_one_line(self, what, rows):
        """Whatever the names hold: a line a row, all as wide as the header, and no cell begins a formula."""
        if what == ("yandex", "retraction"):
            return
        head = {"google": 2, "microsoft": 2, "yandex": 1}[what[0]]
        content = render(*what, rows).decode()
        table = list(csv.reader(io.StringIO(content, newline="")))
        self.assertEqual(len(table), head + len(rows))
        self.assertEqual(content.count("\n"), len(table))
        for line in table[head:]:
            self.assertEqual(len(line), len(table[head - 1]))
            # A click may begin with a dash: with nothing but letters and digits after it there is nothing to calculate.
            self.assertFalse([cell for cell in line if cell.startswith(("=", "+", "@", "\t", "\r"))])

    def test_l13_windows(self):
        """90, 90 and 21 days, as the platforms say."""
        days = {name: timedelta(days=platform.window_days).days for name, platform in PLATFORMS.items()}
        self.assertEqual(days, {"google": 90, "microsoft": 90, "yandex": 21})
