"""The invented staff of Nordwind Instruments: five fixed people first, then the rest of the company."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """One row of the staff list. `language` is what their portal pages use, `zone` an IANA time zone."""

    name: str
    last_name: str
    position: str
    gender: str
    department: int
    language: str = "en"
    zone: str = ""


MANAGEMENT, DEVELOPMENT, DESIGN, SALES, SERVICE, WORKS, OFFICE = range(1, 8)

# Ids 1 to 5: admin, owner, moderator, member, outsider.
FIXED = (
    Person("Ada", "Vindhelm", "Portal administrator", "F", MANAGEMENT, "en", "Europe/Berlin"),
    Person("Jürgen", "Größlbauer", "Leiter Entwicklung", "M", DEVELOPMENT, "de", "Europe/Berlin"),
    Person("Мирослава", "Зореславская", "Руководитель проектов", "F", DEVELOPMENT, "ru", "Europe/Samara"),
    Person("Oona", "Tarrowby", "Interface developer", "F", DEVELOPMENT, "en", "Europe/Dublin"),
    Person("Käthe", "Süßenrode", "Sachbearbeiterin Einkauf", "F", OFFICE, "de", "Europe/Berlin"),
)

STAFF = (
    Person("Lysander", "Quillmoor", "Managing director", "M", MANAGEMENT),
    Person("Ингвар", "Берёзкин-Лунный", "Финансовый директор", "M", MANAGEMENT, "ru", "Europe/Samara"),
    Person("Brünhild", "Öchsenwald", "Personalleiterin", "F", MANAGEMENT, "de", "Europe/Berlin"),
    Person("Тихомир", "Полозов", "Ведущий программист", "M", DEVELOPMENT, "ru", "Europe/Samara"),
    Person("Элина", "Журавлинская", "Тестировщица", "F", DEVELOPMENT, "ru", "Asia/Yekaterinburg"),
    Person("Pádraig", "Ó Dúnlaith", "Backend developer", "M", DEVELOPMENT, "en", "Europe/Dublin"),
    Person("陸", "星野原", "ファームウェア開発", "M", DEVELOPMENT, "en", "Asia/Tokyo"),
    Person("Mireille", "d'Aubrefosse", "Release manager", "F", DEVELOPMENT, "en", "Europe/Paris"),
    Person("Святослав", "Кедрин", "Системный администратор", "M", DEVELOPMENT, "ru", "Europe/Samara"),
    Person("Þórdís", "Hrafnkelsvík", "Data engineer", "F", DEVELOPMENT, "en", "Atlantic/Reykjavik"),
    Person("Wout", "van der Zeewende", "Embedded developer", "M", DEVELOPMENT, "en", "Europe/Amsterdam"),
    Person("Fenja", "Möwenstrand", "Leiterin Gestaltung", "F", DESIGN, "de", "Europe/Berlin"),
    Person("Ясмина", "Светозарова", "Дизайнер интерфейсов", "F", DESIGN, "ru", "Europe/Samara"),
    Person("雨桐", "林溪月", "Illustrator", "F", DESIGN, "en", "Asia/Shanghai"),
    Person("Caspian", "Thistledown", "Technical writer", "M", DESIGN),
    Person("Λυδία", "Θαλασσινού", "Brand designer", "F", DESIGN, "en", "Europe/Athens"),
    Person("Gottfried", "Überlinger-Späth", "Vertriebsleiter", "M", SALES, "de", "Europe/Berlin"),
    Person("Ольга", "Верескова", "Менеджер по продажам", "F", SALES, "ru", "Europe/Samara"),
    Person("نور", "الزهراوي", "Sales manager, Gulf", "F", SALES, "en", "Asia/Dubai"),
    Person("Tiago", "Brisavento", "Account manager", "M", SALES, "en", "Europe/Lisbon"),
    Person("Saoirse", "Maplewick", "Tender specialist", "F", SALES, "en", "Europe/Dublin"),
    Person("Радомир", "Синегорский", "Специалист по тендерам", "M", SALES, "ru", "Asia/Yekaterinburg"),
    Person("Zofia", "Wrzosowiecka", "Partner manager", "F", SALES, "en", "Europe/Warsaw"),
    Person("Henrike", "Äpfelbach", "Leiterin Kundendienst", "F", SERVICE, "de", "Europe/Berlin"),
    Person("Лев", "Огнецветов", "Инженер поддержки", "M", SERVICE, "ru", "Europe/Samara"),
    Person(
        "Bartholomew", "Featherstonehaugh-Wollencroft", "Senior support engineer, field service", "M", SERVICE
    ),
    Person("מעיין", "גל-אורן", "Support engineer", "F", SERVICE, "en", "Asia/Jerusalem"),
    Person("Ilse", "Düsterhagen", "Service-Technikerin", "F", SERVICE, "de", "Europe/Berlin"),
    Person("Ярина", "Калиновая", "Специалист поддержки", "F", SERVICE, "ru", "Europe/Samara"),
    Person("Korbinian", "Fußgänger", "Werkleiter", "M", WORKS, "de", "Europe/Berlin"),
    Person("Платон", "Железнов-Уральский", "Начальник смены", "M", WORKS, "ru", "Asia/Yekaterinburg"),
    Person("Rosalind", "Hawthornby", "Quality inspector", "F", WORKS),
    Person("Emre", "Yıldızışık", "Process engineer", "M", WORKS, "en", "Europe/Istanbul"),
    Person("Łucja", "Źródłowska", "Production planner", "F", WORKS, "en", "Europe/Warsaw"),
    Person("Arvid", "Sjöstjärna", "Calibration lab", "M", WORKS, "en", "Europe/Stockholm"),
    Person("Melisande", "Greywater", "Accountant", "F", OFFICE),
    Person("Фёкла", "Чернильная", "Юрист", "F", OFFICE, "ru", "Europe/Samara"),
)

# The five plus two for the tiny portal.
SMALL = FIXED + STAFF[3:5]
