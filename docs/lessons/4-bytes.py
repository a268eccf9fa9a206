# %% [markdown] en
# # 4. Why a latent is not yet compression
#
# "An autoencoder compresses pictures": you read that everywhere. Here you count **bytes** instead
# of numbers, and find three more steps between a latent and a small file: rounding, entropy, and a
# good prediction. At the end a file lies on your disk from which the picture comes back.
# %% [markdown] id
# # 4. Mengapa laten belum berarti kompresi
#
# "Autoencoder memampatkan gambar": itu tertulis di mana-mana. Di sini kamu menghitung **bita**
# (byte), bukan banyaknya angka, dan menemukan tiga langkah lagi antara laten dan berkas yang kecil:
# pembulatan, entropi, dan prediksi yang baik. Di akhir ada berkas di cakram yang bisa menjadi
# gambar kembali.
# %%
import sys

sys.path.insert(0, "../..")  # the checkout that this notebook lies in

import math
import tempfile
import zlib
from pathlib import Path

import torch

import ae_models
from ae_models import tasks
from ae_models.codec import others
from docs.lessons.show import bars, example, psnr, row

network = ae_models.from_pretrained("dcae-plus")
picture = example("landscape-lake.webp")
# %% [markdown] en
# ## Fewer numbers, more bytes
#
# The encoder turns every 4 × 4 pixels, 48 numbers, into 16. A third! But a pixel's number is a
# whole number from 0 to 255: one byte. A number of the latent is a float32: four bytes.
# %% [markdown] id
# ## Angkanya lebih sedikit, bitanya lebih banyak
#
# Enkoder mengubah tiap 4 × 4 piksel, yaitu 48 angka, menjadi 16. Sepertiganya! Tetapi angka sebuah
# piksel adalah bilangan bulat dari 0 sampai 255: satu bita. Angka dalam laten adalah float32: empat
# bita.
# %%
latent = tasks.encode(network, picture)
floats = latent.numpy().tobytes()
pixels = picture.tobytes()
print(f"pixels: {len(pixels):7,} numbers, {len(pixels):7,} bytes")
print(f"latent: {latent.numel():7,} numbers, {len(floats):7,} bytes")
print(f"latent, zipped: {len(zlib.compress(floats, 9)):7,} bytes")
# %% [markdown] en
# The latent is **larger** than the picture, and zip does not help: the last digits of a float look
# like noise, and noise cannot be compressed.
#
# ## Step 1: round
#
# So throw the digits away. The network first mixes neighboring numbers by a cosine transform, as
# JPEG does with pixels, so that most become small. Then it divides each by a step and rounds it.
# Rate 1 has the largest steps, rate 5 the smallest. The chart counts how often each whole number
# from -8 to 8 occurs at rate 3; the column of 0 is cut off, it would be far too tall.
# %% [markdown] id
# Latennya **lebih besar** daripada gambarnya, dan zip tidak menolong: digit-digit terakhir sebuah
# float mirip derau, dan derau tidak dapat dimampatkan.
#
# ## Langkah 1: bulatkan
#
# Maka buanglah digit-digit itu. Mula-mula jaringan mencampur angka yang bertetangga dengan
# transformasi kosinus, seperti yang dilakukan JPEG pada piksel, sehingga kebanyakan menjadi kecil.
# Lalu tiap angka dibagi dengan sebuah lebar langkah dan dibulatkan. Rate 1 memakai langkah
# terlebar, rate 5 yang tersempit. Diagram menghitung seberapa sering tiap bilangan bulat dari -8
# sampai 8 muncul pada rate 3; batang 0 dipotong, karena terlalu tinggi.
# %%
RATE = 3
whole = network.quantize(tasks.encode(network, picture, RATE), RATE)
values, counts = whole.unique(return_counts=True)
histogram = [(whole == value).sum().item() for value in range(-8, 9)]
zeros = (whole == 0).float().mean().item()
print("some of them:", whole[0, 0, 20, :12].tolist())
print(f"zeros: {zeros:.0%} of all, different numbers: {len(values)}")
bars([min(count, 3 * histogram[9]) for count in histogram])
# %% [markdown] en
# ## Step 2: short codes for what is frequent
#
# Nearly everything is 0. A fair code gives a number that occurs with probability p a length of
# log₂(1/p) bits: frequent ones short, rare ones long. The mean length is the **entropy**. It is the
# best that any code can do that looks at one number at a time.
# %% [markdown] id
# ## Langkah 2: kode pendek untuk yang sering
#
# Hampir semuanya 0. Kode yang adil memberi angka yang muncul dengan peluang p panjang log₂(1/p)
# bit: yang sering pendek, yang jarang panjang. Panjang rata-ratanya disebut **entropi**. Itulah
# yang terbaik bagi kode apa pun yang memandang satu angka demi satu angka.
# %%
shares = counts / counts.sum()
entropy = (shares * (1 / shares).log2()).sum().item()
alone = math.ceil(entropy * whole.numel() / 8)
zipped = len(zlib.compress(whole.to(torch.int8).numpy().tobytes(), 9))
print(f"entropy: {entropy:.2f} bits a number instead of 32")
print(f"ideal code, number by number: {alone:,} bytes")
print(f"zip, which also finds repetitions: {zipped:,} bytes")
# %% [markdown] en
# ## Step 3: predict
#
# Next to a cloud there is often more cloud. A second small network, the **context model**, predicts
# each number from those before it: where it is sure, a number costs almost nothing.
# `tasks.compress` does all the steps and writes a whole file (`.aes`), header and checksum
# included.
# %% [markdown] id
# ## Langkah 3: prediksi
#
# Di sebelah awan sering ada awan lagi. Jaringan kecil kedua, **model konteks**, memprediksi tiap
# angka dari angka-angka sebelumnya: di mana ia yakin, sebuah angka hampir tidak menelan biaya.
# `tasks.compress` melakukan semua langkah dan menulis satu berkas utuh (`.aes`), lengkap dengan
# kepala dan checksum.
# %%
data = tasks.compress(network, picture, RATE)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "lake.aes"
    path.write_bytes(data)
    again = tasks.decompress(path.read_bytes())

