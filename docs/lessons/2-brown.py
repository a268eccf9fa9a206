# %% [markdown] en
# # 2. Why MSE paints brown
#
# A network is trained with a **loss**: a number that says how wrong an answer is. The most common
# one is the mean squared error, MSE. It has a habit: if several answers are possible, it rewards
# none of them, but their mean. In this lesson you see the habit in one color, in drawings and in
# faces, and the ways out of it.
# %% [markdown] id
# # 2. Mengapa MSE mewarnai cokelat
#
# Jaringan dilatih dengan **loss**: angka yang menyatakan seberapa salah sebuah jawaban. Yang paling
# umum adalah galat kuadrat rata-rata, MSE. Ia punya kebiasaan: kalau ada beberapa jawaban yang
# mungkin, yang dihargainya bukan salah satu, melainkan rata-ratanya. Di sini kamu melihat kebiasaan
# itu pada satu warna, pada gambar, dan pada wajah, serta jalan keluarnya.
# %%
import sys

sys.path.insert(0, "../..")  # the checkout that this notebook lies in

import torch
from PIL import Image

import ae_models
from ae_models import images, metrics, tasks
from docs.lessons.show import column, example, row

# %% [markdown] en
# ## One pixel, four right answers
#
# A drawn dragon may be red, yellow, green or blue; the lines do not tell. Let a "network" of three
# numbers learn one color for all four dragons. It starts at gray and follows the gradient of the
# MSE, as real networks do.
# %% [markdown] id
# ## Satu piksel, empat jawaban benar
#
# Naga dalam gambar boleh merah, kuning, hijau, atau biru; garisnya tidak memberi tahu. Biarkan
# "jaringan" yang terdiri dari tiga angka belajar satu warna untuk keempat naga. Ia mulai dari
# abu-abu dan mengikuti gradien MSE, seperti jaringan sungguhan.
# %%
dragons = torch.tensor(
    [[0.86, 0.24, 0.20], [0.95, 0.75, 0.25], [0.30, 0.60, 0.30], [0.20, 0.35, 0.60]]
)
answer = torch.full((3,), 0.5, requires_grad=True)
optimizer = torch.optim.SGD([answer], lr=0.5)
for _ in range(100):
    loss = (answer - dragons).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
answer = answer.detach()


def swatch(color):
    return Image.new("RGB", (120, 120), tuple((255 * color).round().int().tolist()))


print("learned:", [round(value, 3) for value in answer.tolist()])
print("mean:   ", [round(value, 3) for value in dragons.mean(0).tolist()])
row(*map(swatch, dragons), swatch(answer), high=120)
# %% [markdown] en
# The last square is what was learned: brown, exactly the mean. No dragon is brown, yet no other
# single color has a smaller MSE. **The network is not stupid: it answers the question that we
# asked.**
#
# ## The same in a real network
#
# `sketch-color` is a textbook autoencoder, trained with MSE. `sketch-color-plus` is told a palette,
# or proposes one itself. Upper row: the drawings. Middle: classic. Lower: plus. The colorfulness
# (0 is gray, above 30 is moderately colorful) is the mean of the row.
# %% [markdown] id
# Kotak terakhir adalah yang dipelajari: cokelat, tepat rata-ratanya. Tak ada naga yang cokelat,
# tetapi tak ada satu warna lain pun yang MSE-nya lebih kecil. **Jaringan itu tidak bodoh: ia
# menjawab pertanyaan yang kita ajukan.**
#
# ## Hal yang sama pada jaringan sungguhan
#
# `sketch-color` adalah autoencoder dari buku pelajaran, dilatih dengan MSE. `sketch-color-plus`
# diberi palet, atau mengusulkannya sendiri. Baris atas: gambarnya. Tengah: classic. Bawah: plus.
# Kepekatan warna (0 berarti abu-abu, di atas 30 cukup berwarna) adalah rata-rata satu baris.
# %%
classic = ae_models.from_pretrained("sketch-color")
plus = ae_models.from_pretrained("sketch-color-plus")
sketches = [example(f"sketch-{name}.png") for name in ("cat", "dragon", "turtle", "beetle")]


def colorfulness(picture):
    return metrics.colorfulness(images.to_tensor(picture)).item()


