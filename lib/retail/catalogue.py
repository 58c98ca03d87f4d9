"""List what the generated shop sells, where it sells and to whom."""

from __future__ import annotations

PRODUCTS: tuple[tuple[str, str, str], ...] = (
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "2.55"),
    ("71053", "WHITE METAL LANTERN", "3.39"),
    ("84406B", "CREAM CUPID HEARTS COAT HANGER", "2.75"),
    ("22048", 'RECORD FRAME 7" SINGLE SIZE ', "2.1"),
    ("82567", "AIRLINE LOUNGE,METAL SIGN", "2.1"),
    ("21506", "FANCY FONT BIRTHDAY CARD, ", "0.42"),
    ("22520", "TRAY, BREAKFAST IN BED", "12.75"),
    ("21111", "SWISS ROLL TOWEL, CHOCOLATE  SPOTS", "2.95"),
    ("22423", "REGENCY CAKESTAND 3 TIER", "12.75"),
    ("47566", "PARTY BUNTING", "4.95"),
    ("84879", "ASSORTED COLOUR BIRD ORNAMENT", "1.69"),
    ("23084", "RABBIT NIGHT LIGHT", "2.08"),
    ("22197", "POPCORN HOLDER", "0.85"),
    ("15056BL", "EDWARDIAN PARASOL BLACK", "5.95"),
    ("48187", "DOORMAT “NEW ENGLAND”", "7.95"),
    ("90214Ü", "PENDANT „SCHÖNE GRÜẞE“", "1.25"),
    ("90215", "CAFÉ AU LAIT BOWL ☕", "1.65"),
    ("90216", "招き猫 LUCKY CAT 🐱", "6.5"),
    ("90217", "BULK PAPER CLIP", "0.0425"),
    ("POST", "POSTAGE", "18"),
    ("M", "Manual", "1"),
    ("C2", "CARRIAGE", "50"),
)

REMARKS: tuple[str, ...] = ("", "?", "  ", "damaged", "wrongly coded 23343")

HOME_COUNTRY = "United Kingdom"
COUNTRIES: tuple[str, ...] = (
    "France",
    "Germany",
    "EIRE",
    "Spain",
    "Curaçao",
    "Österreich",
    "Unspecified",
)

FIRST_NAMES: tuple[str, ...] = (
    "Ann",
    "Bob",
    "Chloé",
    "Dmitri",
    "Élodie",
    "Fatima",
    "Günther",
    "Hana",
    "Íñigo",
    "明",
)
LAST_NAMES: tuple[str, ...] = (
    "Smith",
    "O'Brien",
    "Müller",
    "García-López",
    "Nowak",
    "van den Berg",
    "山田",
)
MAIL_DOMAINS: tuple[str, ...] = ("mail.example", "Shop.Example", "post.example.org")
