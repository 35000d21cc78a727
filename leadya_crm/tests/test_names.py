from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.leadya_crm.tools.evidence import combine
from odoo.addons.leadya_crm.tools.names import MAX_KEYS, MAX_LENGTH, alike, name_key, plain_name, search_keys

#: Names as people and registers spell them, each pair the same organisation or person.
SAME = (
    ("Galil Pumps Ltd.", 'גליל פאמפס בע"מ'),
    ("David Motors", "דוד מוטורס"),
    ("Müller & Söhne GmbH & Co. KG", "Mueller Soehne"),
    ("ООО «Северный склад»", "Severny Sklad"),
    ("Charlie's Pizza", "צ׳ארלי'ס פיצה"),
    ("Coca-Cola Inc", "קוקה קולה"),
    ("Nova Automation", "נובה אוטומיישן"),
    ("I.B.M.", "IBM Corp."),
    ("Booking.com", "Booking"),
    ("Хилтон", "הילטון"),
    ("Hilton", "Хилтон"),
    ("Johnson", "Джонсон"),
    ("Xerox (1999) Ltd", "זירוקס"),
    ("Firma Sp. z o.o.", "FIRMA"),
    ("Wolf Schmidt", "וולף שמידט"),
)
#: And pairs that are not.
OTHERS = (("Mentor", "Montero"), ("Galil Pumps", "Galil Pipes"), ("Oren Industries", "Orna Industries Trade"))

letters = st.text(alphabet="abcdefghijklmnopqrstuvwxyzאבגדהוזחטיכלמנסעפצקרשתабвгдежзиклмнопрст צ׳\"'.&", max_size=40)


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    """C5: names alike in any spelling, in Hebrew, Latin and Cyrillic letters, legal forms left out."""

    def test_same_names_meet(self):
        for first, second in SAME:
            with self.subTest(first=first, second=second):
                self.assertIn(name_key(first), search_keys(second))
                self.assertIn(name_key(second), search_keys(first))
                self.assertGreaterEqual(alike(first, second), 0.8)

    def test_other_names_are_told_apart(self):
        for first, second in OTHERS:
            with self.subTest(first=first, second=second):
                same_key = name_key(first) in search_keys(second)
                self.assertFalse(same_key and alike(first, second) >= 0.7)

    def test_legal_forms_are_left_out(self):
        for name in ("Acme Ltd", "ACME, Inc.", "Acme S.r.l.", 'Acme בע"מ', "ООО Acme", "The Acme Company Ltd."):
            self.assertEqual(plain_name(name), "acme", name)
        self.assertEqual(plain_name("Co Ltd"), "co", "a name of legal forms alone keeps one")

    def test_family_name_first(self):
        self.assertIn(name_key("Cohen Dana"), search_keys("דנה כהן", reorder=True))
        self.assertGreaterEqual(alike("Cohen Dana", "דנה כהן"), 0.85)

    def test_nothing_is_like_nothing(self):
        for empty in ("", None, "...", "«»", "\u200f"):
            self.assertEqual(name_key(empty), "")
            self.assertEqual(search_keys(empty), [])
            self.assertEqual(alike(empty, empty), 0)

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.text(max_size=300), letters))
    def test_any_text_has_short_keys(self, name):
        """Whatever somebody types: no error, bounded keys, and a name is found under its own."""
        keys = search_keys(name, reorder=True)
        self.assertLessEqual(len(keys), 2 * MAX_KEYS)
        self.assertLessEqual(max(map(len, keys), default=0), 4 * MAX_LENGTH)
        self.assertIn(name_key(name), [*keys, ""])
        self.assertEqual(alike(name, name), 1.0 if plain_name(name) else 0.0)

    @settings(max_examples=100, deadline=None)
    @given(letters, letters)
    def test_alikeness_is_a_part(self, first, second):
        self.assertTrue(0 <= alike(first, second) <= 1)
        self.assertAlmostEqual(alike(first, second), alike(second, first), delta=0.35)

    @given(st.lists(st.integers(0, 100), max_size=6))
    def test_more_signs_are_never_less_sure(self, strengths):
        sure = combine(strengths)
        self.assertTrue(0 <= sure <= 99)
        self.assertGreaterEqual(combine([*strengths, 50]), sure)

    def test_two_signs(self):
        self.assertEqual(combine([80, 70]), 94)
