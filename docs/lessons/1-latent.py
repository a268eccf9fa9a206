# %% [markdown] en
# # 1. What a latent is
#
# A face on your screen is a long list of numbers: three for each pixel. An autoencoder finds a much
# shorter list that is enough to draw the face again. That short list is the **latent**.
#
# In this lesson you open such a list, shorten it, mix two of them, and change one on purpose.
# All faces are made up by our own networks; nobody you see here exists.
# %% [markdown] id
# # 1. Apa itu laten
#
# Wajah di layar adalah daftar angka yang panjang: tiga angka untuk tiap piksel. Autoencoder mencari
# daftar yang jauh lebih pendek, tetapi cukup untuk menggambar wajah itu kembali. Daftar pendek
# itulah **laten**.
#
# Dalam pelajaran ini kamu membuka daftar itu, mencampur dua daftar, lalu mengubahnya dengan
# sengaja. Semua wajah dikarang oleh jaringan kami sendiri; tak seorang pun yang kamu lihat
# benar-benar ada.
# %%
import sys

sys.path.insert(0, "../..")  # the checkout that this notebook lies in

from PIL import Image, ImageStat

import ae_models
from ae_models import tasks
from docs.lessons.show import column, example, psnr, row

network = ae_models.from_pretrained("face-vae-plus")
# %% [markdown] en
# ## From pixels to a short list
#
# The **encoder** turns the picture into its latent. Compare the two lengths.
# %% [markdown] id
# ## Dari piksel ke daftar pendek
#
# **Enkoder** mengubah gambar menjadi latennya. Bandingkan kedua panjangnya.
# %%
face = example("face-49.webp")
latent = tasks.encode(network, face)

