# %% [markdown] en
# # 3. Why gray is a hard baseline
#
# To color a gray photo, a network guesses two color channels for every pixel. Before you praise it,
# ask what the laziest answer scores: **no color at all**. That answer is called the baseline. Here
# you find out why this one is so hard to beat, and what that says about the figure, not about the
# network.
# %% [markdown] id
# # 3. Mengapa abu-abu pembanding yang sulit
#
# Untuk mewarnai foto abu-abu, jaringan menebak dua kanal warna bagi tiap piksel. Sebelum memujinya,
# tanyakan berapa nilai jawaban yang paling malas: **tanpa warna sama sekali**. Jawaban itu disebut
# pembanding (*baseline*). Di sini kamu mencari tahu mengapa pembanding ini begitu sulit dikalahkan,
# dan apa artinya itu bagi angkanya, bukan bagi jaringannya.
# %%
import sys

sys.path.insert(0, "../..")  # the checkout that this notebook lies in

import math

from PIL import Image, ImageDraw

import ae_models
from ae_models import images, metrics, tasks, zoo
from docs.lessons.show import column, curves, example, psnr, row

classic = ae_models.from_pretrained("photo-color")
plus = ae_models.from_pretrained("photo-color-plus")
rgb = ae_models.from_pretrained("photo-color-rgb")


# %% [markdown] en
# ## Lightness and two color channels
#
# CIE Lab splits a picture into lightness L, and a (green to red) and b (blue to yellow). Gray is
# a = b = 0. The landscapes are painted by a program. From left: the original, gray, classic, plus.
# %% [markdown] id
# ## Terang dan dua kanal warna
#
# CIE Lab memecah gambar menjadi terang L, a (hijau ke merah), dan b (biru ke kuning). Abu-abu
# berarti a = b = 0. Pemandangan ini dilukis oleh program. Dari kiri: aslinya, abu-abu, classic,
# plus.
# %%
def gray(picture):
    return tasks.colorize(plus, picture, saturation=0)


def compared(picture):
    return [gray(picture), tasks.colorize(classic, picture), tasks.colorize(plus, picture)]


scenes = {name: example(f"landscape-{name}.webp") for name in ("lake", "glacier")}
guesses = {name: compared(scene) for name, scene in scenes.items()}
print("PSNR in dB    gray  classic  plus")
for name, scene in scenes.items():
    print(f"{name:12}", *[f"{psnr(scene, guess):6.1f}" for guess in guesses[name]])
column(*[row(scene, *guesses[name], high=150) for name, scene in scenes.items()])
# %% [markdown] en
# On these simple scenes both networks beat gray. On real photos that nobody painted for them, the
# lead of the classic one is small; plus, which recognizes what it sees, gains more. These are the
# figures of the releases, on test photos; the third network is explained below them:
# %% [markdown] id
# Pada pemandangan sederhana ini kedua jaringan mengalahkan abu-abu. Pada foto sungguhan, yang tidak
# dilukis untuk mereka, keunggulan classic tipis; plus, yang mengenali apa yang dilihatnya, lebih
# unggul. Inilah angka rilisnya, pada foto uji; jaringan ketiga dijelaskan di bawahnya:
# %%
for slug in ("photo-color", "photo-color-plus", "photo-color-rgb"):
    measured = zoo.config(slug)["metrics"]
    own = measured["metrics"]["psnr"]["value"]
    lazy = measured["baselines"]["gray copy"]["psnr"]["value"]
    print(f"{slug:16} {own:.1f} dB, gray {lazy:.1f} dB, {measured['images']} photos")
