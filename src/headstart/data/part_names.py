"""What people call the parts of their data: train, val and test, in many words and spellings."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from headstart.errors import UsageError
from headstart.hostile import printable

_TRAIN = """train training trainings treinar 學習 trn learn learning tr treino treinamento
    entrenamiento entrenar apprentissage entrainement lernen lern trainieren addestramento
    обучение обучающая обучающий тренировка трен 训练 训练集 訓練 訓練集 学習 訓練用 훈련 학습
    egitim trening treningowy treningowe treningowa тренировочный тренировочная тренировочные
    обучающие навчання тренувальна trenovani antrenare koulutus harjoittelu entrenament آموزش
    trenovaci opplaering traening traning opetus tanito tranare تدريب प्रशिक्षण εκπαιδευση אימון
    latih"""
_VAL = """val valid vali validation validate validating dev devel development tuning validacion
    validasi validierungs validacao validierung validazione валидация валидационная проверка
    验证 验证集 驗證 驗證集 検証 검증 dogrulama walidacja walidacyjny walidacyjne walidacyjna
    валидационный валидационные validacni validacija validare validointi validacio validering
    validatie تحقق"""
_TEST = """test testing prüf testar 测验 測驗 tst tests prueba pruebas teste testes essai prova
    тест тестовая тестирование 测试 测试集 測試 測試集 テスト 시험 테스트 testowy testowe
    testowa тестовый тестовые тестова testova testare testovani uji آزمون testovaci testi teszt
    اختبار परीक्षण δοκιμη ελεγχος בדיקה מבחן тестов ujian"""
_EITHER = "eval evaluation evaluate evaluacion avaliacao evaluierung valutazione оценка 評価 평가"
"""Test where nothing else is called so, else val."""
_MARKS = """set sets data dataset datasets image images img imgs picture pictures photo photos pics
    file files folder split part subset samples examples audio audios recordings wav wavs text texts
    bilder daten datos dados imagenes imagens immagini fotos de da di do the"""
EITHER = "either"


def spelled(text: str) -> str:
    """In lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("æ", "ae").replace("ø", "o"))
    return "".join(c for c in apart if not unicodedata.combining(c))


_WORDS = {
    spelled(word): part
    for part, words in (("train", _TRAIN), ("val", _VAL), ("test", _TEST), (EITHER, _EITHER))
    for word in words.split()
}
_PLAIN_MARKS = {spelled(word) for word in _MARKS.split()}
_ONE = re.compile(
    r"(train|training|test|testing|val|valid|validation|dev|eval)"
    r"(set|sets|data|dataset|images|imgs|img|pics|photos|files|split|ing|集)"
)
_JOINED = re.compile(
    spelled(
        r"(trainings?|lern|tests?|prüf|validierungs?)(daten|datensatz|satz|menge|bilder|set)"
        r"|(训练|測試|测试|验证|訓練|驗證|学習|學習|検証|テスト|훈련|학습|검증|테스트|시험)"
        r"(数据|數據|样本|图片|圖片|图像|图|圖|データ|用データ|画像|セット|データセット|데이터|이미지|용|셋|세트)"
    )
)
"""Words of which two are one, as German, Chinese, Japanese and Korean have them."""


def words_in(name: str) -> list[tuple[str, int, int]]:
    """Words of a name in lower case, each with where it begins and ends; numbers are none."""
    return [
        (spelled(m[0]), *m.span()) for m in re.finditer(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+", name)
    ]


def part_in(name: object) -> str:
    """The part that a name means ("valid" is "val"); `EITHER` for eval; empty for none.

    >>> part_in("Training_Set"), part_in("eval"), part_in("test tubes")
    ('train', 'either', '')
    """
    part, rest = pieces_of(str(name))
    return "" if rest else part


def pieces_of(name: str) -> tuple[str, str]:
    """The part that one word of a name means, and what else is in the name but for such marks.

    >>> pieces_of("cats_train"), pieces_of("training shoes test")
    (('train', 'cats'), ('', 'training shoes test'))
    """
    found = [(part, a, b) for word, a, b in words_in(name) if (part := part_of_word(word))]
    if len({part for part, *_ in found}) != 1:
        return "", name
    part, begin, end = found[-1]
    for _, first, last in found[:-1]:  # said twice
        name = name[:first] + " " * (last - first) + name[last:]
    rest = f"{name[:begin]} {name[end:]}"
    words = [word for word, *_ in words_in(rest)]
    if all(word in _PLAIN_MARKS for word in words):
        return part, ""
    return part, rest.strip(" _-.()[]")


def is_plain_mark(name: str) -> bool:
    """Whether a name says what kind of things are there, and nothing else: images, files."""
    words = [word for word, *_ in words_in(name)]
    return bool(words) and all(word in _PLAIN_MARKS for word in words)


def part_of_word(word: str) -> str:
    """The part that one word in lower case means; empty for none."""
    one = _ONE.fullmatch(word) or _JOINED.fullmatch(word)
    piece = next(filter(None, one.groups())) if one else ""
    return _WORDS.get(word) or _WORDS.get(piece) or _WORDS.get(piece.removesuffix("s"), "")


def parts_of(names: Iterable[str], told: Mapping[str, str]) -> dict[str, str]:
    """The part of each of these names that means one: as told, else by its words.

    Names are compared without case. What is called evaluation is the test unless another is.
    """
    names = list(names)
    means = {name: told.get(spelled(name.strip()), "") or part_in(name) for name in names}
    means = means if any(means.values()) else _of_one_set(names)
    either = "val" if "test" in means.values() and "val" not in means.values() else "test"
    return {name: either if part == EITHER else part for name, part in means.items() if part}


def _of_one_set(names: Iterable[str]) -> dict[str, str]:
    """The parts of names that are else alike: flowers_train and flowers_test."""
    pieces = {name: pieces_of(name) for name in names}
    parts = {part for part, _ in pieces.values() if part}
    if len({rest.casefold() for part, rest in pieces.values() if part}) != 1 or len(parts) < 2:
        return dict.fromkeys(pieces, "")
    return {name: part if "train" in parts else "" for name, (part, _) in pieces.items()}


def told_parts(asked: str) -> dict[str, str]:
    """What `--parts train=A,test=B` says: the part of each name. Raises `UsageError`.

    >>> told_parts("train=Entrenamiento, test=Prueba")
    {'entrenamiento': 'train', 'prueba': 'test'}
    """
    told: dict[str, str] = {}
    for one in asked.split(",") if asked not in ("", "-") else ():
        part, is_pair, name = (piece.strip() for piece in one.partition("="))
        if part not in ("train", "val", "test") or not is_pair or not name:
            raise UsageError(
                "U281",
                f"{printable(one)!r} does not say what a part is called",
                "--parts train=NAME,test=NAME (and val=NAME), or --parts - for none",
            )
        told[spelled(name)] = part
    return told
