"""The codec's file format, `.aes`: a picture as the rounded latent of a network, entropy coded.

    byte 0        magic, 0xAE
    byte 1        version in the upper four bits, rate in the lower
    bytes 2, 3    first two bytes of the sha256 of the network's weights
    then          width and height in px, as LEB128 varints of one to four bytes
    next 2        CRC-16 of all other bytes
    the rest      range-coded numbers (codec/entropy.py)

Eight bytes besides the payload at 32x32 px.
"""

import binascii
from dataclasses import dataclass

from ae_models import images

MAGIC, VERSION = 0xAE, 1
SUFFIX = ".aes"
MOST_HEADER = 14  # bytes before the payload
MAX_BYTES = 40_000_000  # of a file that is read at all
MAX_SIDE = 65_535  # px


@dataclass(frozen=True)
class Header:
    """Header of a file. network: the first 4 hexadecimal digits of the sha256 of its weights."""

    network: str
    rate: int
    width: int
    height: int


def pack(header: Header, payload: bytes) -> bytes:
    """Header and payload -> the bytes of a file."""
    start = bytes([MAGIC, VERSION << 4 | header.rate]) + bytes.fromhex(header.network)
    start += _varint(header.width) + _varint(header.height)
    return start + _crc(start + payload) + payload


def unpack(data: bytes) -> tuple[Header, bytes]:
    """The bytes of a file -> header and payload. Raises ValueError for anything that pack has not
    written."""
    if not isinstance(data, bytes | bytearray):
        raise ValueError(f"expected the bytes of an {SUFFIX} file, got {type(data).__name__}")
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"expected an {SUFFIX} file of at most {MAX_BYTES:,} bytes, got {len(data):,}"
        )
    if len(data) < 8 or data[0] != MAGIC:
        raise ValueError(f"expected an {SUFFIX} file, got another one; only compress makes them")
    if data[1] >> 4 != VERSION:
        raise ValueError(f"expected version {VERSION} of the {SUFFIX} format, got {data[1] >> 4}")
    width, height, place = claim(data)
    start, crc, payload = data[:place], data[place : place + 2], data[place + 2 :]
    if crc != _crc(start + payload):
        raise ValueError(f"expected a whole {SUFFIX} file, got a damaged one: its checksum differs")
    check_size(width, height)
    return Header(data[2:4].hex(), data[1] & 15, width, height), bytes(payload)


def claim(data: bytes) -> tuple[int, int, int]:
    """Width and height that a file says of its picture, checked by nothing, and the place behind
    them. Raises ValueError where there are none."""
    width, place = _read_varint(data, 4)
    height, place = _read_varint(data, place)
    return width, height, place


def check_size(width: int, height: int) -> None:
    """Raise ValueError for a picture that no file may hold."""
    sides = min(width, height) >= images.MIN_SIDE and max(width, height) <= MAX_SIDE
    if not sides or width * height > images.MAX_PIXELS:
        raise ValueError(
            f"expected sides of {images.MIN_SIDE} to {MAX_SIDE:,} px and at most "
            f"{images.MAX_PIXELS:,} pixels, got {width}x{height}"
        )


def _crc(data: bytes) -> bytes:
    return binascii.crc_hqx(data, 0xFFFF).to_bytes(2, "big")


def _varint(number: int) -> bytes:
    """LEB128: seven bits a byte, the low ones first; the top bit says that more follow."""
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    """The number at a place, and the place behind it."""
    number = 0
    for i, byte in enumerate(data[place : place + 4]):
        number |= (byte & 127) << 7 * i
        if byte < 128:
            return number, place + i + 1
    raise ValueError(f"expected an {SUFFIX} file with a width and a height, got a damaged one")
