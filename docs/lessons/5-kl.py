# %% [markdown] en
# # 5. What KL does
#
# A **variational** autoencoder (VAE) is trained with two wishes at once: rebuild the picture, and
# keep the latents close to a cloud that one knows beforehand, the **prior**. The second wish is
# called KL, after Kullback and Leibler. A number β says how much it counts. You train the same
# small network three times, with β too small, good and too large, and look at the three latents.
# %% [markdown] id
# # 5. Apa yang dilakukan KL
#
# Autoencoder **variasional** (VAE) dilatih dengan dua keinginan sekaligus: membangun kembali
# gambar, dan menjaga laten tetap dekat dengan awan yang sudah diketahui sebelumnya, yaitu
# **prior**. Keinginan kedua disebut KL, dari nama Kullback dan Leibler. Angka β menentukan seberapa
# penting ia. Kamu melatih jaringan kecil yang sama tiga kali, dengan β terlalu kecil, pas, dan
# terlalu besar, lalu melihat ketiga latennya.
# %%
import sys

sys.path.insert(0, "../..")  # the checkout that this notebook lies in

import torch
from torch import nn

import ae_models
from ae_models import images, tasks
from ae_models.layers import Posterior
from docs.lessons.show import column, row, scatter

SIDE, LATENT = 16, 2


# %% [markdown] en
# ## Pictures with two secrets
#
# Each picture is a disk somewhere on a small sheet. 256 pixels, but only two numbers are free:
# where it is from left to right, and from top to bottom. A good latent of two numbers should find
# them.
# %% [markdown] id
# ## Gambar dengan dua rahasia
#
# Tiap gambar adalah cakram di suatu tempat pada lembar kecil. 256 piksel, tetapi hanya dua angka
# yang bebas: letaknya dari kiri ke kanan, dan dari atas ke bawah. Laten yang baik, yang terdiri
# dari dua angka, seharusnya menemukannya.
# %%
def disks(places):
    """Centers (N, 2) in [0, 1] -> pictures (N, 256) in [0, 1] of a disk with a soft edge."""
    axis = torch.arange(SIDE)
    x, y = (3.5 + places * (SIDE - 8)).unbind(1)
    distance = ((axis - x[:, None, None]) ** 2 + (axis[:, None] - y[:, None, None]) ** 2).sqrt()
    return torch.sigmoid(2 * (3 - distance)).flatten(1)


def pictures(flat):
    return images.to_images(flat.reshape(-1, 1, SIDE, SIDE))


torch.manual_seed(0)
test = disks(torch.rand(400, 2))
row(*pictures(test[:6]), high=112)


# %% [markdown] en
# ## The network and its loss
#
# The encoder answers with a mean μ and a spread σ for each latent number; the decoder gets
# z = μ + σ · noise. The KL term is smallest when μ is 0 and σ is 1, whatever the picture: then the
# latent says nothing.
# %% [markdown] id
# ## Jaringan dan loss-nya
#
# Enkoder menjawab dengan rata-rata μ dan sebaran σ untuk tiap angka laten; dekoder menerima
# z = μ + σ · derau. Suku KL paling kecil kalau μ adalah 0 dan σ adalah 1, apa pun gambarnya: saat
# itu laten tidak mengatakan apa-apa.
# %%
def layers(*widths):
    """Linear layers of these widths, with a bend between them."""
    pairs = zip(widths, widths[1:])
    return nn.Sequential(*[part for w in pairs for part in (nn.Linear(*w), nn.SiLU())][:-1])


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = layers(SIDE**2, 96, 96, 2 * LATENT)
        self.decoder = nn.Sequential(layers(LATENT, 96, 96, SIDE**2), nn.Sigmoid())

    def encode(self, x):
        return Posterior(*self.encoder(x).chunk(2, dim=1))


