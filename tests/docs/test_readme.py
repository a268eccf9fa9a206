from docs.make import readme


def test_the_tables_are_those_of_the_releases():
    text = readme.README.read_text(encoding="utf-8")
    assert readme.written(text) == text, "python -m docs.make.readme writes them anew"
