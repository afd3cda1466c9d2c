// The keyboard: letters that do what a link, button or field of the page does. They rest while somebody types.

const KEYS = [
  ["j / k", "next or previous row"], ["Enter", "open the row"], ["x", "select the row"], ["/", "search"],
  ["n", "next case"], ["l", "log a contact"], ["h", "billing hold"], ["g w", "worklist"], ["g i", "insights"],
  ["g p", "plan"], ["?", "this list"],
];
const PLACES = { w: "/worklist", i: "/insights", p: "/plan" };
const rows = () => [...document.querySelectorAll("tr[data-case]")];
const here = () => document.querySelector("tr.here") ?? document.activeElement?.closest("tr[data-case]");
let after = "";

function step(by) {
  const all = rows(), before = all.indexOf(here());
  const row = all[before < 0 ? 0 : Math.min(all.length - 1, Math.max(0, before + by))];
  if (!row) return;
  all.forEach((each) => each.classList.toggle("here", each === row));
  row.querySelector("a[href]")?.focus();
  row.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = here()?.querySelector("input[type=checkbox]");
  box?.click();
}

// A page names what a letter does: data-key="l" on a link, a button or a field. A link within the page leads on to the
// first field there.
function use(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("input, select, textarea")) target.focus();
  else target.click();
  if (target.hash && target.pathname === location.pathname) reach(document.getElementById(target.hash.slice(1)));
  return true;
}

function reach(place) {
  const part = place?.closest("details") ?? place?.closest("section");
  if (part?.matches("details")) part.open = true;
  part?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function go(key) {
  document.querySelector(`header nav a[href="${PLACES[key]}"]`)?.click();
}

function help() {
  let dialog = document.getElementById("keys");
  if (!dialog) {
    dialog = Object.assign(document.createElement("dialog"), { id: "keys" });
    dialog.setAttribute("aria-labelledby", "keys-title");
    const list = Object.assign(document.createElement("dl"), { className: "pairs" });
    for (const [keys, words] of KEYS) {
      const key = document.createElement("dt");
      key.append(Object.assign(document.createElement("kbd"), { textContent: keys }));
      list.append(key, Object.assign(document.createElement("dd"), { textContent: words }));
    }
    const close = document.createElement("form");
    close.method = "dialog";
    close.append(Object.assign(document.createElement("button"), { textContent: "Close" }));
    dialog.append(Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keyboard" }), list, close);
    document.body.append(dialog);
  }
  dialog.showModal();
}

const DOES = {
  j: () => step(1), k: () => step(-1), x: tick, "?": help, g: () => (after = "g"),
  "/": () => document.querySelector("input[type=search]")?.focus(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog, [contenteditable]")) return;
  const led = after;
  after = "";
  if (led && event.key in PLACES) go(event.key);
  else if (event.key in DOES) DOES[event.key]();
  else if (!/^[a-z]$/.test(event.key) || !use(event.key)) return;
  event.preventDefault();
});