pixels = 3 * face.width * face.height
print("pixels:", pixels)
print("latent:", latent.numel())
print("ratio: ", pixels // latent.numel())
print("latent[:8]:", [round(number, 2) for number in latent[0, :8].tolist()])
# %% [markdown] en
# ## And back
#
# The **decoder** draws a face from nothing but the short list. Left: the face. Middle: drawn from
# its latent. Right: the naive way to be that short, which is to shrink the picture to 13 × 13
# pixels and enlarge it again. How near each is to the face is told by the PSNR: higher is better.
# %% [markdown] id
# ## Dan kembali
#
# **Dekoder** menggambar wajah hanya dari daftar pendek itu. Kiri: wajahnya. Tengah: digambar dari
# latennya. Kanan: cara polos untuk sependek itu, yaitu mengecilkan gambar menjadi 13 × 13 piksel
# lalu membesarkannya lagi. Seberapa dekat hasilnya dengan wajah asli dikatakan oleh PSNR: makin
# tinggi makin baik.
# %%
again = tasks.decode(network, latent)
tiny = face.resize((13, 13), Image.Resampling.LANCZOS)
shrunk = tiny.resize(face.size, Image.Resampling.BICUBIC)

print("numbers:", latent.numel(), "and", 3 * tiny.width * tiny.height)
print(f"PSNR: {psnr(face, again):.1f} dB and {psnr(face, shrunk):.1f} dB")
row(face, again, shrunk)
# %% [markdown] en
# Both lists are equally long. The latent wins because it does not spend its numbers on pixels. It
# spends them on what differs **from face to face**; what all faces have in common, the decoder
# knows by itself.
#
# ## The first numbers matter most
#
# This network was trained to put what changes a picture most first. Left: only the first 8 numbers
# are kept, the others are 0. Then 32, then 128, then all of them.
# %% [markdown] id
# Kedua daftar sama panjang. Laten menang karena tidak menghabiskan angkanya untuk piksel. Angkanya
# dipakai untuk hal yang **berbeda dari wajah ke wajah**; apa yang sama pada semua wajah sudah
# diketahui dekoder.
#
# ## Angka pertama paling penting
#
# Jaringan ini dilatih untuk menaruh yang paling mengubah gambar di depan. Kiri: hanya 8 angka
# pertama yang disimpan, sisanya 0. Lalu 32, lalu 128, lalu semuanya.
# %%
kept = [8, 32, 128, latent.numel()]
faces = []
for count in kept:
    shorter = latent.clone()
    shorter[:, count:] = 0
    faces.append(tasks.decode(network, shorter))

for count, fewer in zip(kept, faces):
    print(f"{count} numbers: PSNR {psnr(face, fewer):.1f} dB")
row(*faces, high=200)
# %% [markdown] en
# ## Between two faces
#
# Halfway between two lists lies a third one. The upper row mixes the pixels of two faces, the lower
# row mixes their latents and decodes each mixture.
# %% [markdown] id
# ## Di antara dua wajah
#
# Di tengah-tengah dua daftar ada daftar ketiga. Baris atas mencampur piksel dua wajah; baris bawah
# mencampur latennya, lalu mendekode tiap campuran.
# %%
other = example("face-91.webp")
faded = [Image.blend(face, other, step / 4) for step in range(5)]
morphed = tasks.morph(network, face, other, steps=5)


def contrast(picture):
    """Standard deviation of the gray levels."""
    return ImageStat.Stat(picture.convert("L")).stddev[0]


print(f"contrast of the middle: {contrast(faded[2]):.1f} and {contrast(morphed[2]):.1f}")
column(row(*faded, high=150), row(*morphed, high=150))
# %% [markdown] en
# Mixed pixels are two half-transparent pictures: shadows of both hairlines, less contrast. A mixed
# latent is decoded to **one** face.
#
# ## The middle of all faces
#
# Each latent is a point, and the points have a middle. Its face is on the left. Walk from there
# towards our face, arrive (fourth picture), and walk on: what makes this face special is
# exaggerated, as a caricaturist does.
# %% [markdown] id
# Piksel yang dicampur adalah dua gambar setengah tembus pandang: bayangan dua garis rambut, dan
# kontrasnya turun. Laten yang dicampur didekode menjadi **satu** wajah.
#
# ## Titik tengah semua wajah
#
# Setiap laten adalah sebuah titik, dan titik-titik itu punya titik tengah. Wajahnya ada di kiri.
# Berjalanlah dari sana menuju wajah kita, sampai di tujuan (gambar keempat), lalu teruskan: ciri
# khas wajah ini dilebih-lebihkan, seperti dalam karikatur.
# %%
middle = network.aggregate.mean()[None]
walk = [middle + step / 3 * (latent - middle) for step in range(6)]
row(*[tasks.decode(network, point) for point in walk], high=135)
# %% [markdown] en
# ## Directions have a meaning
#
# If latents are points, then "the same face, but smiling" is a step in some direction. The network
# has found such directions from faces with labels. The face, then four steps from it, each in one
# direction:
# %% [markdown] id
# ## Arah punya makna
#
# Kalau laten adalah titik, maka "wajah yang sama, tetapi tersenyum" adalah satu langkah ke suatu
# arah. Jaringan ini menemukan arah-arah itu dari wajah yang berlabel. Inilah wajahnya, lalu empat
# langkah darinya, masing-masing ke satu arah:
# %%
model = example("face-66.webp")
names = ("Eyeglasses", "Blond_Hair", "Bangs", "Heavy_Makeup")
changed = [tasks.edit(network, model, {name: 2.0}) for name in names]
print(*names, sep=", ")
row(model, *changed, high=150)
# %% [markdown] en
# ## What a latent cannot say
#
# The list was made for faces. Ask it for a lake.
# %% [markdown] id
# ## Yang tak dapat dikatakan laten
#
# Daftar ini dibuat untuk wajah. Mintalah sebuah danau.
# %%
lake = example("landscape-lake.webp").crop((40, 0, 280, 240)).resize(face.size)
drowned = tasks.reconstruct(network, lake)
print(f"PSNR: face {psnr(face, again):.1f} dB, lake {psnr(lake, drowned):.1f} dB")
row(lake, drowned)
# %% [markdown] en
# ## Questions
#
# <details><summary>1. Why can the latent be so much shorter than the picture?</summary>
#
# Because almost no list of pixels is a face. Neighboring pixels are alike, and faces are alike: two
# eyes, a nose, a mouth, at nearly the same places. Only what is left free has to be written down.
# </details>
#
# <details><summary>2. Does one number of the list stand for the nose?</summary>
#
# No. Each number changes many things at once; a meaning such as "smiling" is a direction that uses
# all the numbers. Try it: change `latent[0, 0]` by 2 and decode.
# </details>
#
# <details><summary>3. The fringe and the blond hair also changed other things. Why?</summary>
#
# The directions come from examples. If people with a fringe are also mostly women in the examples,
# the direction carries both. A network learns what its data shows, including what goes together
# there only by habit or by chance.
# </details>
#
# <details><summary>4. Could someone store passport photos as latents?</summary>
#
# Look at the skin and the hair in the second picture of this lesson: small, personal things are
# smoothed away, and replaced by what is usual. That is good for play and bad for evidence.
# </details>
# %% [markdown] id
# ## Pertanyaan
#
# <details><summary>1. Mengapa laten bisa jauh lebih pendek daripada gambarnya?</summary>
#
# Karena hampir tak ada daftar piksel yang berupa wajah. Piksel yang bertetangga mirip, dan wajah
# pun mirip satu sama lain: dua mata, satu hidung, satu mulut, di tempat yang hampir sama. Hanya
# sisanya yang perlu dicatat.
# </details>
#
# <details><summary>2. Apakah satu angka dalam daftar itu mewakili hidung?</summary>
#
# Tidak. Setiap angka mengubah banyak hal sekaligus; makna seperti "tersenyum" adalah sebuah arah
# yang memakai semua angka. Cobalah: ubah `latent[0, 0]` sebesar 2, lalu dekode.
# </details>
#
# <details><summary>3. Poni dan rambut pirang ikut mengubah hal lain. Mengapa?</summary>
#
# Arah itu berasal dari contoh. Kalau dalam contoh kebanyakan orang berponi adalah perempuan, arah
# itu membawa keduanya. Jaringan belajar dari apa yang ditunjukkan datanya, termasuk hal yang hanya
# kebetulan sering muncul bersama.
# </details>
#
# <details><summary>4. Bolehkah foto paspor disimpan sebagai laten?</summary>
#
# Perhatikan kulit dan rambut pada gambar kedua pelajaran ini: hal-hal kecil yang khas dihaluskan
# dan diganti dengan yang umum. Itu baik untuk bermain, tetapi buruk untuk barang bukti.
# </details>
# %% [markdown] en
# ## Check
#
# These lines say what this lesson claims. They fail if it is not true.
# %% [markdown] id
# ## Periksa
#
# Baris-baris ini menyatakan apa yang diajarkan di sini. Baris itu gagal kalau pernyataannya salah.
# %%
assert pixels > 90 * latent.numel()
assert [psnr(face, fewer) for fewer in faces] == sorted(psnr(face, fewer) for fewer in faces)
assert psnr(face, again) > psnr(face, shrunk) + 6
assert contrast(morphed[2]) > contrast(faded[2])
assert psnr(tasks.decode(network, walk[3]), again) > 40
assert psnr(face, again) > psnr(lake, drowned) + 10
