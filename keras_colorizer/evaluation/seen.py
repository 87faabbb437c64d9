"""Which of the scored photos a model was trained on, by their names or by their look."""

import dataclasses

import numpy as np

from keras_colorizer.data import likeness
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import photos


@dataclasses.dataclass(frozen=True)
class Seen:
    """Places of scored photos that a model was trained on.

    Attributes:
        ids: of those whose names its card counts as training data; None if it does not say.
        copies: of others that are near-duplicates of its training photos; None if the card holds
            no hashes of these.
    """

    ids: list[int] | None
    copies: list[int] | None

    @property
    def places(self):
        """All of them, rising."""
        return sorted({*(self.ids or []), *(self.copies or [])})


def find(models, test):
    """What each model has seen of the photos: dict of name → `Seen`.

    Args:
        models: dict of name → model with a ``card``.
        test: `photos.TestPhotos`.

    Raises:
        UserError: a card's hashes are damaged.
    """
    own_ids, hashes, searched, found = test.own_ids or test.ids, None, {None: None}, {}
    for name, model in models.items():
        by_name = photos.seen_ids(model.card, own_ids)
        named = set(by_name or ())
        ids = None if by_name is None else [i for i, own in enumerate(own_ids) if own in named]
        packed = (model.card.get("data") or {}).get("photo_hashes")
        packed = None if packed is None else str(packed)
        if packed not in searched:  # one search for all saturations of a model
            hashes = hashes or likeness.hashes(test.images)
            try:
                known = likeness.unpack(packed)
            except UserError as error:
                raise UserError(f"model {name}: {error.message}") from None
            searched[packed] = np.flatnonzero(likeness.near(hashes, known) >= 0).tolist()
        copies = searched[packed]
        found[name] = Seen(ids, copies and [i for i in copies if own_ids[i] not in named])
    return found


def refuse(found, test):
    """Raises a UserError that names the first model that has seen photos, and how many."""
    for name, seen in found.items():
        for places, which in ((seen.ids, ""), (seen.copies, "near-duplicates of ")):
            if places:
                raise UserError(
                    f"model {name} was trained on {which}{len(places):,} of the {len(test):,} "
                    f"photos of {test.name} {test.split} (such as {test.ids[places[0]]}), so its "
                    "score would say nothing; give another `split`, `drop_seen=True` or "
                    "`allow_seen=True`"
                )


def leave_out(found, test):
    """The photos that no model has seen, and the names of the others.

    Args:
        found: as `find` gives it.
        test: `photos.TestPhotos`.

    Raises:
        UserError: there are no others.
    """
    places = sorted({place for seen in found.values() for place in seen.places})
    if not places:
        return test, []
    if len(places) == len(test):
        raise UserError(
            f"all {len(test):,} photos of {test.name} {test.split} were trained on; give another "
            "`split` or `allow_seen=True`"
        )
    return test.without(places), [test.ids[i] for i in places]


def counts(found):
    """What results.json tells of it: how many photos each model knows by name, and by look."""
    return {
        key: {name: None if of(seen) is None else len(of(seen)) for name, seen in found.items()}
        for key, of in (("seen_ids", lambda s: s.ids), ("near_duplicates", lambda s: s.copies))
    }
