// Forms: sent once, and never lost. Everything works without script; it only keeps what was typed when a session has
// ended or the server is away, and a form from being sent twice.

const SENDING = 5_000; // milliseconds in which a second click on the same form does nothing
const news = document.getElementById("news");
const ready = new WeakSet(), sending = new WeakSet();

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (sending.has(form)) return event.preventDefault();
  if (!isTyped(form) || ready.delete(form)) return once(form);
  event.preventDefault();
  send(form, event.submitter);
});

const isTyped = (form) => form.elements.form_token && form.querySelector("textarea, input:not([type=hidden]), select");

function once(form) {
  sending.add(form);
  form.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), SENDING);
}

function release(form) {
  sending.delete(form);
  form.removeAttribute("aria-busy");
}

async function send(form, submitter) {
  once(form);
  const answer = await ask();
  release(form);
  if (answer === "away") news.textContent = "Baton does not answer. What you typed is still here: try again in a moment.";
  if (answer === "ended") return signIn(() => send(form, submitter));
  if (!answer.form_token) return;
  document.querySelectorAll("input[name=form_token]").forEach((field) => (field.value = answer.form_token));
  ready.add(form);
  form.requestSubmit(submitter);
}

async function ask() {
  try {
    const answer = await fetch("/session");
    return answer.status === 401 ? "ended" : await answer.json();
  } catch {
    return "away";
  }
}

const made = (tag, known = {}, ...inside) => {
  const element = Object.assign(document.createElement(tag), known);
  element.append(...inside);
  return element;
};

// Sign in without leaving the page, then go on with what was to be sent.
function signIn(then) {
  const problem = made("p", { className: "problem", hidden: true });
  problem.setAttribute("role", "alert");
  const form = made("form", { className: "fields" },
    made("label", { textContent: "Name " }, made("input", { name: "name", autocomplete: "username", required: true })),
    made("label", { textContent: "Password " }, made("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
    made("button", { className: "main", textContent: "Sign in and send" }));
  const dialog = made("dialog", { id: "sign-in" },
    made("h2", { id: "sign-in-title", textContent: "Your session has ended" }),
    made("p", { textContent: "Nothing that you typed is lost. Sign in, and it is sent." }), problem, form,
    made("p", { className: "small" }, made("a", { href: "/sign-in?next=/password", target: "_blank", textContent: "Sign in another way, in a new tab" })));
  dialog.setAttribute("aria-labelledby", "sign-in-title");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const answer = await fetch("/sign-in", { method: "POST", body: new URLSearchParams([...new FormData(form), ["next", "/session"]]) });
    problem.hidden = answer.ok;
    problem.textContent = answer.status === 429 ? "Too many attempts: wait a minute." : "Name or password is not right.";
    if (answer.ok) dialog.close("signed in");
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "signed in") then();
  });
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
