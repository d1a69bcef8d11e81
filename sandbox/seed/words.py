"""Titles, descriptions and tags for the invented company, in several scripts, some of them awkward."""

from __future__ import annotations

import random

ACTIONS_EN = (
    "Prepare",
    "Review",
    "Measure",
    "Repair",
    "Translate",
    "Order",
    "Calibrate",
    "Sketch",
    "Document",
    "Compare",
    "Plan",
    "Test",
    "Ship",
    "Archive",
    "Rewrite",
    "Approve",
)
THINGS_EN = (
    "the wind gauge housing",
    "spring catalogue",
    "sensor firmware 4.2",
    "sales deck for the fair",
    "cable drawings",
    "customer survey",
    "packing list",
    "support handbook",
    "price list",
    "site map",
    "humidity chamber",
    "barcode labels",
    "privacy notice",
    "delivery contract",
    "office move",
    "demo station",
    "login page",
    "invoice template",
)
SENTENCES_RU = (
    "Подготовить смету на стенд",
    "Согласовать макет упаковки",
    "Проверить прошивку датчика",
    "Ответить на рекламацию клиента",
    "Обновить прайс-лист",
    "Собрать отзывы после выставки",
    "Перевести руководство на немецкий",
    "Запланировать калибровку барометров",
    "Съёмка ролика о заводе",
    "Найти подрядчика для монтажа",
    "Разобрать склад №3",
    "Ёлка: заказать гирлянды",
)
SENTENCES_DE = (
    "Prüfstand für Böenmesser aufbauen",
    "Größentabelle überarbeiten",
    "Messe in Südhafen vorbereiten",
    "Rückläufer auswerten",
    "Ersatzteilkatalog übersetzen",
    "Straßenschild für Werk 2 bestellen",
    "Qualitätssicherungsbeauftragtenbesprechung vorbereiten",
    "Fußnoten im Handbuch ergänzen",
)
SENTENCES_OTHER = (
    "風速計の検査手順を更新する",
    "春季目录封面设计",
    "校准报告翻译成英文",
    "مراجعة عقد التوريد",
    "ترجمة دليل المستخدم",
    "עדכון רשימת הספקים",
    "Έλεγχος αποθήκης",
    "ตรวจสอบสายเคเบิล",
    "कैटलॉग की समीक्षा",
    "발표 자료 준비",
)
AWKWARD = (
    "<script>alert(1)</script>",
    'Use <b>bold</b> & "quotes" in the banner',
    "O'Leary's list: 'single' `back`",
    "🚀 Launch day checklist 🎉",
    "👩‍🔧 Werkstatt 🛠️ / 工場",
    "Tabs\tand  double  spaces",
    "100 % of {{ template }} ${values}",
    "</title><img src=x onerror=alert(2)>",
    "C:\\Temp\\new\\report.txt",
    "a",
    "№ 17 — «ёлочки» и “лапки”",
    "$result[st][0][ID] is not a reference here",
    "\u202eright to left\u202c override",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenbefestigungsschraubenschlüssel",
)
TAGS = (
    "urgent",
    "design",
    "сайт",
    "выставка",
    "Qualität",
    "Einkauf",
    "waiting",
    "customer",
    "v4.2",
    "idea",
    "срочно",
    "法務",
    "bug & fix",
)


def long_title(rng: random.Random) -> str:
    """A title of exactly 250 characters, the most the portal's form takes."""
    text = " ".join(f"{rng.choice(ACTIONS_EN).lower()} {rng.choice(THINGS_EN)}," for _ in range(20))
    return ("Long story: " + text)[:249] + "…"


def title(rng: random.Random, number: int) -> str:
    """The title of the `number`-th task; every fortieth is long, every seventeenth awkward."""
    if number % 40 == 0:
        return long_title(rng)
    if number % 17 == 0:
        return AWKWARD[number // 17 % len(AWKWARD)]
    kind = rng.random()
    if kind < 0.22:
        return rng.choice(SENTENCES_RU) + rng.choice(("", "", f", этап {rng.randint(1, 9)}"))
    if kind < 0.36:
        return rng.choice(SENTENCES_DE)
    if kind < 0.46:
        return rng.choice(SENTENCES_OTHER)
    suffix = rng.choice(("", "", f" #{rng.randint(2, 99)}"))
    return f"{rng.choice(ACTIONS_EN)} {rng.choice(THINGS_EN)}{suffix}"


def description(rng: random.Random) -> str:
    """A description in the portal's own markup, often empty."""
    kind = rng.random()
    if kind < 0.45:
        return ""
    if kind < 0.8:
        return f"{rng.choice(ACTIONS_EN)} {rng.choice(THINGS_EN)} before {rng.choice(THINGS_EN)} ships."
    lines = "\n".join(f"[*]{rng.choice(SENTENCES_RU + SENTENCES_DE)}" for _ in range(rng.randint(2, 5)))
    return f"[B]{rng.choice(ACTIONS_EN)}[/B] & <i>check</i>:\n[LIST]\n{lines}\n[/LIST]"
