from xml.etree import ElementTree

from app.kit import qr


def test_a_code_is_one_svg_without_script_or_style():
    drawn = qr.svg("bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq?amount=0.00153")
    root = ElementTree.fromstring(drawn)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "path", "g"}
    assert b"style=" not in drawn
