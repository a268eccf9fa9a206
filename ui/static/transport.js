// Requests to our own routes, one at a time but for those in a hurry: what is wanted when an answer
// comes is asked next, the most urgent first, so that nothing stale is ever shown last and a slow
// server is asked no more often than it answers.
const ROOT = (window.gradio_config?.root ?? "").replace(/\/$/, "");
const PATIENCE = 120; // ms before a live update is asked again that a busy server put off

const MOST_BYTES = 30e6; // of a file: the server reads no more

class Refused extends Error {}

async function post(path, query, body, signal) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  let answer;
  if (body?.size > MOST_BYTES)
    throw new Refused(say("That file is larger than 30 MB. Choose a smaller one."));
  try {
    answer = await fetch(`${ROOT}/studio/${path}?${new URLSearchParams(given)}`, {
      method: "POST",
      body,
      signal,
    });
  } catch {
    lost();
  }
  if (answer.status === 204) return null;
  if (!answer.ok)
    throw new Refused(
      [500, 502, 504].includes(answer.status)
        ? say("The server could not do that.")
        : say(await answer.text()),
    );
  return answer;
}

// Parts of an answer, each as soon as it is there: its length in 4 bytes, then itself.
async function* partsOf(answer) {
  const reader = answer.body.getReader();
  let come = new Uint8Array();
  const whole = () =>
    come.length >= 4 && come.length >= 4 + new DataView(come.buffer).getUint32(0, true);
  while (true) {
    const { value, done } = await reader.read().catch(lost);
    if (done && come.length) lost();
    if (done) return;
    come = new Uint8Array(await new Blob([come, value]).arrayBuffer());
    while (whole()) {
      const end = 4 + new DataView(come.buffer).getUint32(0, true);
      yield new Blob([come.subarray(4, end)]);
      come = come.slice(end);
    }
  }
}

function lost() {
  throw new Refused(say("The server does not answer. Nothing is lost: try again in a while."));
}

// A file of the app, as a blob.
async function fetched(address) {
  const answer = await fetch(address).catch(lost);
  if (!answer.ok) lost();
  return answer.blob();
}

class Latest {
  constructor(failed) {
    this.jobs = new Map(); // name -> {urgency, run}
    this.running = null; // {urgency, stop}
    this.beside = 0; // jobs that run beside that one
    this.failed = failed;
  }

  want(name, urgency, run) {
    this.jobs.set(name, { urgency, run });
    if (!this.running) this.work();
  }

  drop(name) {
    this.jobs.delete(name);
  }

  // What they are about has changed: forget all that is less urgent than this, and ask no more for
  // the one that runs, which the server drops then too.
  outdate(urgency) {
    for (const [name, job] of this.jobs) if (job.urgency > urgency) this.jobs.delete(name);
    if (this.running?.urgency > urgency) this.running.stop.abort();
  }

  // Run the job beside the one that runs instead of after it, unless `most` do already.
  async hurry(name, most) {
    const job = this.jobs.get(name);
    if (!job || this.beside >= most) return;
    this.jobs.delete(name);
    this.beside += 1;
    await this.attempt(name, job, new AbortController());
    this.beside -= 1;
    if (!this.running) this.work();
  }

  async work() {
    while (this.jobs.size) {
      const [name, job] = [...this.jobs].reduce((a, b) => (b[1].urgency < a[1].urgency ? b : a));
      this.jobs.delete(name);
      const stop = new AbortController();
      this.running = { urgency: job.urgency, stop };
      await this.attempt(name, job, stop);
    }
    this.running = null;
  }

  async attempt(name, job, stop) {
    try {
      if ((await job.run(stop.signal)) === null) {
        if (!this.jobs.has(name)) this.jobs.set(name, job);
        await new Promise((done) => setTimeout(done, PATIENCE));
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof Refused)) console.error(error);
      this.failed(error.message);
    }
  }
}
