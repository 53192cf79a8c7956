"""An address as a QR picture that any wallet's camera reads."""

from __future__ import annotations

import io
from functools import lru_cache

from agent.money import Address
from agent.replies.reply import Picture

PIXELS_A_MODULE = 8
QUIET_MODULES = 4  # ISO/IEC 18004: the margin that a reader needs


@lru_cache(maxsize=64)
def picture(account: Address, chain: str) -> Picture:
    """The bare address, which every wallet understands; an EIP-681 URI isn't read by many exchanges' apps."""
    import qrcode  # with Pillow some 30 ms to import, and seldom needed
    from qrcode.image.pil import PilImage

    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_M,
        box_size=PIXELS_A_MODULE,
        border=QUIET_MODULES,
        image_factory=PilImage,
    )
    code.add_data(account)
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image(fill_color="black", back_color="white").save(out, format="PNG")
    return Picture("address.png", f"{account} on {chain}", out.getvalue())
