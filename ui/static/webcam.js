// One photo from the webcam, in a dialog with a video. Where there is none, or a person says no,
// `refused` is told so.
class Webcam {
  constructor(dialog, taken, refused) {
    this.video = dialog.querySelector("video");
    Object.assign(this, { dialog, taken, refused });
    dialog.addEventListener("close", () => this.stop());
    dialog.addEventListener("click", ({ target }) => {
      const action = target.closest("button")?.dataset.do;
      if (action === "shoot") this.shoot();
      if (action) dialog.close();
    });
  }

  async open() {
    try {
      this.video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: 640 },
      });
    } catch {
      return this.refused(say("The webcam was refused, or there is none. Open a photo instead."));
    }
    await this.video.play();
    this.dialog.showModal();
  }

  shoot() {
    const frame = Object.assign(document.createElement("canvas"), {
      width: this.video.videoWidth,
      height: this.video.videoHeight,
    });
    frame.getContext("2d").drawImage(this.video, 0, 0);
    frame.toBlob((photo) => this.taken(photo), "image/jpeg", 0.95);
  }

  stop() {
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }
}
