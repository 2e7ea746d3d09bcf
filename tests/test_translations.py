"""The pages in European Portuguese: complete, and not Brazilian."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.bans import ROOT

CATALOGUE = ROOT / "translations" / "pt_PT" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
# What is said otherwise in Portugal: telemóvel, registo, o senhor, ecrã, utilizador, ficheiro, …
BRAZILIAN = (
    r"celular(es)?|cadastr\w+|você|vocês|telas?|usuári[oa]s?|arquivos?|clique aqui|CEP|CPF"
    r"|escane\w+|delet\w+|salv(ar|e|o|ou)|aplicativos?|baix(ar|e)|registr\w+|contat[oa]\w*|fatos?|equipes?"
    r"|gerenci\w+|acess(e|ar)|planilhas?|boletos?|estorn\w+"
    r"|(est(á|ão|ou|amos|ava)|continu[ae])\s+\w+[aei]ndo"
)
INFORMAL = r"\b(tu|teu|tua|teus|tuas|contigo|podes|queres|tens|confirma-[oa]|paga-[oa])\b"


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="pt_PT")


@pytest.fixture(scope="module")
def texts(catalogue):
    return {one.id: one.string for one in catalogue if one.id}


def test_every_text_of_the_pages_is_translated(texts):
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    used = {message for _, _, message, _, _ in found}
    assert len(used) > 100
    assert used - set(texts) == set()
    assert set(texts) - used == set(), "these are no longer used"


def test_nothing_is_empty_or_a_guess(catalogue):
    assert [one.id for one in catalogue if one.id and not one.string] == []
    assert [one.id for one in catalogue if one.id and one.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_every_value_in_a_text_is_in_its_translation(texts):
    def values(text):
        return set(re.findall(r"%\(\w+\)s", text))

    assert [text for text, said in texts.items() if values(text) != values(said)] == []


@pytest.mark.parametrize(
    "pattern", [rf"\b({BRAZILIAN})\b", INFORMAL], ids=["Brazilian", "informal"]
)
def test_no_word_is_used_that_portugal_does_not(texts, pattern):
    found = {said: re.findall(pattern, said, re.IGNORECASE) for said in texts.values()}
    assert {said: words for said, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "text",
    ["Escaneie o código", "Estamos processando o pagamento", "Clique aqui", "Digite o CEP",
     "O seu celular", "Você volta", "Salvar", "Deletar o arquivo", "Faça o cadastro", "Na tela"],
)  # fmt: skip
def test_the_pattern_finds_what_brazilians_write(text):
    assert re.search(rf"\b({BRAZILIAN})\b", text, re.IGNORECASE)
