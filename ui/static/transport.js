// Requests to our own routes, one at a time: what is wanted when an answer comes is asked next, the
// most urgent first, so that nothing stale is ever shown last and a slow server is asked no more
// often than it answers.
const ROOT = (window.gradio_config?.root ?? "").replace(/\/$/, "");
const PATIENCE = 120; // ms before a live update is asked again that a busy server put off

const MOST_BYTES = 30e6; // of a file: the server reads no more

class Refused extends Error {}

async function post(path, query, body) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  let answer;
  if (body?.size > MOST_BYTES)
    throw new Refused(say("That file is larger than 30 MB. Choose a smaller one."));
  try {
    answer = await fetch(`${ROOT}/studio/${path}?${new URLSearchParams(given)}`, {
      method: "POST",
      body,
    });
  } catch {
    throw new Refused(say("The server does not answer. Your drawing is kept in this browser."));
  }
  if (answer.status === 204) return null;
  if (!answer.ok)
    throw new Refused(
      answer.status < 500 ? say(await answer.text()) : say("The server could not do that."),
    );
  return answer;
}

class Latest {
  constructor(failed) {
    this.jobs = new Map(); // name -> {urgency, run}
    this.busy = false;
    this.failed = failed;
  }

  want(name, urgency, run) {
    this.jobs.set(name, { urgency, run });
    if (!this.busy) this.work();
  }

  drop(name) {
    this.jobs.delete(name);
  }

  async work() {
    this.busy = true;
    while (this.jobs.size) {
      const [name, job] = [...this.jobs].reduce((a, b) => (b[1].urgency < a[1].urgency ? b : a));
      this.jobs.delete(name);
      try {
        if ((await job.run()) === null) {
          if (!this.jobs.has(name)) this.jobs.set(name, job);
          await new Promise((done) => setTimeout(done, PATIENCE));
        }
      } catch (error) {
        if (!(error instanceof Refused)) console.error(error);
        this.failed(error.message);
      }
    }
    this.busy = false;
  }
}