for what, size in (
    ("pixels", len(pixels)),
    ("floats", len(floats)),
    ("entropy", alone),
    ("file", len(data)),
):
    print(
        f"{what:8} {size:8,} bytes {8 * size / (picture.width * picture.height):6.2f} bits a pixel"
    )
print(f"PSNR of the picture from the file: {psnr(picture, again):.1f} dB")
row(picture, again)
# %% [markdown] en
# ## Rate and distortion
#
# There is no single "compression ratio". Coarser steps give smaller files and worse pictures: it is
# a trade. In each line beside it: the best JPEG and AVIF that are no larger, or the smallest there
# is.
# %% [markdown] id
# ## Laju dan distorsi
#
# Tak ada satu "rasio kompresi". Langkah yang lebih kasar memberi berkas yang lebih kecil dan gambar
# yang lebih buruk: ini tukar-menukar. Dalam tiap baris, di sampingnya: JPEG dan AVIF terbaik yang
# tidak lebih besar, atau yang terkecil yang bisa dibuat.
# %%
results = []
for rate in range(1, network.rates + 1):
    data = tasks.compress(network, picture, rate)
    files = [
        data,
        *[others.file_of_size(codec, picture, len(data))[1] for codec in ("JPEG", "AVIF")],
    ]
    pictures = [tasks.decompress(data), *map(others.opened, files[1:])]
    results.append((len(data), psnr(picture, pictures[0]), pictures))
    for name, file, opened in zip((f"rate {rate}", "JPEG", "AVIF"), files, pictures):
        print(f"{name}: {len(file):6,} bytes {psnr(picture, opened):.1f} dB", end="   ")
    print()
row(picture, *results[0][2][:2], high=200)
# %% [markdown] en
# The pictures: the original, rate 1, and the JPEG beside it. A drawn lake is no proof of anything:
# the model card of `dcae-plus` (weights/dcae-plus/README.md) compares the formats on photographs.
#
# ## Questions
#
# <details><summary>1. Why not train a latent with fewer numbers instead of rounding?</summary>
#
# One can, but the count says little. Sixteen numbers of which most are 0 cost less than four busy
# ones. What counts are bits, and those depend on how well a number can be predicted.
# </details>
#
# <details><summary>2. Where did information get lost?</summary>
#
# In the encoder, a little (16 numbers instead of 48), and in rounding. Entropy coding and
# prediction lose nothing: the whole numbers come back exactly.
# </details>
#
# <details><summary>3. The file does not contain the network. Is that fair?</summary>
#
# Whoever decodes needs the network, as whoever opens a JPEG needs a decoder. It is fetched once and
# serves all pictures. For a single picture, the honest size would include it.
# </details>
#
# <details><summary>4. Can rounding be trained?</summary>
#
# Not directly: its slope is 0 everywhere, so no gradient passes. In training one adds random
# numbers from -½ to ½ instead, or lets the gradient pass as if nothing had been rounded.
# </details>
# %% [markdown] id
# Gambarnya: aslinya, rate 1, dan JPEG di sampingnya. Danau buatan tidak membuktikan apa pun:
# kartu model `dcae-plus` (weights/dcae-plus/README.md) membandingkan format-format itu pada foto.
#
# ## Pertanyaan
#
# <details><summary>1. Mengapa tidak melatih laten dengan angka lebih sedikit saja?</summary>
#
# Bisa, tetapi banyaknya angka tidak berkata banyak. Enam belas angka yang kebanyakan 0 lebih murah
# daripada empat angka yang sibuk. Yang dihitung adalah bit, dan itu bergantung pada seberapa baik
# sebuah angka dapat diprediksi.
# </details>
#
# <details><summary>2. Di mana informasi hilang?</summary>
#
# Sedikit di enkoder (16 angka dari 48), dan pada pembulatan. Pengodean entropi dan prediksi tidak
# menghilangkan apa pun: bilangan bulatnya kembali persis.
# </details>
#
# <details><summary>3. Jaringannya tidak ada di dalam berkas. Adilkah itu?</summary>
#
# Yang membuka berkas memerlukan jaringan, seperti yang membuka JPEG memerlukan dekoder. Ia diambil
# sekali dan melayani semua gambar. Untuk satu gambar saja, ukuran yang jujur harus menyertakannya.
# </details>
#
# <details><summary>4. Dapatkah pembulatan dilatih?</summary>
#
# Tidak langsung: kemiringannya 0 di mana-mana, jadi tak ada gradien yang lewat. Saat melatih, orang
# menambahkan bilangan acak dari -½ sampai ½, atau meloloskan gradien seolah-olah tak ada yang
# dibulatkan.
# </details>
# %% [markdown] en
# ## Check
# %% [markdown] id
# ## Periksa
# %%
assert len(floats) > len(pixels) > len(zlib.compress(floats, 9)) / 1.5
assert len(zlib.compress(floats, 9)) > 0.85 * len(floats)
assert zeros > 0.5
assert results[RATE - 1][0] < alone < len(floats) / 10
assert [size for size, *_ in results] == sorted(size for size, *_ in results)
assert [figure for _, figure, *_ in results] == sorted(figure for _, figure, *_ in results)
assert again.tobytes() == tasks.reconstruct(network, picture, RATE).tobytes()
