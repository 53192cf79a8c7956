"""English words, as data, that are a letter away from a verb and no slip of it."""

from __future__ import annotations

_WORDS = (
    "aboard above bait bake ball bang bank bark barn bean being bell bend blend block boil book boss brag brig"
    " bull bump burn busy cake canal cancer candle cause cave cell chance charge chick chose chunk cling clip"
    " clock clone closed clothes concert convent covert crab crop damp dark dave deport dive dock dove dream drip"
    " drug duck dull edit exist fail fake feet fell fend fire flap fling flop found four full gave glide grade"
    " grow grub hail hall hang happen have hell hire hive hold hour hung infest ingest invert jail jump lack lake"
    " land lead lean learn legend lens lick life lift like limit list live loan look lord lose loss loud love luck"
    " lump lung mace mail male malt mark mate meet mend mode more moss movie nail odd pack part pearl perk permit"
    " pill plan plant play plot poll poor pork post pray presume prop prose pulse pump push rail rank rave read"
    " ring rise road rock run safe sage sail sake salt same sand seal seam self shaft shave shell shirt shoe shop"
    " short shot shout show sick side sift sing slack slang slap slash slave sleet slice slick slip slit smash"
    " smell snap soap song spark spell spill stack stock stove string stuck suck swamp swatch swift tail"
    " tale tank tape team tell tend thick throne tick tire toad torn tour trace track trash trend trick trip truck"
    " tuna vend wake wave well were wide wife wine wipe wise yearn yell your"
)
WORDS = frozenset(_WORDS.split())

COURTESIES = frozenset({
    "please", "pls", "plz", "pretty please", "kindly", "just", "moneta", "@moneta", "dear", "for me", "would you",
    "will you", "ok", "okay", "so", "well", "actually", "from now on", "any more", "anymore", "thx", "ty",
    "emergency",
})  # fmt: skip
HURRY = frozenset({"now", "right now", "for now", "asap", "quickly", "immediately", "right away", "straight away"})
