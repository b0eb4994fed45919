"""What columns are called that hold files, texts, labels, parts and groups: the likeliest first."""

import re
from collections.abc import Mapping

from headstart.task_names import LabelForm

PATHS = (
    *("path", "file_path", "filepath", "file", "filename", "file_name", "image", "image_path"),
    *("image_file", "image_name", "img", "img_path", "picture", "photo", "audio", "audio_path"),
    *("recording", "wav", "image_id", "id"),
)
TEXTS = (
    *("text", "sentence", "review", "content", "message", "question", "comment", "tweet"),
    *("document", "body", "utterance", "title", "headline", "description", "query", "sms"),
    *("email", "abstract", "texto", "texte", "testo", "tekst", "nachricht", "bewertung"),
    *("комментарий", "comentario", "commentaire", "kommentar", "frase", "satz", "reseña"),
    *("текст", "отзыв", "文本", "内容", "评论", "文章", "テキスト", "本文", "텍스트", "리뷰"),
)
PAIRS = (
    *(("sentence1", "sentence2"), ("sentence_1", "sentence_2"), ("sentence_a", "sentence_b")),
    *(("premise", "hypothesis"), ("question1", "question2"), ("text1", "text2")),
    *(("text_1", "text_2"), ("text_a", "text_b"), ("query", "passage"), ("query", "document")),
)
"""Columns that are two texts of one example."""
STARTS = ("start", "start_s", "start_time", "start_seconds", "onset", "begin", "begin_time")
ENDS = ("end", "end_s", "end_time", "end_seconds", "offset", "stop", "stop_time")
LABELS = (
    *("label", "labels", "class", "class_name", "classname", "target", "category", "y"),
    *("diagnosis", "species", "breed", "class_id", "label_id", "sentiment", "intent", "topic"),
    *("tags", "dx", "finding_labels", "gold_label", "emotion", "is_duplicate"),
    *("etiqueta", "clase", "classe", "klasse", "kategorie"),
    *("categoría", "categoria", "catégorie", "étiquette", "etichetta", "sentimiento", "метка"),
    *("класс", "категория", "标签", "类别", "標籤", "類別", "ラベル", "カテゴリ", "라벨", "레이블"),
)
RATINGS = ("rating", "stars", "polarity", "score")
"""Labels of texts where nothing is called as labels are; beside files they are other things."""
TRANSCRIPTS = (
    *("transcript", "transcription", "transcripts", "sentence", "text", "normalized_text"),
    *("words", "utterance"),
)
SOURCES = (
    *("source", "src", "document", "article", "input", "dialogue", "question", "prompt"),
    *("text", "sentence", "body", "context", "content"),
)
TARGETS = (
    *("target", "tgt", "translation", "summary", "highlights", "output", "answer", "response"),
    *("completion", "headline", "title", "label"),
)
TAGS = ("ner_tags", "tags", "ner", "entities", "bio", "pos_tags", "pos", "labels", "label")
CALLED: Mapping[LabelForm | None, tuple[str, ...]] = {
    LabelForm.TRANSCRIPT: TRANSCRIPTS,
    LabelForm.TEXT: TARGETS,
    LabelForm.WORD_TAGS: TAGS,
}
"""Labels that are called otherwise than classes."""
SPLITS = (
    *("split", "subset", "partition", "part", "set", "fold", "usage", "phase", "data_split"),
    *(
        "dataset_split",
        "split_name",
        "data_set",
        "tvt",
        "train_test",
        "train_val_test",
        "datasplit",
    ),
    *("kfold", "folds", "fold_id", "cv_fold"),
    *("particion", "conjunto", "aufteilung", "division"),
)
GROUPS = (
    *("group", "group_id", "groups", "patient", "patient_id", "patientid", "subject"),
    *("subject_id", "speaker", "speaker_id", "site", "site_id", "video", "video_id", "scene"),
    *("scene_id", "author", "author_id", "person", "person_id", "user", "user_id", "session"),
)


KNOWN = frozenset(
    (*PATHS, *TEXTS, *LABELS, *RATINGS, *TRANSCRIPTS, *SOURCES, *TARGETS, *SPLITS, *GROUPS)
).union(*PAIRS)
"""All of these: a first line with one of them holds names."""


def plain(name: str) -> str:
    """A column's name without what people spell differently: case, spaces, dashes."""
    return re.sub(r"\W+", "_", name.strip().casefold())
