"""Whoever looks for help finds a person before an article."""

import pytest

from articles.search import crisis_terms
from tests.articles.factories import make_article

LINES = ("tel:988", "sms:988", "tel:911", "tel:+18002221222")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        *((text, "suicide") for text in ("i want to die", "Suicide", "sucide", "kill my self")),
        *((text, "suicide") for text in ("I don’t want to live anymore", "better off dead")),
        *((text, "suicide") for text in ("self harm", "end my life", "kms")),
        *((text, "overdose") for text in ("overdose", "OVER DOSE", "overdosed", "OD", "he OD'd")),
        *((text, "overdose") for text in ("ovredose", "took too many pills", "blue lips")),
        *((text, "overdose") for text in ("my son swallowed a pill", "poisoning")),
        *((text, "emergency") for text in ("can't breathe", "cant breath", "can’t breathe")),
        *((text, "emergency") for text in ("he is not breathing", "she won't wake up", "seizure")),
        *((text, "emergency") for text in ("chest pain", "unconsious", "help")),
    ],
)
def test_words_of_danger_are_known(typed, kind):
    assert crisis_terms.detect_crisis(typed) == (kind, "")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("suicide", "suicidio|suisidio|quiero morir|kiero morirme|Ya no quiero VIVIR|me aorco"),
        ("suicide", "me quiero matar|me kiero matar|quitarme la vida|no puedo más|hacerme daño"),
        ("overdose", "sobredosis|sovredocis|sobre dosis|tomé muchas pastillas|labios morados"),
        ("overdose", "se tomó todas las pastillas|envenenamiento|se pasó de heroína"),
        ("emergency", "no puedo respirar|no respira|no despierta|me duele el pecho|inconciente"),
        ("emergency", "emergencia|emerjencia|ayuda|se está muriendo|le dio un ataque|se desmayo"),
    ],
)
def test_words_of_danger_are_known_in_spanish_with_or_without_accents(typed, kind):
    for each in typed.split("|"):
        assert crisis_terms.detect_crisis(each) == (kind, "es"), each


@pytest.mark.parametrize(
    "typed",
    [
        *("naltrexone", "how to stop drinking", "dose", "side effects", "odd dreams", "method"),
        *("booze", "cost", "breathing exercises", "weekend", "brother", "", "🙂", "12 steps"),
        *("naltrexona", "tomo mucho alcohol", "dejar de beber", "dosis", "pastillas", "recaída"),
        *(
            "no quiero seguir bebiendo",
            "tomo metadona",
            "tomé mi pastilla",
            "tomo todas las noches",
        ),
        *("ayudar a mi hijo", "ejercicios para respirar", "cuánto cuesta", "abstinencia"),
    ],
)
def test_other_words_are_not(typed):
    assert crisis_terms.detect_crisis(typed) is None


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["i want to die", "suicide", "overdose", "can't breathe"])
def test_the_lines_to_call_stand_above_what_was_found(client, typed):
    make_article(title="Overdose, suicide, and when you want to die or cannot breathe")
    for address in ("/articles/", "/articles/search/"):
        html = client.get(address, {"q": typed}).text
        card = html.split("help-card")[1].split("</ul>")[0]
        assert all(f'href="{line}"' in card for line in LINES)
        assert html.index("help-card") < (html.find("post-row") % len(html))
        assert html.index("help-card") < (html.find("<h1") % len(html))


@pytest.mark.django_db
def test_who_asks_in_spanish_is_told_so_in_spanish_on_the_english_page_too(client):
    for address in ("/articles/", "/articles/search/"):
        card = client.get(address, {"q": "quiero morir"}).text.split("help-card")[1]
        opening, card = card.split(">", 1)
        assert 'lang="es"' in opening
        assert 'href="sms:988?&amp;body=AYUDA"' in card.split("</ul>")[0]


@pytest.mark.django_db
def test_the_card_is_not_in_the_way_of_other_searches(client):
    assert "help-card" not in client.get("/articles/?q=naltrexone").text
    assert "help-card" not in client.get("/articles/").text
