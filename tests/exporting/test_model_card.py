"""The model card's list of sources."""

from keras_colorizer.exporting import model_card


def test_sources_and_their_folders_are_listed_with_licences():
    many = {"name": "many", "weight": 1.0, "photos": 1200, "licence": "2 licences, by folder"}
    many["folders"] = [
        {"folder": "a", "photos": 1000, "licence": "CC0", "origin": "example.org/a @ 1234"},
        {"folder": "b", "photos": 200, "licence": "unknown"},
    ]
    few = {"name": "few", "weight": 0.5, "photos": 30, "licence": "CC BY 4.0"}
    assert model_card.sources({"sources": [many, few]}).splitlines() == [
        "",
        "- `many`: 1,200 photos, share 1; licence: 2 licences, by folder",
        "  - `a`: 1,000 photos; licence: CC0; from example.org/a @ 1234",
        "  - `b`: 200 photos; licence: unknown",
        "- `few`: 30 photos, share 0.5; licence: CC BY 4.0",
        "",
    ]
    assert "share" not in model_card.sources({"sources": [few]})
    assert model_card.sources({}) == ""


def test_what_the_weights_began_from_is_told_of_a_run_and_of_those_that_began_from_it():
    first = {"backbone": "efficientnet_lite0", "package": "some-package==1", "licence": "MIT"}
    for training in ({"init": first}, {"init": {"run": "a", "training": {"init": first}}}):
        told = model_card.origin({"training": training})
        assert told == (
            "Its backbone, `efficientnet_lite0`, began pretrained: some-package==1; MIT.\n\n"
        )
    for training in ({}, {"init": {"run": "a", "training": {}}}):
        assert model_card.origin({"training": training}) == ""
