import json
from pathlib import Path

import pytest
from annotated import coco, draw_pictures

from headstart.data.box_formats import find_boxes
from headstart.data.foreign_boxes import refuse_foreign
from headstart.errors import DataError

RECT = {"shape_attributes": {"name": "rect"}, "region_attributes": {}}
IN_JSON = {
    "VIA": {"a.png1": {"filename": "a.png", "size": 1, "regions": [RECT]}},
    "(VIA)": {"_via_settings": {}, "_via_img_metadata": {}},
    "Label Studio": [{"annotations": [{"result": [{"value": {"rectanglelabels": ["cat"]}}]}]}],
    "Datumaro": {"items": [{"id": "a", "annotations": [{"label_id": 0, "bbox": [1, 2, 3, 4]}]}]},
    "Supervisely": {"objects": [{"classTitle": "cat", "geometryType": "rectangle"}]},
    "Scalabel": [{"name": "a.png", "labels": [{"category": "cat", "box2d": {"x1": 1}}]}],
    "Labelbox": [{"data_row": {}, "objects": [{"bounding_box": {"top": 1}}]}],
    "results": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}],
}
IN_TEXT = {
    "(VIA)": ("x.csv", "filename,file_size,region_shape_attributes\na.png,1,{}\n"),
    "AutoML": ("x.csv", "TRAIN,gs://b/a.png,cat,0.1,0.1,,,0.5,0.5,,\n"),
    "dlib": ("x.xml", "<dataset><images><image file='a.png'><box top='1' left='2'/></image>"),
    "MOT": ("gt.txt", "1,1,5,5,20,20,1,1,1.0\n2,1,5,5,20,20,1,1,1.0\n"),
    "VisDrone": ("0.txt", "4,6,20,24,1,1,0,0\n"),
    "DOTA": ("0.txt", "imagesource:x\ngsd:1\n1.0 2.0 3.0 2.0 3.0 4.0 1.0 4.0 small-car 0\n"),
    "Keras": ("_annotations.txt", "a.png 1,2,3,4,0 5,6,7,8,1\n"),
}


@pytest.mark.parametrize("name", IN_JSON)
def test_json_of_other_programs_is_refused_by_name(name: str, tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png"])
    (tmp_path / "x.json").write_text(json.dumps(IN_JSON[name]))
    with pytest.raises(DataError, match="D228") as refused:
        find_boxes(tmp_path)
    assert name in refused.value.what and "COCO" in refused.value.fix


@pytest.mark.parametrize("name", IN_TEXT)
def test_other_files_are_refused_by_name_as_well(name: str, tmp_path: Path) -> None:
    file, text = IN_TEXT[name]
    (tmp_path / file).write_text(text)
    with pytest.raises(DataError, match="D228") as refused:
        refuse_foreign([tmp_path / file])
    assert name in refused.value.what


def test_what_is_read_comes_first(tmp_path: Path) -> None:
    coco(tmp_path)
    (tmp_path / "via.json").write_text(json.dumps(IN_JSON["VIA"]))
    found = find_boxes(tmp_path)
    assert found is not None and found.form == "COCO JSON"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.json", '[{"text": "boxes", "label": "cat"}]'),
        ("a.csv", "path,label\na.png,cat\n"),
        ("a.txt", "a photo of a cat, 4 years old\n"),
        ("b.txt", "1 2 3\n"),
        ("a.xml", "<html><body/></html>"),
    ],
)
def test_other_data_is_passed_over(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    refuse_foreign([tmp_path / file, tmp_path / "lost.json"])