def mean_colorfulness(pictures):
    return sum(map(colorfulness, pictures)) / len(pictures)


brown = [tasks.color_sketch(classic, sketch) for sketch in sketches]
colored = [tasks.color_sketch(plus, sketch) for sketch in sketches]
print(f"classic: {mean_colorfulness(brown):.1f}, plus: {mean_colorfulness(colored):.1f}")
column(*[row(*pictures, high=180) for pictures in (sketches, brown, colored)])
# %% [markdown] en
# ## Way out 1: tell it
#
# A palette is the missing information. With it only one answer is left, and even MSE may learn that
# one. Four palettes, four dragons; the fifth picture is the mean of the four. There is the mud
# again.
# %% [markdown] id
# ## Jalan keluar 1: beri tahu
#
# Palet adalah informasi yang kurang. Dengan palet hanya tersisa satu jawaban, dan jawaban itu boleh
# dipelajari bahkan dengan MSE. Empat palet, empat naga; gambar kelima adalah rata-rata keempatnya.
# Warna lumpurnya muncul lagi.
# %%
palettes = (
    [((220, 60, 50), 2), ((250, 210, 80), 1)],
    [((60, 120, 210), 2), ((240, 240, 250), 1)],
    [((80, 170, 90), 2), ((250, 240, 180), 1)],
    [((150, 90, 200), 2), ((250, 170, 200), 1)],
)


def mean(pictures):
    return images.to_images(
        torch.cat([images.to_tensor(p) for p in pictures]).mean(0, keepdim=True)
    )[0]


told = [tasks.color_sketch(plus, sketches[1], palette) for palette in palettes]
print(f"each: {mean_colorfulness(told):.1f}, their mean: {colorfulness(mean(told)):.1f}")
row(*told, mean(told), high=150)
# %% [markdown] en
# ## Way out 2: choose
#
# Without a palette the plus network does not paint the mean of all palettes. It chooses one;
# another seed, another choice.
# %% [markdown] id
# ## Jalan keluar 2: pilih
#
# Tanpa palet, jaringan plus tidak melukis rata-rata semua palet. Ia memilih satu; benih acak lain,
# pilihan lain.
# %%
chosen = [tasks.color_sketch(plus, sketches[0], seed=seed) for seed in range(5)]
row(*chosen, high=150)
# %% [markdown] en
# <h2 id="faces">The mean face</h2>
#
# The habit is not about colors. Which single picture is nearest to all portraits, in MSE? Their
# mean: a smooth face that nobody has. It is the **baseline** that every network between faces and
# sketches has to beat.
#
# The portraits are made up from principal components. One network draws each as a pencil sketch,
# another paints the sketch as a photo again, and the first draws that photo once more. First row:
# portraits; second: sketches; third: photos painted from them; fourth: sketches of those photos;
# the two pictures below: the mean portrait and the mean sketch.
# %% [markdown] id
# <h2 id="faces">Wajah rata-rata</h2>
#
# Kebiasaan ini bukan soal warna saja. Satu gambar mana yang paling dekat dengan semua potret
# menurut MSE? Rata-ratanya: wajah halus yang tak dimiliki siapa pun. Itulah **pembanding** yang
# harus dikalahkan setiap jaringan antara wajah dan sketsa.
#
# Potret-potret ini dikarang dari komponen utama. Satu jaringan menggambarnya sebagai sketsa pensil,
# jaringan lain melukis sketsa itu menjadi foto lagi, dan jaringan pertama menggambar foto itu
# sekali lagi. Baris pertama: potret; kedua: sketsa; ketiga: foto yang dilukis darinya; keempat:
# sketsa dari foto itu; dua gambar di bawah: potret rata-rata dan sketsa rata-rata.
# %%
artist = ae_models.from_pretrained("face-sketch-plus")
painter = ae_models.from_pretrained("sketch-face-plus")
portraits = [example(f"portrait-{number}.webp") for number in range(1, 7)]
drawn = [tasks.translate_face(artist, portrait).convert("RGB") for portrait in portraits]
painted = [tasks.translate_face(painter, sketch) for sketch in drawn]
again = [tasks.translate_face(artist, photo).convert("RGB") for photo in painted]


