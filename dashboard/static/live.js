// The one stream of a browser: a shared worker holds it for all tabs. Where there is no shared worker a page imports
// this file and has a stream of its own. It carries ids and revisions of cases, nothing else.

const SILENT = 25_000, AGAIN = 5_000; // milliseconds
const ports = new Set();
let source = null, mark = "", heard = 0, opened = false, state = { state: "off" };

export function join(port) {
  port.onmessage = ({ data }) => (data.leaves ? leave(port) : arrive(port, data.mark));
}

function arrive(port, session) {
  ports.add(port);
  if (source && session === mark) port.postMessage(state);
  else open(session);
}

function leave(port) {
  ports.delete(port);
  if (!ports.size) close();
}

function open(session) {
  close();
  mark = session;
  heard = Date.now();
  source = new EventSource("/live");
  source.onopen = () => {
    tell({ state: "live", again: opened });
    opened = true;
  };
  source.onerror = lost;
  source.addEventListener("alive", () => (heard = Date.now()));
  source.addEventListener("cases", ({ data }) => {
    heard = Date.now();
    ports.forEach((port) => port.postMessage(JSON.parse(data)));
  });
  source.addEventListener("ended", over);
}

function close() {
  source?.close();
  source = null;
}

function lost() {
  if (state.state !== "lost") tell({ state: "lost", at: Date.now() });
  // A browser tries again by itself, unless it was given something else than a stream: mostly the way to sign in.
  if (source?.readyState === EventSource.CLOSED) fetch("/session").then(({ status }) => status === 401 && over(), () => {});
}

function over() {
  close();
  opened = false;
  tell({ state: "ended" });
}

function tell(news) {
  heard = Date.now();
  state = { ...news, again: false };
  ports.forEach((port) => port.postMessage(news));
}

setInterval(() => {
  if (!source) return;
  const dead = source.readyState === EventSource.CLOSED;
  if (!dead && Date.now() - heard < SILENT) return;
  lost();
  open(mark);
}, AGAIN);

if ("SharedWorkerGlobalScope" in self) self.onconnect = ({ ports: [port] }) => join(port);