def train(beta, steps=800):
    torch.manual_seed(1)
    network = VAE()
    optimizer = torch.optim.Adam(network.parameters(), lr=4e-3)
    for _ in range(steps):
        x = disks(torch.rand(64, 2))
        posterior = network.encode(x)
        error = (network.decoder(posterior.sample()) - x).square().sum(1)
        loss = (error + beta * posterior.kl().sum(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


networks = {beta: train(beta) for beta in (0.0, 0.3, 100.0)}


# %% [markdown] en
# ## Three latents
#
# The means μ of the test pictures, each a point; the circles are the prior, one, two and three
# standard deviations wide. From left: β = 0, β = 0.3, β = 100. The figures: the squared error of a
# picture, KL in bits, and the mean distance of the points from the middle.
# %% [markdown] id
# ## Tiga laten
#
# Rata-rata μ dari gambar uji, tiap gambar satu titik; lingkarannya adalah prior, selebar satu, dua,
# dan tiga simpangan baku. Dari kiri: β = 0, β = 0,3, β = 100. Angkanya: galat kuadrat sebuah
# gambar, KL dalam bit, dan jarak rata-rata titik dari tengah.
# %%
@torch.no_grad()
def measured(network):
    """Squared error, KL in bits and mean distance from the middle, on the test pictures."""
    posterior = network.encode(test)
    error = (network.decoder(posterior.mean) - test).square().sum(1).mean().item()
    bits = posterior.kl().sum(1).mean().item() / torch.tensor(2.0).log().item()
    return error, bits, posterior.mean.norm(dim=1).mean().item()


figures = {beta: measured(network) for beta, network in networks.items()}
for beta, (error, bits, distance) in figures.items():
    print(f"beta {beta:5}: error {error:6.2f}, KL {bits:6.1f} bits, distance {distance:5.2f}")
with torch.no_grad():
    clouds = [network.encode(test).mean for network in networks.values()]
row(*[scatter(cloud, reach=4) for cloud in clouds], high=280)


# %% [markdown] en
# - **β = 0**: nothing holds the points. They lie far out, mostly beyond the frame, where the prior
#   never looks. A plain autoencoder.
# - **β = 0.3**: the points fill the circles. The sheet of places is folded out over the prior.
# - **β = 100**: all points lie in the middle. The latent says nothing any more, and the decoder
#   ignores it. This is called **posterior collapse**.
#
# ## Drawing from the prior
#
# The test of a VAE: throw a random z, decode it, get a picture. A row for each β, as above. Two
# figures: the squared error to the most similar of many real disks, small if what comes out **is**
# a disk; and how widely the disks are spread over the sheet, in pixels, beside that of real ones.
# %% [markdown] id
# - **β = 0**: tak ada yang menahan titik-titik itu. Letaknya jauh, kebanyakan di luar bingkai, di
#   mana prior tak pernah melihat. Autoencoder biasa.
# - **β = 0,3**: titik-titik mengisi lingkaran. Bidang letak cakram terbentang di atas prior.
# - **β = 100**: semua titik di tengah. Laten tidak lagi mengatakan apa-apa, dan dekoder
#   mengabaikannya. Ini disebut **keruntuhan posterior** (*posterior collapse*).
#
# ## Mengambil dari prior
#
# Ujian sebuah VAE: lempar z acak, dekode, dapatkan gambar. Satu baris untuk tiap β, seperti di
# atas. Dua angka: galat kuadrat terhadap cakram asli yang paling mirip, kecil kalau yang keluar
# **memang** cakram; dan seberapa luas cakram-cakram itu tersebar di lembar, dalam piksel, di
# samping yang asli.
# %%
def spread(flat):
    """Standard deviation of the centers of mass, in pixels, left to right and top to bottom."""
    mass = flat.reshape(-1, SIDE, SIDE) / flat.sum(1)[:, None, None]
    x = (mass.sum(1) * torch.arange(SIDE)).sum(1)
    y = (mass.sum(2) * torch.arange(SIDE)).sum(1)
    return (x.var() + y.var()).div(2).sqrt().item()


noise = torch.randn(200, LATENT, generator=torch.Generator().manual_seed(2))
axis = torch.linspace(0, 1, 40)
real = disks(torch.cartesian_prod(axis, axis))


def unlike(flat):
    """Mean squared error to the nearest real disk."""
    return torch.cdist(flat, real).min(1).values.square().mean().item()


with torch.no_grad():
    drawn = {beta: network.decoder(noise) for beta, network in networks.items()}
for beta, flat in drawn.items():
    print(f"beta {beta:5}: {unlike(flat):5.2f} from a disk, spread {spread(flat):.2f} px")
print(f"real disks: spread {spread(test):.2f} px")
column(*[row(*pictures(flat[:7]), high=96) for flat in drawn.values()])
# %% [markdown] en
# With β = 0 the prior only hits the middle of the cloud: disks, but nearly always at the same
# place. With β = 100 there is one picture for every z, the mean of all disks: the brown of
# lesson 2.
#
# ## Walking between two pictures
#
# From a disk at the upper left to one at the lower right, in equal steps through the latent.
# %% [markdown] id
# Dengan β = 0, prior hanya mengenai bagian tengah awan: cakram, tetapi hampir selalu di tempat yang
# sama. Dengan β = 100 hanya ada satu gambar untuk setiap z, yaitu rata-rata semua cakram:
# cokelatnya pelajaran 2.
#
# ## Berjalan di antara dua gambar
#
# Dari cakram di kiri atas ke cakram di kanan bawah, dengan langkah sama besar melalui laten.
# %%
corners = disks(torch.tensor([[0.1, 0.1], [0.9, 0.9]]))
walks = {}
with torch.no_grad():
    for beta, network in networks.items():
        start, end = network.encode(corners).mean
        walks[beta] = network.decoder(torch.lerp(start, end, torch.linspace(0, 1, 7)[:, None]))
for beta, walk in walks.items():
    print(f"beta {beta:5}: the middle is {unlike(walk[3:4]):.2f} from a disk")
column(*[row(*pictures(walk), high=96) for walk in walks.values()])
# %% [markdown] en
# A walk needs no KL: here the plain autoencoder walks well too. What KL adds is that one knows
# **where** the latents are, without having seen them.
# %% [markdown] id
# Untuk berjalan tidak perlu KL: di sini autoencoder biasa pun berjalan dengan baik. Yang
# ditambahkan KL adalah bahwa kita tahu **di mana** laten berada, tanpa pernah melihatnya.
# %% [markdown] en
# ## A map of the latent
#
# Decode z on a grid from -2 to 2 both ways, for β = 0.3: the whole latent at one glance. Neighbors
# look alike, and nearly everywhere there is a disk.
# %% [markdown] id
# ## Peta laten
#
# Dekode z pada kisi dari -2 sampai 2 ke kedua arah, untuk β = 0,3: seluruh laten sekali pandang.
# Tetangga mirip satu sama lain, dan hampir di semua tempat ada cakram.
# %%
axis = torch.linspace(-2, 2, 9)
with torch.no_grad():
    grid = networks[0.3].decoder(torch.cartesian_prod(axis, axis))
tiles = pictures(grid)
column(*[row(*tiles[i : i + 9], high=64) for i in range(0, 81, 9)])
# %% [markdown] en
# ## The same with faces
#
# `face-vae-plus` is a VAE too. First row: drawn from the normal prior. Second row: from a mixture
# that was fitted to the latents of its training faces afterwards, since they do not fill the prior
# evenly, as you saw in the map of points.
# %% [markdown] id
# ## Hal yang sama dengan wajah
#
# `face-vae-plus` juga sebuah VAE. Baris pertama: diambil dari prior normal. Baris kedua: dari
# campuran yang dicocokkan belakangan pada laten wajah pelatihannya, karena laten itu tidak mengisi
# prior secara merata, seperti yang kamu lihat pada peta titik.
# %%
faces = ae_models.from_pretrained("face-vae-plus")
made = [tasks.sample(faces, 5, seed=1, prior=prior) for prior in ("normal", "mixture")]
column(*[row(*some, high=150) for some in made])
# %% [markdown] en
# ## Questions
#
# <details><summary>1. What is KL in bits?</summary>
#
# How much the encoder tells the decoder about one picture beyond what the prior says. With β = 100
# it is nearly 0: nothing is told. Compare it with the size of a file in lesson 4.
# </details>
#
# <details><summary>2. Why does noise in z help?</summary>
#
# If z may be off by σ, pictures that are near in the latent must look alike, else the error grows.
# Noise irons the latent smooth.
# </details>
#
# <details><summary>3. How does one notice posterior collapse in practice?</summary>
#
# KL of a latent number close to 0; changing that number changes nothing; all reconstructions look
# like the mean. Remedies: a smaller β, or raising β slowly from 0 while training.
# </details>
#
# <details><summary>4. Give the network three latent numbers (LATENT = 3). What does the third
# do?</summary>
#
# The disks have two secrets. With a good β the third number is left unused, its KL near 0: a
# collapse of one number only, and a welcome one. `network.encode(test).kl().mean(0)` shows it.
# </details>
# %% [markdown] id
# ## Pertanyaan
#
# <details><summary>1. Apa arti KL dalam bit?</summary>
#
# Seberapa banyak enkoder memberi tahu dekoder tentang satu gambar, di luar yang sudah dikatakan
# prior. Dengan β = 100 hampir 0: tak ada yang diberitahukan. Bandingkan dengan ukuran berkas di
# pelajaran 4.
# </details>
#
# <details><summary>2. Mengapa derau pada z membantu?</summary>
#
# Kalau z boleh meleset sebesar σ, gambar yang berdekatan dalam laten harus mirip, kalau tidak
# galatnya naik. Derau menyetrika laten sampai licin.
# </details>
#
# <details><summary>3. Bagaimana mengenali keruntuhan posterior dalam praktik?</summary>
#
# KL sebuah angka laten mendekati 0; mengubah angka itu tidak mengubah apa pun; semua hasil
# rekonstruksi mirip rata-rata. Obatnya: β yang lebih kecil, atau menaikkan β perlahan dari 0 selama
# pelatihan.
# </details>
#
# <details><summary>4. Beri jaringan tiga angka laten (LATENT = 3). Apa kerja yang ketiga?</summary>
#
# Cakram punya dua rahasia. Dengan β yang baik, angka ketiga tidak dipakai, KL-nya mendekati 0:
# keruntuhan satu angka saja, dan yang ini disyukuri. `network.encode(test).kl().mean(0)`
# menunjukkannya.
# </details>
# %% [markdown] en
# ## Check
# %% [markdown] id
# ## Periksa
# %%
plain, good, collapsed = figures
assert figures[plain][2] > 3 > figures[good][2] > 0.5 > figures[collapsed][2]
assert figures[good][1] > 3 and figures[collapsed][1] < 0.5
assert figures[good][0] < figures[collapsed][0] / 5
assert spread(drawn[good]) > 0.6 * spread(test) > 1.5 * spread(drawn[plain])
assert spread(drawn[collapsed]) < 0.1
assert unlike(drawn[good]) < unlike(drawn[collapsed]) / 5
assert unlike(walks[good][3:4]) < unlike(walks[collapsed][3:4]) / 5