# %% [markdown] en
# ## Guess only what is missing
#
# The third network is the classic one with another last layer: it answers in red, green and blue.
# So it has to draw the lightness, too, although it was shown it, and all of it has to pass a grid
# of 16 x 16 places. From left: the original, gray, classic, the same network in RGB.
# %% [markdown] id
# ## Tebak hanya yang hilang
#
# Jaringan ketiga adalah classic dengan lapisan terakhir yang lain: jawabannya merah, hijau, biru.
# Jadi terangnya pun harus digambarnya, padahal terang itu sudah diperlihatkan kepadanya, dan
# semuanya harus melewati kisi 16 x 16 tempat. Dari kiri: aslinya, abu-abu, classic, jaringan yang
# sama dalam RGB.
# %%
forest = example("landscape-forest.webp")
sharp, blurred = tasks.colorize(classic, forest), tasks.colorize(rgb, forest)
print(f"classic {psnr(forest, sharp):.1f} dB, RGB {psnr(forest, blurred):.1f} dB")
others = zoo.config("photo-color-rgb")["metrics"]["baselines"]
color_alone = others["its chroma on the photos' own lightness"]["psnr"]["value"]
print(f"test photos, its color on their own lightness: {color_alone:.1f} dB")
row(forest, gray(forest), sharp, blurred, high=150)
# %% [markdown] en
# Its colors alone are nearly as good as those of classic, says the last line. But the leaves are
# gone, and no color makes up for that. **What is known should not be guessed.**
#
# ## A wrong hue costs more than none
#
# Let a pixel's true color be an arrow in the plane of a and b. Guess an arrow of the same length in
# another direction: the error is the distance of the two tips. Gray is the origin, so its error is
# the length of the arrow. The blue line shows the error of the guess against the angle between
# them, the orange one the error of gray.
# %% [markdown] id
# Warnanya saja hampir sebaik warna classic, kata baris terakhir. Tetapi daun-daunnya hilang, dan
# tak ada warna yang dapat menggantinya. **Yang sudah diketahui jangan ditebak.**
#
# ## Warna salah lebih mahal daripada tanpa warna
#
# Anggap warna asli sebuah piksel sebagai anak panah pada bidang a dan b. Tebaklah anak panah sama
# panjang ke arah lain: galatnya adalah jarak kedua ujungnya. Abu-abu adalah titik asal, jadi
# galatnya sepanjang anak panah itu. Garis biru menunjukkan galat tebakan terhadap sudut antara
# keduanya, garis jingga galat abu-abu.
# %%
angles = range(0, 181, 5)
errors = [2 * math.sin(math.radians(angle) / 2) for angle in angles]  # of an arrow of length 1
break_even = next(angle for angle, error in zip(angles, errors) if error >= 1 - 1e-9)
print("gray is better from", break_even, "degrees on")
curves(angles, errors, [1] * len(errors))


# %% [markdown] en
# From the angle printed above on, **gray is better than a color**: a third of the way to the
# opposite color is already too far. Yellow instead of orange is fine, green instead of orange is
# worse than nothing.
#
# ## Unsure? Be pale
#
# A careful guesser who does not know the hue shortens the arrow. Suppose the truth lies at an angle
# of 60 degrees to the left or to the right of your guess. Which saturation has the least error?
# %% [markdown] id
# Mulai dari sudut yang tercetak di atas, **abu-abu lebih baik daripada berwarna**: sepertiga jalan
# menuju warna lawannya sudah terlalu jauh. Kuning sebagai ganti jingga masih boleh, hijau sebagai
# ganti jingga lebih buruk daripada tanpa warna.
#
# ## Ragu? Pucat saja
#
# Penebak yang hati-hati, yang tidak tahu warnanya, memendekkan anak panah. Misalkan kebenaran
# terletak 60 derajat di kiri atau di kanan tebakanmu. Saturasi mana yang galatnya paling kecil?
# %%
def squared_error(saturation, angle):
    """Error of a guess of this length whose truth, of length 1, lies at an angle to either side."""
    along, across = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return (saturation - along) ** 2 + across**2


saturations = [step / 20 for step in range(21)]
best = {angle: min(saturations, key=lambda s: squared_error(s, angle)) for angle in (0, 30, 60, 90)}
print("angle -> best saturation:", best)
# %% [markdown] en
# The best saturation is the cosine of the angle: sure means full color, unsure means pale, no idea
# means gray. So a network trained with squared error paints **pale** colors on purpose.
#
# Turn its saturation up and see who likes it: the PSNR, or your eye.
# %% [markdown] id
# Saturasi terbaik adalah kosinus sudutnya: yakin berarti warna penuh, ragu berarti pucat, tak tahu
# sama sekali berarti abu-abu. Jadi jaringan yang dilatih dengan galat kuadrat sengaja melukis warna
# **pucat**.
#
# Naikkan saturasinya dan lihat siapa yang suka: PSNR, atau matamu.
# %%
lake = scenes["lake"]
turned = {s: tasks.colorize(plus, lake, saturation=s) for s in (0, 0.5, 1, 2, 3)}
for s, picture in turned.items():
    vivid = metrics.colorfulness(images.to_tensor(picture)).item()
    print(f"saturation {s:3}: {psnr(lake, picture):4.1f} dB, colorfulness {vivid:4.1f}")