def mse(a, b):
    return metrics.mse(images.to_tensor(a), images.to_tensor(b)).item()


others = [mean(drawn[:i] + drawn[i + 1 :]) for i in range(6)]  # without the one to guess
guessed = sum(map(mse, drawn, others)) / 6
returned = sum(map(mse, drawn, again)) / 6
print(f"MSE to the sketch: mean of the others {guessed:.4f}, drawn again {returned:.4f}")
rows = (portraits, drawn, painted, again, [mean(portraits), mean(drawn)])
column(*[row(*p, high=150) for p in rows])
# %% [markdown] en
# The sketch tells where the hair ends and how wide the face is, and all of that comes back: drawn
# again, the painted photo is far nearer to the sketch than the mean face is. The sketch does not
# tell the color of the skin, the light or the wall behind: there the network paints what is usual,
# and gray. **Where the input is silent, the mean speaks.**
#
# ## Questions
#
# <details><summary>1. Is brown always the mean?</summary>
#
# No, only of colors that lie all around the color circle. The mean of a sky that is light blue on
# some days and dark blue on others is blue: landscapes of a network trained with MSE have fine
# skies and brown cars.
# </details>
#
# <details><summary>2. Replace the squared error by the absolute one. What is learned?</summary>
#
# The median of each channel instead of the mean. With two groups of answers it takes the larger
# group's, which is sharper; with many scattered answers it is gray-brown as well. Try it:
# `(answer - dragons).abs().mean()`.
# </details>
#
# <details><summary>3. Is more training a way out?</summary>
#
# No. The mean is the very minimum of this loss; more training only comes closer to it. One has to
# change the question: more input (a palette, a hint), or another loss.
# </details>
#
# <details><summary>4. Then why is MSE so common?</summary>
#
# It is simple, its gradient is smooth, and where the input determines the answer, the mean of all
# possible answers is the right answer.
# </details>
# %% [markdown] id
# Sketsa memberi tahu batas rambut dan lebar wajah, dan semua itu kembali: bila digambar lagi, foto
# yang dilukis jauh lebih dekat ke sketsanya daripada wajah rata-rata. Sketsa tidak memberi tahu
# warna kulit, cahaya, atau dinding di belakang: di situ jaringan melukis yang lazim, dan abu-abu.
# **Di mana masukan diam, rata-rata yang bicara.**
#
# ## Pertanyaan
#
# <details><summary>1. Apakah rata-ratanya selalu cokelat?</summary>
#
# Tidak, hanya untuk warna yang tersebar di sekeliling lingkaran warna. Rata-rata langit yang kadang
# biru muda dan kadang biru tua tetap biru: pemandangan dari jaringan yang dilatih dengan MSE punya
# langit yang bagus dan mobil yang cokelat.
# </details>
#
# <details><summary>2. Ganti galat kuadrat dengan galat mutlak. Apa yang dipelajari?</summary>
#
# Median tiap kanal, bukan rata-rata. Kalau ada dua kelompok jawaban, yang diambil adalah kelompok
# yang lebih besar, jadi lebih tajam; kalau jawabannya banyak dan tersebar, hasilnya tetap abu-abu
# kecokelatan. Cobalah: `(answer - dragons).abs().mean()`.
# </details>
#
# <details><summary>3. Apakah melatih lebih lama adalah jalan keluar?</summary>
#
# Tidak. Rata-rata memang titik terendah loss ini; latihan tambahan hanya makin mendekatinya.
# Pertanyaannya yang harus diubah: tambah masukan (palet, petunjuk warna), atau pakai loss lain.
# </details>
#
# <details><summary>4. Lalu mengapa MSE begitu umum?</summary>
#
# Sederhana, gradiennya mulus, dan di mana masukan menentukan jawaban, rata-rata dari semua jawaban
# yang mungkin adalah jawaban yang benar.
# </details>
# %% [markdown] en
# ## Check
# %% [markdown] id
# ## Periksa
# %%
assert torch.allclose(answer, dragons.mean(0), atol=0.01)
assert mean_colorfulness(brown) < 15 < mean_colorfulness(colored) / 2
assert colorfulness(mean(told)) < min(map(colorfulness, told)) / 2
assert returned < 0.5 * guessed
