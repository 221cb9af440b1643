"""Words that programs put on the page themselves, and their files therefore do not hold, by language."""

from collections.abc import Mapping

YES = {"en": "Yes", "fr": "Oui", "de": "Ja", "es": "Sí", "it": "Sì", "pt": "Sim", "nl": "Ja", "ru": "Да", "pl": "Tak",
       "sv": "Ja", "da": "Ja", "nb": "Ja", "fi": "Kyllä", "cs": "Ano"}  # fmt: skip
NO = {"en": "No", "fr": "Non", "de": "Nein", "es": "No", "it": "No", "pt": "Não", "nl": "Nee", "ru": "Нет",
      "pl": "Nie", "sv": "Nej", "da": "Nej", "nb": "Nei", "fi": "Ei", "cs": "Ne"}  # fmt: skip
UNCERTAIN = {"en": "Uncertain", "fr": "Sans opinion", "de": "Unsicher", "es": "No estoy seguro", "it": "Incerto",
             "pt": "Não sei", "nl": "Onzeker", "ru": "Затрудняюсь ответить", "pl": "Nie wiem", "sv": "Osäker",
             "da": "Usikker", "nb": "Usikker", "fi": "Epävarma", "cs": "Nejsem si jistý"}  # fmt: skip
INCREASE = {"en": "Increase", "fr": "Augmenter", "de": "Zunahme", "es": "Aumentar", "it": "Aumentare",
            "pt": "Aumentar", "nl": "Toename", "ru": "Увеличить", "pl": "Wzrost", "sv": "Öka", "da": "Forøg",
            "nb": "Øke", "fi": "Lisää", "cs": "Zvýšit"}  # fmt: skip
SAME = {"en": "Same", "fr": "Sans changement", "de": "Gleich", "es": "Igual", "it": "Uguale", "pt": "Igual",
        "nl": "Gelijk", "ru": "Без изменений", "pl": "Bez zmian", "sv": "Samma", "da": "Uændret", "nb": "Samme",
        "fi": "Ennallaan", "cs": "Stejné"}  # fmt: skip
DECREASE = {"en": "Decrease", "fr": "Diminuer", "de": "Abnahme", "es": "Disminuir", "it": "Diminuire",
            "pt": "Diminuir", "nl": "Afname", "ru": "Уменьшить", "pl": "Spadek", "sv": "Minska", "da": "Formindsk",
            "nb": "Redusere", "fi": "Vähennä", "cs": "Snížit"}  # fmt: skip
FEMALE = {"en": "Female", "fr": "Féminin", "de": "Weiblich", "es": "Femenino", "it": "Femminile", "pt": "Feminino",
          "nl": "Vrouw", "ru": "Женский", "pl": "Kobieta", "sv": "Kvinna", "da": "Kvinde", "nb": "Kvinne",
          "fi": "Nainen", "cs": "Žena"}  # fmt: skip
MALE = {"en": "Male", "fr": "Masculin", "de": "Männlich", "es": "Masculino", "it": "Maschile", "pt": "Masculino",
        "nl": "Man", "ru": "Мужской", "pl": "Mężczyzna", "sv": "Man", "da": "Mand", "nb": "Mann", "fi": "Mies",
        "cs": "Muž"}  # fmt: skip
OTHER = {"en": "Other", "fr": "Autre", "de": "Sonstiges", "es": "Otro", "it": "Altro", "pt": "Outro", "nl": "Anders",
         "ru": "Другое", "pl": "Inne", "sv": "Annat", "da": "Andet", "nb": "Annet", "fi": "Muu",
         "cs": "Jiné"}  # fmt: skip
COMMENT = {"en": "Please enter your comment here", "fr": "Veuillez saisir votre commentaire ici",
           "de": "Bitte schreiben Sie einen Kommentar", "es": "Por favor, escriba su comentario aquí",
           "it": "Scriva qui il suo commento", "pt": "Por favor, escreva aqui o seu comentário",
           "nl": "Geef hier uw opmerking", "ru": "Пожалуйста, введите комментарий", "pl": "Proszę wpisać komentarz",
           "sv": "Skriv din kommentar här", "da": "Skriv din kommentar her", "nb": "Skriv din kommentar her",
           "fi": "Kirjoita kommenttisi tähän", "cs": "Zde napište svůj komentář"}  # fmt: skip


def lacking(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages in which these words are not known; they are English there."""
    known: Mapping[str, str] = YES
    return tuple(tag for tag in languages if tag not in known and tag.partition("-")[0] not in known)
