// Live updates of a page. Rows of a list that changed are fetched again under the person's own session and put in their
// place; the page of a case only says that the case has moved. Forms are never touched, the focus stays, and a page in
// the background waits until it is looked at.

const badge = document.getElementById("live"), news = document.getElementById("news");
const isCase = document.body.dataset.page === "case";
const GATHER = 300, SELDOM = 3_000; // milliseconds: changes that come together are fetched once
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
let waiting = null, fetched = 0, missed = false;

function show(kind, words, link, href) {
  news.dataset.kind = kind;
  news.textContent = words;
  if (link) news.append(" ", Object.assign(document.createElement("a"), { textContent: link, href }));
}

function heard({ state, at, again, cases, all }) {
  if (state) connected(state, at);
  const older = Object.entries(cases ?? {}).some(([id, revision]) => isOlder(id, revision));
  if (older && isCase) moved();
  else if (older || again || all) refresh();
}

function connected(state, at) {
  badge.hidden = state === "off";
  badge.dataset.state = state;
  badge.textContent = { live: "Live", lost: "Not live", ended: "Signed out" }[state] ?? "";
  if (state === "live" && news.dataset.kind === "stream") show("", "");
  if (state === "lost") show("stream", `Updates stopped at ${clock(at)}. What you see may be old, but you can go on working.`);
  if (state === "ended") show("stream", "Your session has ended. What you typed is still here.", "Sign in", signInAddress());
}

const signInAddress = () => `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
const moved = () => show("case", `The case has moved at ${clock(Date.now())}.`, "Show it as it is now", location.pathname);

function isOlder(id, revision) {
  const shown = document.querySelectorAll(`[data-case="${CSS.escape(id)}"][data-revision]`);
  return [...shown].some((each) => Number(each.dataset.revision) < revision);
}

function refresh() {
  if (!document.querySelector("[data-revision]")) return;
  missed = document.hidden;
  if (!missed) waiting ??= setTimeout(look, Math.max(GATHER, fetched + SELDOM - Date.now()));
}

async function look() {
  waiting = null;
  fetched = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { "Baton-By-Itself": "live" }, redirect: "error" });
    if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The stream tells that the server is away.
  }
}

function put(fresh) {
  if (isCase) return fresh.body.dataset.revision === document.body.dataset.revision || moved();
  document.querySelectorAll("tr[data-case]").forEach((row) => {
    const next = fresh.querySelector(`tr[data-case="${CSS.escape(row.dataset.case)}"]`);
    if (next && next.dataset.revision !== row.dataset.revision) swapRow(row, next);
  });
  document.querySelectorAll("[data-part]").forEach((part) => {
    const next = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (next && !part.contains(document.activeElement)) part.replaceChildren(...next.childNodes);
  });
  if (order(document) !== order(fresh)) show("list", "The list has changed.", "Show it as it is now", location.href);
}

const order = (page) => [...page.querySelectorAll("tr[data-case]")].map((row) => row.dataset.case).join();
const reachable = (row) => [...row.querySelectorAll("a, button, input")];

function swapRow(row, next) {
  const held = reachable(row).indexOf(document.activeElement);
  const ticked = row.querySelector("input[type=checkbox]")?.checked;
  row.replaceChildren(...next.childNodes);
  row.dataset.revision = next.dataset.revision;
  row.dataset.fresh = "";
  const box = row.querySelector("input[type=checkbox]");
  if (box && ticked) box.checked = true;
  if (held >= 0) reachable(row)[held]?.focus({ preventScroll: true });
}

function channel() {
  if ("SharedWorker" in window) return new SharedWorker(badge.dataset.worker, { type: "module", name: "baton" }).port;
  const { port1, port2 } = new MessageChannel();
  import(badge.dataset.worker).then(({ join }) => join(port2));
  return port1;
}

function listen() {
  const port = channel(), arrive = () => port.postMessage({ mark: badge.dataset.mark });
  port.onmessage = ({ data }) => heard(data);
  arrive();
  addEventListener("pagehide", () => port.postMessage({ leaves: true }));
  addEventListener("pageshow", ({ persisted }) => persisted && arrive());
  document.addEventListener("visibilitychange", () => missed && refresh());
}

if (badge) listen();