row(*turned.values(), high=112)
# %% [markdown] en
# ## The figure and the eye disagree
#
# Two made-up portraits. From left: original, gray, plus. The network gives the skin a plausible
# color, and cannot know that the wall is blue.
# %% [markdown] id
# ## Angka dan mata berbeda pendapat
#
# Dua potret karangan. Dari kiri: aslinya, abu-abu, plus. Jaringan memberi kulit warna yang masuk
# akal, dan mustahil tahu bahwa dindingnya biru.
# %%
portraits = [example(f"portrait-{number}.webp") for number in (1, 2)]
lazy = [gray(portrait) for portrait in portraits]
lively = [tasks.colorize(plus, portrait) for portrait in portraits]
for portrait, one, other in zip(portraits, lazy, lively):
    print(f"gray {psnr(portrait, one):.1f} dB, plus {psnr(portrait, other):.1f} dB")
row(portraits[0], lazy[0], lively[0], portraits[1], lazy[1], lively[1], high=170)
# %% [markdown] en
# Gray wins by the figure, although hardly anybody would choose it. The wall covers many pixels, and
# its wrong color costs more than the good skin earns.
#
# ## A hint is worth a thousand pixels
#
# What the picture does not tell, a person can: two hints of the wall's true color.
# %% [markdown] id
# Menurut angka, abu-abu menang, padahal hampir tak ada orang yang akan memilihnya. Dindingnya
# meliputi banyak piksel, dan warnanya yang salah lebih mahal daripada untung dari kulit yang bagus.
#
# ## Sebuah petunjuk senilai seribu piksel
#
# Yang tidak dikatakan gambar dapat dikatakan orang: dua titik dengan warna dinding yang benar.
# %%
portrait = portraits[0]
hints = Image.new("RGBA", portrait.size)
draw = ImageDraw.Draw(hints)
for x, y in ((20, 60), (180, 60)):
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=portrait.getpixel((x, y)))
hinted = tasks.colorize(plus, portrait, hints=hints)
print(f"gray {psnr(portrait, lazy[0]):.1f} dB, with two hints {psnr(portrait, hinted):.1f} dB")
row(portrait, lively[0], hinted, high=240)
# %% [markdown] en
# ## Questions
#
# <details><summary>1. Why is a network that scores below gray not useless?</summary>
#
# The PSNR asks "how near is this to one true picture?". A viewer asks "could this be true?". For
# the second question there are many right answers, and gray is none of them.
# </details>
#
# <details><summary>2. What else could one measure?</summary>
#
# How colorful the pictures are compared with real ones; whether people can tell them from real
# photos; the error with a few hints given. Each figure answers one question, so show several.
# </details>
#
# <details><summary>3. Where is gray easy to beat?</summary>
#
# Where the lightness gives the color away: skies, water, forests. There the angle is small.
# </details>
#
# <details><summary>4. Find a baseline for weather forecasts.</summary>
#
# "Tomorrow is like today", or the mean of that day over many years. Both are lazy and hard to beat;
# a forecast is judged by how much it is better.
# </details>
# %% [markdown] id
# ## Pertanyaan
#
# <details><summary>1. Mengapa jaringan yang nilainya di bawah abu-abu tetap berguna?</summary>
#
# PSNR bertanya "seberapa dekat dengan satu gambar yang asli?". Penonton bertanya "mungkinkah ini
# asli?". Untuk pertanyaan kedua ada banyak jawaban benar, dan abu-abu bukan salah satunya.
# </details>
#
# <details><summary>2. Apa lagi yang dapat diukur?</summary>
#
# Seberapa berwarna gambarnya dibandingkan dengan foto asli; apakah orang dapat membedakannya dari
# foto asli; galatnya kalau beberapa petunjuk diberikan. Tiap angka menjawab satu pertanyaan, jadi
# tunjukkan beberapa angka.
# </details>
#
# <details><summary>3. Di mana abu-abu mudah dikalahkan?</summary>
#
# Di mana terang membocorkan warnanya: langit, air, hutan. Di situ sudutnya kecil.
# </details>
#
# <details><summary>4. Carilah pembanding untuk prakiraan cuaca.</summary>
#
# "Besok sama seperti hari ini", atau rata-rata tanggal itu selama bertahun-tahun. Keduanya malas
# dan sulit dikalahkan; prakiraan dinilai dari seberapa jauh ia lebih baik.
# </details>
# %% [markdown] en
# ## Check
# %% [markdown] id
# ## Periksa
# %%
for name, scene in scenes.items():
    assert min(psnr(scene, guess) for guess in guesses[name][1:]) > psnr(scene, guesses[name][0])
assert psnr(forest, blurred) < psnr(forest, sharp)
assert break_even == 60
assert all(abs(best[angle] - math.cos(math.radians(angle))) < 0.03 for angle in best)
assert psnr(lake, turned[3]) < psnr(lake, turned[0])
assert psnr(portraits[0], lazy[0]) > psnr(portraits[0], lively[0])
assert psnr(portrait, hinted) > psnr(portrait, lazy[0])
